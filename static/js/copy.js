// Text on the clipboard. A solution goes there as Markdown with LaTeX, as it was written, or as plain text, as it reads.

import { announce } from "lemma/announce.js";
import { plainText } from "lemma/plain.js";
import { say } from "lemma/strings.js";

const SHOWN = 2000; // ms that a button says what it has done

export async function copyTurn(button, candidate, drawn) {
  await copyText(button.dataset.copy === "markdown" ? markdown(candidate.segments) : plainText(drawn), button);
}

/** `button` shows for a while that its text is on the clipboard. */
export async function copyText(text, button = null) {
  if (isSecureContext) await navigator.clipboard.writeText(text);
  else copyBySelection(text); // browsers have no clipboard for a school's plain http://
  announce(say("copied"));
  if (button) showCopied(button);
}

function copyBySelection(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.focus({ preventScroll: true });
  field.select();
  document.execCommand("copy");
  field.remove();
  focused.focus({ preventScroll: true });
}

function showCopied(button) {
  const icon = button.querySelector("use");
  icon.setAttribute("href", "#i-check");
  setTimeout(() => icon.setAttribute("href", "#i-copy"), SHOWN);
}

function markdown(segments) {
  return segments.map((segment) => (segment.type === "text" ? segment.text.trim() : block(segment))).join("\n\n");
}

function block({ text, output }) {
  const printed = [output?.text, output?.error].filter(Boolean).join("\n").trimEnd();
  const code = fenced("python", text.trimEnd());
  return printed ? `${code}\n\n${fenced("output", printed)}` : code;
}

// A block whose fence is longer than any run of backticks in it, so that nothing in it ends the block.
function fenced(language, text) {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}${language}\n${text}\n${fence}`;
}
