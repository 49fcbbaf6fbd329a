// A drawn solution as plain text: formulas as their LaTeX, lists with their marks, a table's cells beside each other, all else as it reads.

const CELL = ["code", "text", "error"]; // of a Python block, what is its text

/** The text of `node`, with line breaks between blocks. */
export function plainText(node) {
  const copy = node.cloneNode(true);
  for (const formula of copy.querySelectorAll(".katex")) {
    formula.replaceWith(formula.querySelector("annotation")?.textContent ?? "");
  }
  for (const cell of copy.querySelectorAll(".cell")) cell.replaceWith(textOf(cell));
  for (const table of copy.querySelectorAll("table")) table.replaceWith([...table.rows].map(line).join(""));
  for (const item of copy.querySelectorAll("li")) (item.querySelector(":scope > p") ?? item).prepend(mark(item));
  for (const block of copy.querySelectorAll("p, div, pre, h1, h2, h3, h4, h5, h6, br")) block.append("\n");
  for (const hidden of copy.querySelectorAll("button, [hidden], summary")) hidden.remove();
  return copy.textContent.replace(/\n{3,}/g, "\n\n").trim();
}

function textOf(cell) {
  const parts = CELL.map((name) => cell.querySelector(`[data-part=${name}]`).textContent.trimEnd());
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

const line = (row) => `${[...row.cells].map((cell) => cell.textContent).join("\t")}\n`;

function mark(item) {
  const list = item.parentElement;
  return list.matches("ol") ? `${list.start + [...list.children].indexOf(item)}. ` : "- ";
}
