// On a phone a table's rows are cards (classes.css): each cell says its column's name itself.

export function labelCells(root) {
  for (const table of root.querySelectorAll(".table")) {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    for (const { cells } of table.tBodies[0].rows) [...cells].forEach((cell, column) => (cell.dataset.label = names[column]));
  }
}
