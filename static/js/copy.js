// Text on the clipboard. A solution goes there as Markdown with LaTeX, as it was written, or as plain text, as it reads.

import { announce } from "lemma/announce.js";
import { plainText } from "lemma/plain.js";
import { say } from "lemma/strings.js";

export async function copyTurn(format, candidate, drawn) {
  await copyText(format === "markdown" ? markdown(candidate.segments) : plainText(drawn));
}

export async function copyText(text) {
  if (isSecureContext) await navigator.clipboard.writeText(text);
  else copyBySelection(text); // browsers have no clipboard for a school's plain http://
  announce(say("copied"));
}

function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
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
