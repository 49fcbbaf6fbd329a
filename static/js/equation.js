// The two-dimensional equation editor: a MathLive field and its LaTeX side by side; what is inserted is LaTeX in the question.

import { insert } from "lemma/composer.js";
import { applyStyles, unstyled } from "lemma/styled.js";

const dialog = document.getElementById("equation");
const source = document.getElementById("equation-latex");
// MathLive has commands of its own, which neither other programs nor models know.
const PLAIN = { differentialD: "d", exponentialE: "e", imaginaryI: "i", imaginaryJ: "j" };
const OWN = /([a-zA-Z]?)\\(differentialD|exponentialE|imaginaryI|imaginaryJ)(?![a-zA-Z])\s*/g;
let editor = null; // a promise of the field

/** Open the editor; MathLive (0.8 MB) is loaded at the first time. */
export async function openEquation() {
  dialog.showModal();
  editor ??= createEditor();
  (await editor).focus();
}

function plain(latex) {
  return latex
    .replace(OWN, (_, letter, name) => (letter ? `${letter} ` : "") + PLAIN[name]) // "\alpha\differentialD" is not "\alphad"
    .replace(/\^(?:\\doubleprime(?![a-zA-Z])\s*|\{\\doubleprime\})/g, "''")
    .replace(/\\placeholder(?:\[[^\]]*\])?\{\}/g, "\\square{}");
}

async function createEditor() {
  const { MathfieldElement } = await import("mathlive");
  MathfieldElement.fontsDirectory = dialog.dataset.fonts;
  MathfieldElement.soundsDirectory = null;
  MathfieldElement.locale = document.documentElement.lang.startsWith("zh") ? "zh-cn" : "en";
  MathfieldElement.createHTML = unstyled;
  placeKeyboard(window.mathVirtualKeyboard);
  const field = new MathfieldElement();
  field.setAttribute("aria-label", dialog.dataset.label);
  document.getElementById("equation-field").append(field);
  restyle(field.shadowRoot);
  field.shadowRoot.querySelector("[part=container]").style.visibility = ""; // hidden by its first markup only
  styleAtOnce(field.shadowRoot.querySelector("[part=content]"));
  field.setValue(source.value, { silenceNotifications: true });
  field.addEventListener("input", () => (source.value = plain(field.value)));
  source.addEventListener("input", () => field.setValue(source.value, { silenceNotifications: true }));
  return field;
}

// The keyboard for touch screens stands in the dialog: what is outside of a modal dialog cannot be touched.
function placeKeyboard(keyboard) {
  const place = document.getElementById("equation-keyboard");
  keyboard.container = place;
  keyboard.addEventListener("geometrychange", () => {
    place.style.height = `${keyboard.visible ? keyboard.boundingRect.height : 0}px`;
  });
  restyle(place);
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
  window.mathVirtualKeyboard?.hide(); // none before MathLive has come
  source.value = "";
  editor?.then((field) => field.setValue("", { silenceNotifications: true }));
}

dialog?.querySelector("form").addEventListener("submit", done);
