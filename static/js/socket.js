// The conversation's socket: says which turns are watched and from which entry on, and connects again by itself.
// What is missed while it is down is replayed by the server, which keeps the log (docs/architecture.md, "The socket").

const FIRST_DELAY = 500; // ms; doubles up to LAST_DELAY
const LAST_DELAY = 15000;
const LOGGED_OUT = 4401;
const NOT_YOURS = 4404;
const OUTDATED = 4409; // what is watched is over for a day, and is not told entry by entry any more

export class Feed {
  #url;
  #handlers;
  #watched = new Map(); // turn id -> () => last seq
  #socket = null;
  #timer = null;
  #delay = FIRST_DELAY;

  /** `handlers`: entry(message), and connection("open" | "reconnecting"), or connection("refused", code). */
  constructor(path, handlers) {
    this.#url = new URL(path, location.href);
    this.#url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#handlers = handlers;
    addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.#retryNow());
  }

  /** Follow a turn from the entry after `lastSeq()`, until `unwatch`. */
  watch(turn, lastSeq) {
    this.#watched.set(turn, lastSeq);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ask(turn);
    else this.#connect();
  }

  /** Ask again from the last entry that was taken in (after a gap). */
  resume(turn) {
    if (this.#watched.has(turn) && this.#socket?.readyState === WebSocket.OPEN) this.#ask(turn);
  }

  unwatch(turn) {
    this.#watched.delete(turn);
    if (this.#watched.size === 0) this.#socket?.close();
  }

  #ask(turn) {
    this.#socket.send(JSON.stringify({ watch: turn, after: this.#watched.get(turn)() }));
  }

  #connect() {
    if (this.#socket || this.#timer) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => this.#handlers.entry(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.#closed(event.code));
  }

  #opened() {
    this.#delay = FIRST_DELAY;
    this.#handlers.connection("open");
    for (const turn of this.#watched.keys()) this.#ask(turn);
  }

  #closed(code) {
    this.#socket = null;
    if (this.#watched.size === 0) return;
    if (code === LOGGED_OUT || code === NOT_YOURS) {
      this.#handlers.connection("refused", code);
      return;
    }
    if (code === OUTDATED) {
      location.reload();
      return;
    }
    this.#handlers.connection("reconnecting");
    const wait = this.#delay * (0.5 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 2, LAST_DELAY);
    this.#timer = setTimeout(() => this.#retryNow(), wait);
  }

  #retryNow() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#connect();
  }
}
