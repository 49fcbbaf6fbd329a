// Keyboard shortcuts, which can be switched off. Keys that a dialog, a menu or an input method uses are left to them.

const SWITCH = "shortcuts"; // in localStorage: "off"

const enabled = () => localStorage.getItem(SWITCH) !== "off";
const typing = (target) => target.closest("input, textarea, select, math-field, [contenteditable]") !== null;
const busy = () => document.querySelector("dialog[open], details.menu[open], .edit:not([hidden])") !== null;

/** `actions`: stop, search, ask, help. */
export function bindKeys(actions) {
  addEventListener("keydown", (event) => {
    const name = enabled() && !event.isComposing && !busy() ? shortcut(event) : null;
    if (!name) return;
    event.preventDefault();
    actions[name]();
  });
  const box = document.getElementById("shortcuts-on");
  box.checked = enabled();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}

function shortcut(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return "search";
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "Escape") return "stop";
  if (typing(event.target)) return null;
  return { "/": "ask", "?": "help" }[event.key] ?? null;
}
