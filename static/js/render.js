// Streams one piece of a solution's text into an element. Finished blocks are drawn once and left alone; only the last block,
// which the next token may change, is drawn again.

import { blocks, solutionFragment } from "lemma/markdown.js";

export class StreamedText {
  #element;
  #onFinished;
  #tail = document.createElement("div");
  #text = "";
  #settled = 0; // characters of the text that are drawn for good
  #complete = false;

  /** `onFinished(node)` is called for each finished part, once. */
  constructor(element, onFinished) {
    this.#element = element;
    this.#onFinished = onFinished;
    this.#tail.className = "tail";
    element.append(this.#tail);
  }

  /** Show `text`, which begins with what was shown before; `complete`: nothing follows. */
  update(text, complete) {
    if (text === this.#text && complete === this.#complete) return;
    this.#text = text;
    this.#complete = complete;
    const rest = text.slice(this.#settled);
    this.#settle(complete ? rest : rest.slice(0, blocks(rest).at(-1)?.start ?? 0));
    this.#tail.replaceChildren(solutionFragment(text.slice(this.#settled), { streaming: true }));
  }

  #settle(text) {
    if (!text.trim()) return;
    const finished = document.createElement("div");
    finished.append(solutionFragment(text));
    this.#tail.before(finished);
    this.#settled += text.length;
    this.#onFinished(finished);
  }
}
