// Starts the pages of training: forms, keys, and the socket that says when what is shown has changed. Each part of a page that lives
// ([data-live]) then fetches itself anew.

import { announce } from "lemma/announce.js";
import { openDialog } from "lemma/dialogs.js";
import { bindForms } from "lemma/forms.js";
import { bindKeys } from "lemma/keys.js";
import { Live } from "lemma/live.js";
import { labelCells } from "lemma/tables.js";

const socket = document.querySelector("[data-socket]")?.dataset.socket;
const state = () => document.querySelector("[data-state]")?.dataset.state;

let first = true; // the page itself is as new as the first frame
let said = state();

function refresh() {
  if (first) return (first = false);
  for (const part of document.querySelectorAll("[data-live]")) part.dispatchEvent(new Event("changed"));
}

// A run's state is said when it is another one; its progress is there to be read.
document.addEventListener("htmx:afterSwap", () => {
  labelCells(document);
  if (state() && state() !== said) announce((said = state()));
});

labelCells(document);
bindForms();
bindKeys({ help: () => openDialog("shortcuts") });
if (socket) new Live(socket, refresh);
