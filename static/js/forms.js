// Small helps of forms: ask before what cannot be undone, send once, keep a draft, add a line, copy a link.

import { copyText } from "lemma/copy.js";
import { bindSending } from "lemma/sending.js";
import { say } from "lemma/strings.js";

// A form with data-ask="question" is sent after a yes, which holds for as long as the page is there: it may not go at once (sending.js).
function bindAsk() {
  const dialog = document.getElementById("ask");
  let asked = null;
  let agreed = null;
  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.ask || event.target === agreed) return;
    event.preventDefault();
    asked = event.target;
    document.getElementById("ask-words").textContent = asked.dataset.ask;
    dialog.showModal();
  });
  dialog.querySelector("[data-yes]").addEventListener("click", () => {
    agreed = asked;
    dialog.close();
    agreed.requestSubmit();
  });
  addEventListener("pageshow", () => (agreed = null)); // gone back to
}

// A second click while the first is on its way sends nothing. What is asked about first is not on its way yet.
function bindOnce() {
  for (const button of document.querySelectorAll("[data-once]")) {
    button.form.addEventListener("submit", (event) => setTimeout(() => (button.disabled = !event.defaultPrevented)));
  }
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
  });
}

// What a student has written survives a reload, on this device, until it is handed in. What the server sent back is newer: it may come
// from a file.
function bindDraft(form) {
  const { work } = form.elements;
  const key = `work:${form.dataset.person}:${form.dataset.draft}`;
  const kept = localStorage.getItem(key);
  if ("refused" in form.dataset) localStorage.setItem(key, work.value);
  else if (kept?.trim() === work.value.trim()) localStorage.removeItem(key); // handed in: the server takes blanks off the ends
  else if (kept !== null) work.value = kept;
  work.addEventListener("input", () => localStorage.setItem(key, work.value));
}

// The rubric's new lines come from its template, under the next number of the form set.
function bindRubric(form) {
  form.querySelector("[data-add]").addEventListener("click", () => {
    const total = form.querySelector("[name$=TOTAL_FORMS]");
    const lines = form.querySelector("[data-lines]");
    lines.insertAdjacentHTML("beforeend", form.querySelector("[data-new]").innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    lines.lastElementChild.querySelector("[name$=text]").focus();
  });
}

async function copyLink(event) {
  const link = event.target.closest("[data-copy-link]");
  if (!link) return;
  event.preventDefault();
  await copyText(link.href);
  link.textContent = say("copied");
}

export function bindForms() {
  bindAsk();
  bindOnce();
  bindSending();
  for (const form of document.querySelectorAll("[data-draft]")) bindDraft(form);
  for (const form of document.querySelectorAll("[data-rubric]")) bindRubric(form);
  document.addEventListener("click", copyLink);
}
