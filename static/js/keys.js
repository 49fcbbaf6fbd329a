// Keyboard shortcuts, which can be switched off. Keys that a dialog, a menu or an input method uses are left to them.

const SWITCH = "shortcuts"; // in localStorage: "off"
const TEXT_FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, math-field, [contenteditable]";

const enabled = () => localStorage.getItem(SWITCH) !== "off";
const typing = (target) => target.closest(TEXT_FIELDS) !== null;
const busy = () => document.querySelector("dialog[open], details.menu[open], .edit:not([hidden])") !== null;

// What the browser itself does on Escape, after this: close what popped up, empty a search.
const closes = (target) => document.querySelector(":popover-open") !== null || (target.type === "search" && target.value !== "");

/**
 * `actions` by name: search (Ctrl K), stop (Esc), and those that `letters` maps single keys to; a name without an action is left out.
 * One that had nothing to do returns false: its key is left to the browser.
 */
export function bindKeys(actions, letters = { "/": "ask", "?": "help" }) {
  addEventListener("keydown", (event) => {
    const free = enabled() && !event.defaultPrevented && !event.isComposing && !busy();
    const name = free ? shortcut(event, letters) : null;
    if (!name || !actions[name]) return;
    if (actions[name](event.key) !== false) event.preventDefault();
  });
  const box = document.getElementById("shortcuts-on");
  box.checked = enabled();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}

function shortcut(event, letters) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return "search";
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "Escape") return closes(event.target) ? null : "stop";
  if (typing(event.target)) return null;
  return letters[event.key] ?? null;
}
