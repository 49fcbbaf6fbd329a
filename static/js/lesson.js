// What a turn of a lesson has besides its text: the student's work with a verdict for each line, how far the tutor can be relied on,
// and what may be asked for next.

import { questionFragment } from "lemma/markdown.js";
import { say } from "lemma/strings.js";
import { ENDED } from "lemma/turn.js";

const SHOWN = 90; // characters of a step in the list
const NOTES = ["plain", "unsure"];

/** `live`: the turn has just changed; a page that was only opened takes nobody's focus. */
export function drawLesson(root, turn, live) {
  drawReview(part(root, "review"), turn.review);
  for (const note of NOTES) part(root, `note-${note}`).hidden = !turn.notes.includes(note);
  const form = part(root, "lesson");
  if (form) drawOffers(form, ENDED.has(turn.phase) ? turn.offers : []);
  const field = form?.querySelector("[name=attempt]");
  if (live && field?.checkVisibility() && document.activeElement === document.body) field.focus({ preventScroll: true });
  const about = part(root, "about");
  if (about) drawSteps(about, turn);
}

function part(root, name) {
  return root.querySelector(`[data-part=${name}]`);
}

function drawReview(list, review) {
  list.hidden = !review;
  list.replaceChildren(...(review?.lines ?? []).map((line, at) => drawLine(line, at === review.first_error)));
}

function drawLine({ text, status, reason }, first) {
  const item = document.createElement("li");
  item.dataset.status = status;
  item.classList.toggle("first-wrong", first);
  const written = document.createElement("div");
  written.className = "review-line";
  written.append(questionFragment(text));
  const verdict = document.createElement("p");
  verdict.className = "review-verdict";
  verdict.textContent = say("verdict", { verdict: say(`line-${status}`), reason });
  item.append(written, verdict);
  return item;
}

function drawOffers(form, offers) {
  form.hidden = offers.length === 0;
  for (const offered of form.querySelectorAll("[data-offer]")) offered.hidden = !offers.includes(offered.dataset.offer);
}

// The lines of a finished solution, as its author wrote them; the list shows the beginning of each.
function drawSteps(about, turn) {
  const shown = turn.candidates[turn.selected?.candidate ?? 0];
  const solved = turn.phase === "done" && (!turn.taught || shown.answer);
  const steps = solved ? linesOf(shown) : [];
  about.hidden = steps.length === 0;
  const options = steps.map((step) => new Option(step.length > SHOWN ? `${step.slice(0, SHOWN)}…` : step, step));
  about.querySelector("[data-steps]").replaceChildren(...options);
}

function linesOf({ segments }) {
  const prose = segments.filter(({ type }) => type === "text").map(({ text }) => text);
  const lines = prose.join("\n").split("\n").map((line) => line.trim());
  return lines.filter((line) => /[\p{L}\p{N}]/u.test(line));
}
