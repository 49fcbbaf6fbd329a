// Grading by keyboard: one submission after the other in one panel. What is entered is kept until the server has taken it.

import { announce } from "lemma/announce.js";
import { say } from "lemma/strings.js";

export const KEYS = { a: "accept", r: "review", n: "next", p: "previous", c: "comment", "?": "help" };
for (const digit of "1234567890") KEYS[digit] = "tick";

const WHY = { 401: "logged-out" }; // by status

const panel = document.getElementById("panel");
let saved = ""; // what the form had when it came
let busy = false; // a request is under way: what a key would act on is about to be replaced

const form = () => document.getElementById("mark");
const entries = () => new URLSearchParams(new FormData(form())).toString();
const changed = () => form() !== null && ("unsaved" in form().dataset || entries() !== saved);
const replying = () => Boolean(panel.querySelector("[name=reply]")?.value.trim()); // to a student who asks to look again
const unsaved = () => changed() || replying();

/** The submission on the panel: {id, version, waiting, changed}; null for none. */
export function shown() {
  const article = panel?.querySelector("[data-submission]");
  if (!article) return null;
  const { submission, version } = article.dataset;
  return { article, id: submission, version: Number(version), waiting: "waiting" in article.dataset, changed: unsaved() };
}

/** Show `text` above the work, or nothing. */
export function note(text) {
  const line = panel.querySelector("[data-live]");
  if (!line || line.textContent === text) return;
  line.textContent = text;
  line.hidden = !text;
}

/** Fetch the panel again: its submission has been checked, or waits to be checked once more. */
export function refresh() {
  const { article } = shown();
  window.htmx.ajax("GET", article.dataset.url, { target: "#panel", source: article });
}

export const actions = {
  tick: (key) => whenIdle(() => panel.querySelector(`[data-key="${key}"]`)?.click()),
  accept: () => whenIdle(() => panel.querySelector("[data-accept]")?.click()),
  review: () => whenIdle(() => form() && submit("next", true)),
  next: () => whenIdle(() => go("next")),
  previous: () => whenIdle(() => go("previous")),
  newer: () => whenIdle(() => go("newer")),
  comment: () => whenIdle(() => panel.querySelector("#comment")?.focus()),
  stop: () => document.activeElement?.blur(),
};

// A key that is pressed while a submission comes in does nothing: it would decide on work that nobody has seen.
function whenIdle(action) {
  if (!busy) action();
}

// What was entered and not reviewed goes along as a draft. A reply has none: it is sent, or it stays.
function go(direction) {
  if (replying()) failed(say("unsent"));
  else if (changed()) submit(direction, false);
  else panel.querySelector(`[data-go=${direction}]`)?.click();
}

// Whether the request of a link or form is held back, because the panel would go and what was entered with it: an arrow goes the way of
// its key, as does the link to a newer attempt, and a reply waits for the mark that it speaks of.
function held(element) {
  if (element.dataset.go && (busy || unsaved())) actions[element.dataset.go]();
  else if (element.elements?.reply && (busy || changed())) whenIdle(() => failed(say("mark-first")));
  else return false;
  return true;
}

// The form is set back at once, for its own button: the browser may refuse what was entered, and the server may be away.
function submit(then, reviewed) {
  const { elements } = form();
  elements.then.value = then;
  elements.reviewed.disabled = !reviewed;
  form().requestSubmit();
  elements.then.value = "next";
  elements.reviewed.disabled = false;
}

function accept() {
  const { ticked, comment, first_error: firstError } = JSON.parse(document.getElementById("proposal").textContent);
  for (const box of form().querySelectorAll("[name=ticked]")) box.checked = ticked.includes(Number(box.value));
  for (const choice of form().elements.first_error ?? []) choice.checked = choice.value === String(firstError);
  form().elements.comment.value = comment;
  form().elements.adjustment.value = "";
  showTotal();
  submit("next", true);
}

function showTotal() {
  const { base, full } = form().dataset;
  const worths = [...form().querySelectorAll("[name=ticked]:checked")].map((box) => Number(box.dataset.worth));
  const points = [Number(base), Number(form().elements.adjustment.value), ...worths].reduce((sum, worth) => sum + worth);
  const total = Math.round(Math.min(Math.max(points, 0), Number(full)) * 100) / 100;
  form().querySelector("[data-total]").textContent = String(total); // as the server writes it
}

function arrived() {
  saved = form() ? entries() : "";
  document.getElementById("who")?.focus({ preventScroll: true });
  const trouble = panel.querySelector("[role=alert]");
  announce(trouble ? trouble.textContent : document.getElementById("who").textContent);
}

function setBusy(value) {
  busy = value;
  panel.toggleAttribute("aria-busy", value);
  if (value) panel.setAttribute("aria-busy", "true");
}

// The panel stays as it was, entries and all.
function failed(text) {
  if (text) setBusy(false);
  const trouble = document.getElementById("trouble");
  trouble.textContent = text;
  trouble.hidden = !text;
}

function inPanel(event) {
  return event.detail.target === panel;
}

function bind(onShown) {
  panel.addEventListener("click", (event) => event.target.closest("[data-accept]") && accept());
  panel.addEventListener("input", (event) => event.target.form === form() && showTotal());
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt === form() && replying()) event.detail.parameters.then = "stay"; // the reply is still to be sent
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!inPanel(event)) return;
    if (held(event.detail.elt)) return event.preventDefault();
    setBusy(true);
    failed("");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target !== panel) return; // only now the new form is htmx's own
    setBusy(false);
    arrived();
    onShown();
    // The answer to a save of an old attempt stays with it; if it was taken, the way is free now.
    if (event.detail.requestConfig.parameters.then === "newer" && !unsaved()) go("newer");
  });
  document.addEventListener("htmx:sendError", (event) => inPanel(event) && failed(say("unsaved")));
  document.addEventListener("htmx:responseError", (event) => inPanel(event) && !event.detail.shouldSwap && failed(say(WHY[event.detail.xhr.status] ?? "refused")));
  addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
}

/** Start the panel, if the page has one; `onShown` is called whenever another submission is on it. */
export function startQueue(onShown) {
  if (!panel) return;
  saved = form() ? entries() : "";
  bind(onShown);
}
