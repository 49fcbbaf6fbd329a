// Starts the pages of classes: mathematics, dialogs, keys, forms, and the socket of an assignment's teachers.

import { openDialog } from "lemma/dialogs.js";
import { bindDrafts } from "lemma/drafts.js";
import { bindForms } from "lemma/forms.js";
import { bindKeys } from "lemma/keys.js";
import { Live } from "lemma/live.js";
import { bindPolls } from "lemma/polls.js";
import { KEYS, actions, note, refresh, shown, startQueue } from "lemma/queue.js";
import { say } from "lemma/strings.js";
import { labelCells } from "lemma/tables.js";
import { bindPreview, drawMaths } from "lemma/work.js";

const socket = document.querySelector("[data-socket]")?.dataset.socket;

// Write how things stand into the counters of a table or of the queue.
function showCounts(problems) {
  for (const element of document.querySelectorAll("[data-problem]")) {
    const counts = problems[element.dataset.problem];
    for (const counter of element.querySelectorAll("[data-count]")) {
      const text = String(counts?.[counter.dataset.count] ?? "");
      if (counter.textContent !== text) counter.textContent = text;
    }
  }
}

function showLine({ problems, graders }) {
  const line = document.getElementById("live");
  if (!line) return;
  const all = Object.values(problems);
  const count = all.reduce((sum, each) => sum + each.submissions, 0);
  const waiting = all.reduce((sum, each) => sum + each.waiting, 0);
  const names = [...new Set(graders.map((grader) => grader.name))];
  const listed = new Intl.ListFormat(document.documentElement.lang, { style: "narrow" }).format(names);
  const words = [waiting ? say("checking", { done: count - waiting, count }) : "", listed ? say("elsewhere", { names: listed }) : ""];
  const text = words.filter(Boolean).join(" · ");
  if (line.textContent !== text) line.textContent = text;
}

function showOpen({ graders, open }) {
  const panel = shown();
  if (!panel || open?.submission !== panel.id) return;
  const waiting = open.state === "queued" || open.state === "running";
  if (panel.waiting !== waiting && !panel.changed) return refresh(); // checked now, or once more: what is proposed no longer holds
  const beside = graders.find((grader) => grader.submission === panel.id);
  if (open.version > panel.version) note(say("moved", { name: open.by }));
  else note(beside ? say("here", { name: beside.name }) : "");
}

function startLive() {
  const live = new Live(socket, (state) => {
    showCounts(state.problems);
    showLine(state);
    showOpen(state);
  });
  const tell = () => live.at(shown()?.id ?? null);
  tell();
  return tell;
}

bindPolls();
drawMaths(document);
labelCells(document);
document.addEventListener("htmx:afterSwap", (event) => drawMaths(event.target));
for (const field of document.querySelectorAll("[data-preview]")) bindPreview(field, document.getElementById(field.dataset.preview));
bindForms();
bindDrafts();
startQueue(socket ? startLive() : () => {});
bindKeys({ ...actions, help: () => openDialog("shortcuts") }, KEYS);
