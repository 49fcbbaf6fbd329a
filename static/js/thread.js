// One turn on the page: takes in its log and draws what has changed, at most once a frame and never so often that it stutters.

import { announce } from "lemma/announce.js";
import { CandidateTabs } from "lemma/candidates.js";
import { Cell } from "lemma/cell.js";
import { copyTurn } from "lemma/copy.js";
import { drawFormula } from "lemma/formula.js";
import { drawLesson } from "lemma/lesson.js";
import { questionFragment } from "lemma/markdown.js";
import { plainText } from "lemma/plain.js";
import { StreamedText } from "lemma/render.js";
import { keepUp } from "lemma/scroll.js";
import { say } from "lemma/strings.js";
import { ENDED, reduce, replayed } from "lemma/turn.js";
import { reachWide } from "lemma/work.js";

const STATE = ["phase", "position", "again", "givenUp", "run", "selected", "review", "notes"]; // what the words around the steps depend on
const UNSAID = new Set(["writing", "coding"]); // phases that come with every few tokens
const REST = 2; // after a drawing that took t ms, the next one comes REST * t later at the earliest

export class TurnView {
  #root;
  #turn;
  #drawn = null; // the state that the page shows
  #open = null; // the candidate that somebody opened
  #shown = 0; // the candidate whose steps the page shows
  #segments = []; // StreamedText or Cell, one a segment
  #tabs;
  #timer = null; // of the next drawing
  #cost = 0; // ms that the last one took
  #reconnecting = false;

  constructor(root) {
    this.#root = root;
    this.#turn = replayed(root.dataset.turn, JSON.parse(document.getElementById(`log-${root.dataset.turn}`).textContent));
    for (const asked of root.querySelectorAll("[data-part=question], [data-part=attempt], [data-part=quote]")) {
      asked.replaceChildren(questionFragment(asked.textContent));
    }
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-copy]");
      if (button) copyTurn(button, this.#candidate, this.#part("steps"));
    });
    this.#tabs = new CandidateTabs(this.#part("candidates"), (number) => this.#openCandidate(number));
    this.#draw();
  }

  get id() {
    return this.#turn.id;
  }

  get seq() {
    return this.#turn.seq;
  }

  get ended() {
    return ENDED.has(this.#turn.phase);
  }

  /** Take in a message of the socket; false: entries are missing before it. */
  take(entry) {
    const next = reduce(this.#turn, entry);
    if (next === null) return false;
    if (next !== this.#turn) this.#schedule();
    this.#turn = next;
    return true;
  }

  set reconnecting(value) {
    if (value === this.#reconnecting) return;
    this.#reconnecting = value;
    this.#drawStatus();
    if (value) announce(say("reconnecting"));
  }

  stop() {
    this.#part("stop").requestSubmit();
  }

  get #candidate() {
    return this.#turn.candidates[this.#shown];
  }

  #openCandidate(number) {
    this.#open = number;
    this.#draw();
  }

  #part(name) {
    return this.#root.querySelector(`[data-part=${name}]`);
  }

  #schedule() {
    this.#timer ??= setTimeout(() => requestAnimationFrame(() => this.#drawTimed()), this.#cost * REST);
  }

  #drawTimed() {
    const start = performance.now();
    this.#timer = null;
    this.#draw();
    this.#cost = performance.now() - start;
  }

  #draw() {
    if (this.#turn.run !== this.#drawn?.run) this.#open = null;
    const shown = this.#open ?? this.#turn.selected?.candidate ?? 0;
    const other = shown !== this.#shown;
    if (["run", "started"].some((key) => this.#turn[key] !== this.#drawn?.[key]) || other) this.#clear();
    this.#shown = shown;
    this.#drawSegments();
    this.#tabs.update(this.#turn, shown, !this.ended);
    const before = this.#drawn;
    this.#drawn = this.#turn;
    if (other || STATE.some((key) => before?.[key] !== this.#turn[key])) this.#drawPhase(before);
    else if (this.#turn.phase === "solving") this.#drawStatus();
    keepUp();
  }

  #clear() {
    this.#part("steps").replaceChildren();
    this.#segments = [];
  }

  #drawSegments() {
    const { segments, phase } = this.#candidate;
    const over = this.ended || phase === "solved" || phase === "dropped";
    segments.forEach((segment, i) => {
      this.#segments[i] ??= this.#newSegment(segment.type);
      if (segment.type === "code") this.#segments[i].update(segment, !over);
      else this.#segments[i].update(segment.text, over || i < segments.length - 1);
    });
  }

  #newSegment(type) {
    const element = document.createElement("div");
    element.className = type === "code" ? "step" : "step prose";
    this.#part("steps").append(element);
    if (type === "code") return new Cell(element);
    const several = this.#turn.candidates.length > 1; // eight voices at once help nobody: the picked one can be read
    return new StreamedText(element, (finished) => this.#drawn && !several && announce(plainText(finished)));
  }

  #drawPhase(before) {
    this.#root.dataset.phase = this.#turn.phase;
    this.#drawStatus();
    this.#part("stop").hidden = this.ended;
    this.#part("actions").hidden = !this.ended;
    this.#part("restarted").hidden = !this.#turn.again || this.ended;
    for (const why of ["refuted", "repeats"]) this.#part(`given-up-${why}`).hidden = this.#turn.givenUp !== why;
    if (this.ended) this.#drawEnd();
    this.#drawChoice();
    drawLesson(this.#root, this.#turn, before !== null);
    if (before && before.phase !== this.#turn.phase && !UNSAID.has(this.#turn.phase)) this.#announcePhase();
  }

  #drawStatus() {
    this.#part("status").textContent = this.#reconnecting && !this.ended ? say("reconnecting") : this.#label();
    this.#root.classList.toggle("reconnecting", this.#reconnecting && !this.ended);
  }

  #label() {
    const { phase, position, candidates } = this.#turn;
    if (phase === "queued" && position) return say("position", { position });
    const complete = candidates.filter((candidate) => candidate.phase === "solved").length;
    return say(phase, { complete, count: candidates.length });
  }

  /** Why this candidate was picked, and how sure one can be of it. */
  #drawChoice() {
    const { selected, candidates } = this.#turn;
    this.#part("choice").hidden = !selected;
    this.#part("unsure").hidden = !selected?.unsure;
    this.#part("no-scorer").hidden = !selected?.scorer_error;
    if (!selected) return;
    const { candidate, rule, agreeing, count, scorer_error } = selected;
    const groups = new Set(Object.values(selected.groups).filter((group) => group !== null));
    const agreed = say("agreed", { agreeing, count, answers: groups.size });
    this.#part("why").textContent = `${say(`picked-${rule}`, { number: candidate + 1, total: candidates.length })} ${agreed}`;
    this.#part("no-scorer-why").textContent = scorer_error;
  }

  #drawEnd() {
    const { phase, reason } = this.#turn;
    const { answer, checked, differs, refuted, finish } = this.#candidate;
    this.#part("cut").hidden = finish !== "length";
    this.#part("failure").hidden = phase !== "failed";
    if (phase === "failed") this.#part("reason").textContent = say(`failure-${reason}`);
    this.#part("answer").hidden = !answer;
    if (answer) drawFormula(this.#part("answer-text"), answer, false);
    this.#part("checked").hidden = !checked;
    this.#part("differs").hidden = !differs;
    this.#part("refuted").hidden = !refuted;
    reachWide(this.#root);
  }

  #announcePhase() {
    const { phase, reason, selected } = this.#turn;
    const { answer, checked, differs, refuted } = this.#candidate;
    if (phase === "failed") announce(say(`failure-${reason}`));
    else announce(this.#label());
    if (phase === "done" && answer) announce(say("answerIs", { answer }));
    if (phase === "done" && checked) announce(say("checked"));
    if (phase === "done" && differs) announce(say("differs"));
    if (phase === "done" && refuted) announce(this.#part("refuted").textContent);
    if (phase === "done" && selected) announce(`${this.#part("why").textContent}${selected.unsure ? ` ${say("unsure")}` : ""}`);
  }
}
