// One formula from LaTeX, by KaTeX, with everything refused that could act, load or cover the page.

import katex from "katex";
import { applyStyles, unstyled } from "lemma/styled.js";

const LONGEST = 5000; // characters; a longer formula is shown as its source
const LONG = 20; // characters of a piece that cannot be broken over lines; a shorter one fits a phone
const CACHED = 500; // formulas; the tail of a streaming answer is drawn again and again

// MathLive's own commands, as they stand in questions.
const MACROS = {
  "\\differentialD": "\\mathrm{d}",
  "\\exponentialE": "\\mathrm{e}",
  "\\imaginaryI": "\\mathrm{i}",
  "\\imaginaryJ": "\\mathrm{j}",
  "\\doubleprime": "\\prime\\prime",
  "\\placeholder": "\\square",
};
const OPTIONS = {
  trust: false,
  strict: "ignore",
  maxSize: 20, // em
  maxExpand: 200, // macro expansions
  output: "htmlAndMathml",
  throwOnError: true,
  errorColor: "currentColor", // of a refused command, which is shown as it was written
};
const cache = new Map();

/** Draw `latex` into `element`. What KaTeX does not understand stays there as source. */
export function drawFormula(element, latex, display) {
  const key = `${display}${latex}`;
  if (!cache.has(key)) remember(key, compiled(latex, display));
  element.replaceChildren(cache.get(key).cloneNode(true));
}

function remember(key, node) {
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value);
  cache.set(key, node);
}

function compiled(latex, display) {
  if (latex.length > LONGEST) return asSource(latex);
  try {
    const template = document.createElement("template");
    const options = { ...OPTIONS, macros: { ...MACROS }, displayMode: display }; // a formula may define more, for itself alone
    template.innerHTML = unstyled(katex.renderToString(withPercents(latex), options));
    applyStyles(template.content);
    if (!display) breakable(template.content);
    return template.content;
  } catch (error) {
    if (error instanceof katex.ParseError || error instanceof RangeError) return asSource(latex, error.message);
    throw error;
  }
}

// A line may end between the pieces, also where it may not end at the formula (`unbroken`, markdown.js).
function breakable(drawn) {
  wrapLong(drawn);
  for (const piece of drawn.querySelectorAll(".katex-base + .katex-base")) piece.before(document.createElement("wbr"));
}

// A long piece scrolls in its own box (solution.css). That is a flex box, whose baseline is its content's; so it has one child.
function wrapLong(drawn) {
  for (const piece of drawn.querySelectorAll(".katex-base")) {
    if (piece.textContent.length < LONG) continue;
    const content = document.createElement("span");
    content.append(...piece.childNodes);
    piece.append(content);
    piece.classList.add("long");
  }
}

// "25%" is an answer as students and models write it. LaTeX would take the sign, and what follows it, for a comment.
function withPercents(latex) {
  return latex.replace(/\\.|%/gs, (sign) => (sign === "%" ? "\\%" : sign));
}

function asSource(latex, why = "") {
  const source = document.createElement("code");
  source.className = "formula-source";
  source.textContent = latex;
  source.title = why;
  return source;
}
