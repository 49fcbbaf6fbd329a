// The socket of an assignment's teachers (docs/architecture.md, "The grading socket"): says which submission is open, and hears how
// things stand. Connects again by itself; nothing is lost meanwhile, because each message is the whole state.

const FIRST_DELAY = 500; // ms; doubles up to LAST_DELAY
const LAST_DELAY = 15000;
const REFUSED = [4401, 4404];

export class Live {
  #url;
  #onState;
  #socket = null;
  #delay = FIRST_DELAY;
  #at = null;

  constructor(path, onState) {
    this.#url = new URL(path, location.href);
    this.#url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#onState = onState;
    this.#connect();
  }

  /** The submission with this id is open now; null: none. */
  at(submission) {
    this.#at = submission;
    this.#say();
  }

  #say() {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ at: this.#at }));
  }

  #connect() {
    this.#socket = new WebSocket(this.#url);
    this.#socket.addEventListener("open", () => {
      this.#delay = FIRST_DELAY;
      this.#say();
    });
    this.#socket.addEventListener("message", (event) => this.#onState(JSON.parse(event.data)));
    this.#socket.addEventListener("close", (event) => REFUSED.includes(event.code) || this.#later());
  }

  #later() {
    setTimeout(() => this.#connect(), this.#delay * (0.5 + Math.random() / 2));
    this.#delay = Math.min(this.#delay * 2, LAST_DELAY);
  }
}
