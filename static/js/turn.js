// The state of one turn, made from the entries of its event log and from nothing else (docs/architecture.md, "Events").

export const ENDED = new Set(["done", "failed", "stopped"]);

export function newTurn(id) {
  return {
    id,
    seq: 0, // of the last entry that was taken in
    run: 0,
    phase: "queued", // queued thinking writing coding running done failed stopped
    position: null, // in the queue, from 1
    again: false, // a worker was lost: what is shown belongs to a run that is given up
    mode: null,
    segments: [], // {type: "text", text} or {type: "code", text, round, complete, output}
    answer: null,
    checked: false,
    differs: false,
    finish: null,
    reason: null,
  };
}

/** The turn after one more entry. An entry that was seen before changes nothing; one after a gap is refused (returns null). */
export function reduce(turn, entry) {
  if (entry.kind === "position") return ENDED.has(turn.phase) ? turn : { ...turn, position: entry.data.position };
  if (entry.seq <= turn.seq) return turn;
  if (entry.seq !== turn.seq + 1) return null;
  const next = REDUCERS[entry.kind]?.(turn, entry.data) ?? turn;
  return { ...next, seq: entry.seq, run: entry.run };
}

/** The turn after a whole replay, in which neighbouring tokens may have been merged: `seq` is the last entry that it covers. */
export function replayed(id, { events, seq }) {
  const turn = events.reduce((state, entry) => REDUCERS[entry.kind]?.(state, entry.data) ?? state, newTurn(id));
  return { ...turn, seq, run: events.at(-1)?.run ?? 0 };
}

const REDUCERS = {
  queued: (turn, data) => ({ ...turn, phase: "queued", again: Boolean(data.again), position: null }),
  started: (turn, data) => ({ ...newTurn(turn.id), phase: "thinking", mode: data.mode, again: turn.again }),
  token: (turn, data) => (data.part === "code" ? withCode(turn, data.text) : withText(turn, data.text)),
  code: (turn, data) => withBlock(turn, data),
  output: (turn, data) => withOutput(turn, data),
  done: (turn, data) => ({
    ...turn,
    phase: "done",
    answer: data.answer,
    checked: data.checked,
    differs: data.differs,
    finish: data.finish,
  }),
  failed: (turn, data) => ({ ...turn, phase: "failed", reason: data.reason }),
  stopped: (turn) => ({ ...turn, phase: "stopped" }),
};

function withText(turn, text) {
  const last = turn.segments.at(-1);
  if (last?.type !== "text") return { ...turn, phase: "writing", segments: [...turn.segments, { type: "text", text }] };
  return { ...turn, phase: "writing", segments: turn.segments.with(-1, { ...last, text: last.text + text }) };
}

function withCode(turn, text) {
  const last = turn.segments.at(-1);
  if (last?.type === "code" && !last.complete) {
    return { ...turn, phase: "coding", segments: turn.segments.with(-1, { ...last, text: last.text + text }) };
  }
  return { ...turn, phase: "coding", segments: [...turn.segments, newBlock(text)] };
}

function newBlock(text) {
  return { type: "code", text, round: null, complete: false, output: null };
}

// The `code` entry has the block as it runs: it replaces what was streamed of it.
function withBlock(turn, { round, code }) {
  const last = turn.segments.at(-1);
  const streamed = last?.type === "code" && !last.complete;
  const kept = streamed ? turn.segments.slice(0, -1) : turn.segments;
  return { ...turn, phase: "running", segments: [...kept, { ...newBlock(code), round, complete: true }] };
}

function withOutput(turn, data) {
  const at = turn.segments.findLastIndex((segment) => segment.type === "code" && segment.round === data.round);
  if (at < 0) return turn;
  return { ...turn, phase: "thinking", segments: turn.segments.with(at, { ...turn.segments[at], output: data }) };
}
