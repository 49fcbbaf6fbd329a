// The two-dimensional equation editor: a MathLive field and its LaTeX side by side; what is inserted is LaTeX in the question.

import { insert } from "lemma/composer.js";
import { applyStyles, unstyled } from "lemma/styled.js";

const dialog = document.getElementById("equation");
const source = document.getElementById("equation-latex");
let editor = null;

/** Open the editor; MathLive (0.8 MB) is loaded at the first time. */
export async function openEquation() {
  dialog.showModal();
  editor ??= await createEditor();
  editor.focus();
}

async function createEditor() {
  const { MathfieldElement } = await import("mathlive");
  MathfieldElement.fontsDirectory = dialog.dataset.fonts;
  MathfieldElement.soundsDirectory = null;
  MathfieldElement.createHTML = unstyled;
  const field = new MathfieldElement({ mathVirtualKeyboardPolicy: "auto" });
  field.setAttribute("aria-label", dialog.dataset.label);
  window.mathVirtualKeyboard.container = document.getElementById("equation-keyboard");
  restyle(document.getElementById("equation-keyboard"));
  document.getElementById("equation-field").append(field);
  restyle(field.shadowRoot);
  styleAtOnce(field.shadowRoot.querySelector("[part=content]"));
  field.addEventListener("input", () => (source.value = field.value));
  source.addEventListener("input", () => field.setValue(source.value, { silenceNotifications: true }));
  return field;
}

// MathLive measures a formula right after it has written its markup, so there its styles cannot wait for an observer.
function styleAtOnce(element) {
  const { set, get } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  Object.defineProperty(element, "innerHTML", {
    get,
    set(html) {
      set.call(this, html);
      applyStyles(this);
    },
  });
}

function restyle(root) {
  applyStyles(root);
  new MutationObserver(() => applyStyles(root)).observe(root, { childList: true, subtree: true });
}

function done(event) {
  event.preventDefault();
  const latex = source.value.trim();
  dialog.close();
  if (latex) insert(`$${latex}$`);
  editor.value = source.value = "";
}

dialog?.querySelector("form").addEventListener("submit", done);
