// A drawn solution as plain text: formulas as their LaTeX, everything else as it reads.

/** The text of `node`, with line breaks between blocks. */
export function plainText(node) {
  const copy = node.cloneNode(true);
  for (const formula of copy.querySelectorAll(".katex")) {
    formula.replaceWith(formula.querySelector("annotation")?.textContent ?? "");
  }
  for (const block of copy.querySelectorAll("p, li, div, pre, h1, h2, h3, h4, h5, h6, tr, br")) block.append("\n");
  for (const hidden of copy.querySelectorAll("button, [hidden], summary")) hidden.remove();
  return copy.textContent.replace(/\n{3,}/g, "\n\n").trim();
}
