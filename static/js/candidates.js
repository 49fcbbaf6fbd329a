// The candidate solutions of a turn, side by side: how far each is, what it came to, who agrees, and which was picked.
// They are tabs: the one that is open is shown below them.

import { drawFormula } from "lemma/formula.js";
import { say } from "lemma/strings.js";
import { standing } from "lemma/turn.js";

const template = document.getElementById("candidate")?.content.firstElementChild;
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class CandidateTabs {
  #list;
  #onOpen;
  #drawn = []; // what each tab shows, as text: an unchanged one is left alone

  /** `onOpen(number)` is called when somebody opens a candidate. */
  constructor(list, onOpen) {
    this.#list = list;
    this.#onOpen = onOpen;
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) onOpen(Number(tab.dataset.number));
    });
    list.addEventListener("keydown", (event) => this.#move(event));
  }

  update(turn, open, live) {
    this.#list.hidden = turn.candidates.length < 2;
    if (this.#list.hidden) return;
    while (this.#list.childElementCount > turn.candidates.length) this.#list.lastElementChild.remove();
    this.#drawn.length = Math.min(this.#drawn.length, turn.candidates.length);
    turn.candidates.forEach((_, number) => this.#draw(turn, number, open === number, live));
  }

  #draw(turn, number, open, live) {
    const tab = this.#list.children[number] ?? this.#list.appendChild(template.cloneNode(true));
    tab.dataset.number = number;
    tab.setAttribute("aria-selected", open);
    tab.tabIndex = open ? 0 : -1;
    const shown = this.#shown(turn, number, live);
    const key = JSON.stringify(shown);
    if (this.#drawn[number] === key) return;
    this.#drawn[number] = key;
    const part = (name) => tab.querySelector(`[data-card=${name}]`);
    tab.dataset.phase = shown.phase;
    tab.classList.toggle("picked", shown.picked);
    part("number").textContent = say("solution", { number: number + 1 });
    part("picked").hidden = !shown.picked;
    part("checked").toggleAttribute("hidden", !shown.checked); // an SVG element has no property of that name
    part("state").textContent = shown.state;
    if (shown.answer) drawFormula(part("answer"), shown.answer, false);
    else part("answer").textContent = "";
  }

  #shown(turn, number, live) {
    const candidate = turn.candidates[number];
    const { agreeing, rank } = standing(turn, number);
    const facts = [
      candidate.refuted && say("unfit"),
      agreeing && turn.selected && say("agree", { agreeing, count: turn.selected.count }),
      rank && say("rank", { rank }),
    ];
    return {
      phase: candidate.phase,
      answer: candidate.answer,
      checked: candidate.checked,
      picked: turn.selected?.candidate === number,
      state: facts.filter(Boolean).join("\n") || stateOf(candidate, live),
    };
  }

  #move(event) {
    const count = this.#list.childElementCount;
    const at = Number(event.target.dataset?.number);
    const to = { Home: 0, End: count - 1 }[event.key] ?? (STEPS[event.key] ? (at + STEPS[event.key] + count) % count : null);
    if (to === null || Number.isNaN(at)) return;
    event.preventDefault();
    this.#onOpen(to);
    this.#list.children[to].focus();
  }
}

function stateOf({ phase, dropped, answer }, live) {
  if (phase === "dropped") return say(`dropped-${dropped}`);
  if (phase === "solved") return answer ? say("done") : say("noAnswer");
  return live ? say(phase) : say("stopped");
}
