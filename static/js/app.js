// Starts the page: draws its turns, follows those that are not over, and binds keys and buttons.

import { announce } from "lemma/announce.js";
import { field } from "lemma/composer.js";
import { openDialog } from "lemma/dialogs.js";
import { bindDrafts } from "lemma/drafts.js";
import { openEquation } from "lemma/equation.js";
import { bindKeys } from "lemma/keys.js";
import { bindPolls } from "lemma/polls.js";
import { bindRefusals } from "lemma/refusals.js";
import { goToEnd } from "lemma/scroll.js";
import { Feed } from "lemma/socket.js";
import { TurnView } from "lemma/thread.js";
import { drawMaths } from "lemma/work.js";

const thread = document.getElementById("thread");
const views = new Map();
const NARROW = matchMedia("(max-width: 820px)"); // the history is a drawer, as in tutor.css

function startThread() {
  for (const root of thread.querySelectorAll("[data-turn]")) {
    const view = new TurnView(root);
    views.set(view.id, view);
  }
  goToEnd();
  const live = [...views.values()].filter((view) => !view.ended);
  if (live.length && thread.dataset.socket) follow(live); // who reads another's conversation has none
}

function follow(live) {
  const feed = new Feed(thread.dataset.socket, {
    entry(message) {
      const view = views.get(message.turn);
      if (!view.take(message)) feed.resume(view.id);
      if (view.ended) feed.unwatch(view.id);
    },
    connection(state, code) {
      for (const view of live) view.reconnecting = state === "reconnecting";
      for (const notice of document.querySelectorAll("[data-refused]")) notice.hidden = Number(notice.dataset.refused) !== code;
    },
  });
  for (const view of live) feed.watch(view.id, () => view.seq);
}

function stopLast() {
  const running = [...views.values()].filter((view) => !view.ended).at(-1);
  running?.stop();
  return running !== undefined;
}

function search() {
  const sidebar = document.getElementById("sidebar");
  if (NARROW.matches && !sidebar.matches(":popover-open")) sidebar.showPopover();
  document.getElementById("search").focus();
}

// The list changes while the reader stays in the search field.
function announceFound(found) {
  if (found) announce(found.textContent);
}

function bindEdit(root) {
  const form = root.querySelector(".edit");
  const button = root.querySelector("[data-edit]");
  if (!button) return; // a request for a hint has no words to edit
  const show = (shown) => {
    form.hidden = !shown;
    root.querySelector(".asked").hidden = shown;
    (shown ? form.elements.question : button).focus();
  };
  button.addEventListener("click", () => show(true));
  form.querySelector("[data-cancel]").addEventListener("click", () => show(false));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // used up: it stops nothing
    show(false);
  });
}

// A page that is gone back to is as it was left: htmx keeps a button off when the answer leads to another page. It counts the requests
// on the element itself, so only a copy starts anew.
function enableAgain() {
  for (const button of document.querySelectorAll("[data-disabled-by-htmx]")) {
    const copy = button.cloneNode(true);
    copy.disabled = false;
    delete copy.dataset.disabledByHtmx;
    button.replaceWith(copy);
  }
}

bindPolls();
drawMaths(document);
document.addEventListener("htmx:afterSwap", ({ target }) => {
  drawMaths(target);
  announceFound(target.querySelector(":scope > [data-found]"));
});
if (thread) startThread();
for (const root of document.querySelectorAll("[data-turn]")) bindEdit(root);
for (const button of document.querySelectorAll("[data-equation]")) button.addEventListener("click", openEquation);
bindDrafts();
bindRefusals();
addEventListener("pageshow", (event) => event.persisted && enableAgain());
document.querySelector("[data-print]")?.addEventListener("click", () => print());
bindKeys({ stop: stopLast, search, ask: () => field?.focus(), help: () => openDialog("shortcuts") });
