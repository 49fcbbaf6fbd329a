// Mathematics outside of solutions: titles, problems and comments, formulas by themselves, and the lines of somebody's working.

import { drawFormula } from "lemma/formula.js";
import { questionFragment, solutionFragment } from "lemma/markdown.js";

const MARKED = /\$|\\[([]/; // the line says itself where its formulas are
const COMMAND = /\\[a-zA-Z]+|[\^_]/; // what only LaTeX has
const WORDS = /[\u4e00-\u9fff]|(?<![\\a-zA-Z])[a-zA-Z]{3,}/; // more than the names of variables
const SAID = /[\u4e00-\u9fff]|[a-zA-Z]{4,}/; // an answer in words, which a formula would run together: 24 chickens and 10 rabbits

const DRAWERS = {
  "data-maths": (element, text) => MARKED.test(text) && element.replaceChildren(questionFragment(text)),
  "data-formula": (element, text) => (COMMAND.test(text) || !SAID.test(text)) && drawFormula(element, text, false),
  "data-solution": (element, text) => element.replaceChildren(solutionFragment(text)),
  "data-work": drawStep,
};

/** What scrolls must be reachable by keyboard; a link is, with what is in it. */
export function reachWide(root) {
  for (const wide of root.querySelectorAll("pre, .formula-display, [data-formula], [data-work]")) {
    if (wide.scrollWidth > wide.clientWidth && !wide.closest("a, .clamp")) wide.tabIndex = 0;
  }
}

/** Draw everything in `root` that is marked to be drawn, once. */
export function drawMaths(root) {
  for (const [attribute, draw] of Object.entries(DRAWERS)) {
    for (const element of root.querySelectorAll(`[${attribute}]:not([data-drawn])`)) {
      draw(element, element.textContent);
      element.dataset.drawn = "";
    }
  }
  reachWide(root);
}

// A line without dollars is a formula where it is LaTeX and has no words in it; else it is shown as it was written.
function drawStep(element, text) {
  if (MARKED.test(text)) element.replaceChildren(questionFragment(text));
  else if (COMMAND.test(text) && !WORDS.test(text)) drawFormula(element, text, false);
}

/** Keep `preview` showing what `field` has, as it will be read. */
export function bindPreview(field, preview) {
  const draw = () => {
    const drawn = questionFragment(field.value);
    preview.hidden = drawn.querySelector(".katex") === null;
    preview.replaceChildren(drawn);
  };
  field.addEventListener("input", draw);
  draw();
}
