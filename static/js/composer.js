// The field for questions: grows with its text, keeps a draft through a reload, sends on Enter, and loses nothing when the
// server says no.

import { bindPreview } from "lemma/work.js";

const form = document.getElementById("composer");
const KEPT_CHOICES = ["aim", "mode", "language", "n"];

export const field = form?.elements.question;

const draftKey = `draft:${form?.dataset.person}:${location.pathname}`; // a school's computers are shared

function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function changed() {
  grow();
  if (field.value && field.value !== field.defaultValue) localStorage.setItem(draftKey, field.value);
  else localStorage.removeItem(draftKey);
}

/** Put `text` in place of what is selected, and keep the cursor behind it. */
export function insert(text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function restoreChoices() {
  for (const name of KEPT_CHOICES) {
    const choice = form.elements[name];
    const kept = localStorage.getItem(name);
    if (kept && [...choice.options].some((option) => option.value === kept)) choice.value = kept;
    choice.addEventListener("change", () => isKept(choice) && localStorage.setItem(name, choice.value));
  }
}

// What goes on in the background is for one question at a time, and not for the next one, too.
function isKept(choice) {
  return choice.selectedOptions[0].parentElement === choice;
}

// What only a full solution has a choice of is shown for that alone.
function fitAim() {
  for (const chip of form.querySelectorAll("[data-for-aim]")) chip.hidden = chip.dataset.forAim !== form.elements.aim.value;
}

function bindOwnWork() {
  const button = form.querySelector("[data-own-work]");
  const area = document.getElementById("own-work");
  button.addEventListener("click", () => {
    area.hidden = !area.hidden;
    form.elements.attempt.disabled = area.hidden; // what is not seen is not sent
    button.setAttribute("aria-expanded", !area.hidden);
    (area.hidden ? field : form.elements.attempt).focus();
  });
}

/** Whether this Enter sends: not with Shift, and never the one that ends an input method's composition. */
function sends(event) {
  const composing = event.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !composing;
}

// From the first sending until the next page is there; requestSubmit does not mind a button that is disabled.
const underWay = () => form.querySelector(".send").disabled;

// htmx calls a refusal (422) successful, and does not say so of an answer that leads to another page.
const taken = (xhr) => xhr.getResponseHeader("HX-Redirect") !== null;

function start() {
  field.value = localStorage.getItem(draftKey) ?? field.value;
  restoreChoices();
  fitAim();
  form.elements.aim.addEventListener("change", fitAim);
  bindOwnWork();
  changed();
  bindPreview(field, document.getElementById("preview")); // formulas as they will be read
  field.addEventListener("input", changed);
  field.addEventListener("keydown", (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    if (field.value.trim() && !event.repeat && !underWay()) form.requestSubmit();
  });
  form.addEventListener("htmx:afterRequest", ({ detail }) => taken(detail.xhr) && localStorage.removeItem(draftKey));
  for (const button of document.querySelectorAll("[data-example]")) {
    button.addEventListener("click", () => {
      field.value = "";
      insert(button.dataset.example);
    });
  }
}

if (form) start();
