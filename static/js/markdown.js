// Text that a model or a student wrote, as safe HTML: no HTML of theirs is read, what Markdown makes of it is sanitised, and
// only then are formulas drawn and code highlighted in it.

import DOMPurify from "dompurify";
import hljs from "highlight.js/core";
import python from "highlight.js/python";
import MarkdownIt from "markdown-it";
import { drawFormula } from "lemma/formula.js";
import { latex } from "lemma/latex.js";

const MARKS = /^[.,;:!?)\]}。，、；：！？）]+/; // what never begins a line
const LONGEST_HIGHLIGHTED = 20000; // characters
const ALLOWED = {
  ALLOWED_TAGS: [
    ..."p br hr strong em s code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 table thead tbody tr th td a span div".split(" "),
  ],
  ALLOWED_ATTR: ["href", "class", "start"],
  RETURN_DOM_FRAGMENT: true,
};

hljs.registerLanguage("python", python);

const solution = new MarkdownIt({ html: false, linkify: false, breaks: false }).disable(["image", "code", "reference"]).use(latex);
const question = new MarkdownIt("zero", { breaks: true }).enable(["newline"]).use(latex);

// markdown-it drops all that follows quotes or lists nested 100 deep. A line that opens 20 at once means none of them: blanks
// take the place of its marks, so that positions in the text stay what they are.
const DEEP = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){20,}/gm;
const flat = (text) => text.replace(DEEP, (marks) => " ".repeat(marks.length));

/** Top-level blocks of Markdown: [{start, end}] in characters, in order. What follows the last one can only change the last one. */
export function blocks(text) {
  const starts = lineStarts(text);
  const top = solution.parse(flat(text), { streaming: true }).filter((token) => token.level === 0 && token.nesting >= 0 && token.map);
  return top.map(({ map }) => ({ start: starts[map[0]] ?? text.length, end: starts[map[1]] ?? text.length }));
}

function lineStarts(text) {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** A solution's Markdown as a document fragment; `streaming`: it goes on, so hold back an open formula at its end. */
export function solutionFragment(text, { streaming = false } = {}) {
  return finished(solution.render(flat(text), { streaming }));
}

/** A question as a document fragment: its line breaks and its formulas, and nothing else. */
export function questionFragment(text) {
  return finished(question.render(text, {}));
}

/** Python source, highlighted, into `element`. */
export function drawPython(element, code) {
  if (code.length > LONGEST_HIGHLIGHTED) element.textContent = code;
  else element.replaceChildren(DOMPurify.sanitize(hljs.highlight(code, { language: "python" }).value, ALLOWED));
}

function finished(html) {
  const fragment = DOMPurify.sanitize(html, ALLOWED);
  for (const element of fragment.querySelectorAll(".formula")) {
    const display = element.classList.contains("formula-display");
    drawFormula(element, element.textContent, display);
    if (!display) keepMarks(element);
  }
  for (const code of fragment.querySelectorAll("pre > code.language-python, pre > code.language-py")) drawPython(code, code.textContent);
  for (const link of fragment.querySelectorAll("a[href]")) {
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
  }
  for (const table of fragment.querySelectorAll("table")) scrollable(table);
  return fragment;
}

// A browser may break a line at either end of a formula, even before a full stop.
function keepMarks(formula) {
  const after = formula.nextSibling;
  const marks = after?.nodeType === Node.TEXT_NODE && MARKS.exec(after.data);
  if (!marks) return;
  after.splitText(marks[0].length);
  const together = document.createElement("span");
  together.className = "unbroken";
  formula.before(together);
  together.append(formula, after);
}

function scrollable(table) {
  const frame = document.createElement("div");
  frame.className = "wide";
  frame.tabIndex = 0;
  table.replaceWith(frame);
  frame.append(table);
}
