// The state of one turn, made from the entries of its event log and from nothing else (docs/architecture.md, "Events").
// A turn has one candidate solution or several side by side, of which one is selected.

export const ENDED = new Set(["done", "failed", "stopped"]);

function newTurn(id) {
  return {
    id,
    seq: 0, // of the last entry that was taken in
    run: 0,
    started: 0, // how often: each run and each try forgets what was there
    phase: "queued", // queued thinking writing coding running solving choosing preparing reading wording done failed stopped
    position: null, // in the queue, from 1
    givenUp: null, // why the try before does not stand: refuted repeats
    again: false, // a worker was lost: what is shown belongs to a run that is given up
    mode: null,
    candidates: [newCandidate()],
    selected: null, // {candidate, rule, agreeing, count, unsure, groups, scorer_error}
    reason: null,
    review: null, // of the student's own work: {lines: [{text, status, reason}], first_error}
    notes: [], // how far what is said can be relied on: plain unsure
    offers: [], // what the student may ask for next
    taught: false, // the turn is one of a lesson, and no solution by itself
  };
}

function newCandidate() {
  return {
    phase: "queued", // until its first word, few being written at once; then thinking writing coding running solved dropped
    segments: [], // {type: "text", text} or {type: "code", text, round, complete, output}
    answer: null,
    checked: false,
    differs: false,
    refuted: false, // the problem by itself says that the answer is wrong
    finish: null,
    score: null, // of the reward model; not a probability
    dropped: null, // why
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

/** How many candidates have the answer of candidate `number`, itself included, and its rank by score from 1; null where there is none. */
export function standing(turn, number) {
  const groups = turn.selected?.groups ?? {};
  const group = groups[number] ?? null;
  const { score } = turn.candidates[number];
  const better = turn.candidates.filter((other) => other.score !== null && other.score > score).length;
  return {
    agreeing: group === null ? null : Object.values(groups).filter((other) => other === group).length,
    rank: score === null ? null : better + 1,
  };
}

const REDUCERS = {
  queued: (turn, data) => ({ ...turn, phase: "queued", again: Boolean(data.again), position: null }),
  started: (turn, data) => ({
    ...newTurn(turn.id),
    started: turn.started + 1,
    phase: data.n > 1 ? "solving" : "thinking",
    mode: data.mode,
    again: turn.again,
    givenUp: data.given_up ?? null,
    candidates: Array.from({ length: data.n ?? 1 }, newCandidate),
  }),
  token: (turn, data) => withCandidate(turn, data, data.part === "code" ? withCode : withText),
  code: (turn, data) => withCandidate(turn, data, withBlock),
  output: (turn, data) => withCandidate(turn, data, withOutput),
  solved: (turn, data) => withCandidate(turn, data, withEnd),
  dropped: (turn, data) => withCandidate(turn, data, (candidate) => ({ ...candidate, phase: "dropped", dropped: data.reason })),
  scored: (turn, data) => withCandidate(turn, data, (candidate) => ({ ...candidate, score: data.score })),
  selected: (turn, data) => ({ ...turn, phase: "choosing", selected: data }),
  working: (turn, data) => ({ ...turn, phase: data.stage }),
  reviewed: (turn, data) => ({ ...turn, review: data }),
  noted: (turn, data) => ({ ...turn, notes: [...turn.notes, data.note] }),
  done: (turn, data) => ({ ...withCandidate(turn, data, withEnd), phase: "done", offers: data.offers ?? [], taught: "offers" in data }),
  failed: (turn, data) => ({ ...turn, phase: "failed", reason: data.reason }),
  stopped: (turn) => ({ ...turn, phase: "stopped" }),
};

function withCandidate(turn, data, change) {
  const number = data.candidate ?? 0;
  const candidate = change(turn.candidates[number], data);
  const phase = turn.candidates.length > 1 ? turn.phase : candidate.phase;
  return { ...turn, phase, candidates: turn.candidates.with(number, candidate) };
}

function withEnd(candidate, { answer, checked, differs, refuted, finish }) {
  return { ...candidate, phase: "solved", answer, checked, differs, refuted: Boolean(refuted), finish };
}

function withText(candidate, { text }) {
  const { segments } = candidate;
  const last = segments.at(-1);
  const joined = last?.type === "text" ? segments.with(-1, { ...last, text: last.text + text }) : [...segments, { type: "text", text }];
  return { ...candidate, phase: "writing", segments: joined };
}

function withCode(candidate, { text }) {
  const { segments } = candidate;
  const last = segments.at(-1);
  const goesOn = last?.type === "code" && !last.complete;
  const joined = goesOn ? segments.with(-1, { ...last, text: last.text + text }) : [...segments, newBlock(text)];
  return { ...candidate, phase: "coding", segments: joined };
}

function newBlock(text) {
  return { type: "code", text, round: null, complete: false, output: null };
}

// The `code` entry has the block as it runs: it replaces what was streamed of it.
function withBlock(candidate, { round, code }) {
  const last = candidate.segments.at(-1);
  const streamed = last?.type === "code" && !last.complete;
  const kept = streamed ? candidate.segments.slice(0, -1) : candidate.segments;
  return { ...candidate, phase: "running", segments: [...kept, { ...newBlock(code), round, complete: true }] };
}

function withOutput(candidate, data) {
  const at = candidate.segments.findLastIndex((segment) => segment.type === "code" && segment.round === data.round);
  if (at < 0) return candidate;
  return { ...candidate, phase: "thinking", segments: candidate.segments.with(at, { ...candidate.segments[at], output: data }) };
}
