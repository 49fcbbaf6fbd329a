// One Python block of a solution: its code, whether it runs, and what came of it.

import { copyText } from "lemma/copy.js";
import { drawPython } from "lemma/markdown.js";
import { keepUp } from "lemma/scroll.js";
import { say } from "lemma/strings.js";

const NO_ID = "00000000-0000-0000-0000-000000000000";
const plotUrl = document.getElementById("plot-url")?.content.textContent;

export class Cell {
  #root = document.getElementById("cell").content.firstElementChild.cloneNode(true);
  #segment = null;

  constructor(parent) {
    parent.append(this.#root);
    this.#part("copy").addEventListener("click", ({ currentTarget }) => copyText(this.#segment.text, currentTarget));
  }

  /** `live`: the turn is not over, so a block without output still runs. */
  update(segment, live) {
    if (segment.text !== this.#segment?.text) drawPython(this.#part("code"), segment.text);
    if (segment.output && !this.#segment?.output) this.#drawOutput(segment.output);
    this.#root.classList.toggle("running", live && segment.complete && !segment.output);
    this.#part("state").textContent = this.#stateOf(segment, live);
    this.#segment = segment;
  }

  #part(name) {
    return this.#root.querySelector(`[data-part=${name}]`);
  }

  #stateOf({ output, complete }, live) {
    if (output?.timed_out) return say("timedOut");
    if (output?.error) return say("codeFailed");
    if (output) return say("ran", { seconds: output.seconds.toFixed(output.seconds < 1 ? 2 : 1) });
    if (!live) return say("notRun");
    return complete ? say("running") : say("coding");
  }

  #drawOutput({ text, error, truncated, plots }) {
    this.#part("output").hidden = false;
    this.#show("text", text);
    this.#show("error", error);
    this.#part("truncated").hidden = !truncated;
    this.#part("nothing").hidden = Boolean(text || error || plots.length);
    this.#part("plots").replaceChildren(...plots.map((id) => picture(id)));
  }

  #show(name, text) {
    this.#part(name).textContent = text ?? "";
    this.#part(name).hidden = !text;
  }
}

function picture(id) {
  const image = document.createElement("img");
  image.src = plotUrl.replace(NO_ID, id);
  image.alt = say("plot");
  image.addEventListener("load", keepUp);
  return image;
}
