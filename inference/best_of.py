"""Several solutions of one problem side by side, and the pick among them, as one stream of events.

All candidates are asked of the engine at once; it reads the problem once for all of them (prefix caching), and holds back those for which
it has no place. Finished candidates are scored while others are still written. Candidates are dropped where the outcome no longer depends
on them (majority), where they take much longer than the others (most of these run in a loop), and where the budget of all is used up.
"""

import asyncio
import math
import statistics
import time
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from inference import selection
from inference.engines import ContextOverflow, EngineUnavailable
from inference.events import CandidateEvent, Done, Dropped, DropReason, Event, Rule, Scored, Selected, Solved, Started
from inference.reward import RewardError, RewardScorer
from inference.sandbox import SandboxError
from inference.selection import Candidate, Same

MOST = 256  # candidates
WAITING = 256  # events that may wait to be taken; then the candidates wait
NEEDS_SCORES: tuple[Rule, ...] = ("reward", "weighted")
NO_SCORER = "There is no reward model."


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bounds of all candidates together. `together` are written at once.

    Past `seconds` or `tokens`, what is still written is dropped, once there is one complete candidate. As soon as half of the candidates
    are complete, the others have `patience` times their median time.
    """

    seconds: float = math.inf
    tokens: float = math.inf
    patience: float = 2.5
    together: int = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """A candidate that an earlier run completed, and its score, if it had one."""

    solved: Solved
    score: float | None


class Writer(Protocol):
    """A candidate to be written: its events, Done last; and the raw text that its own text continues."""

    def write(self) -> AsyncGenerator[Started | CandidateEvent]:
        """Closing it gives engine and sandbox back."""

    @property
    def prompt(self) -> str:
        """Known once it has been written; of one that is not written again, what it would begin with."""

    @property
    def tokens(self) -> int:
        """Generated so far."""


class Contest:
    """`writers` are the candidates, in the order of their numbers; those that were `kept` are not written again."""

    def __init__(
        self,
        problem: str,
        writers: Sequence[Writer],
        *,
        rule: Rule,
        scorer: RewardScorer | None = None,
        budget: Budget | None = None,
        kept: Mapping[int, Kept] | None = None,
        same: Same = selection.mathematically_equal,
    ) -> None:
        if not 1 < len(writers) <= MOST:
            raise ValueError(f"A contest has 2 to {MOST} candidates.")
        self._problem = problem
        self._writers = writers
        self._rule = rule
        self._scorer = scorer
        self._budget = budget or Budget()
        self._same = selection.remembering(same)
        self._places = asyncio.Semaphore(self._budget.together)
        self._room = asyncio.Semaphore(WAITING)
        self._events: deque[CandidateEvent] = deque()
        self._changed = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._dropped: dict[int, asyncio.Task[None]] = {}  # these may still be giving engine and sandbox back
        self._start = time.monotonic()
        self._begun: dict[int, float] = {}
        kept = kept or {}
        self._solved = {number: each.solved for number, each in kept.items()}
        self._scores = {number: each.score for number, each in kept.items() if each.score is not None}
        self._unscored = [number for number in kept if number not in self._scores]
        self._scoring: asyncio.Task[dict[int, float]] | None = None
        self._kept_tokens = sum(solved.tokens for solved in self._solved.values())
        self._scorer_error = "" if scorer or rule not in NEEDS_SCORES else NO_SCORER
        self._error: ContextOverflow | SandboxError | None = None  # what ended a candidate last

    async def run(self) -> AsyncGenerator[Event]:
        """The candidates' events as they come, then Selected, and Done last.

        Raises what writing a candidate raised; `ContextOverflow`, `SandboxError` and `EngineUnavailable` only where no candidate is
        complete: the first two once all have ended, the last at once, for to begin again may be better.
        """
        try:
            for number in range(len(self._writers)):
                if number not in self._solved:
                    self._running[number] = self._task(self._write(number))
            self._score_next()
            while self._running or self._scoring:
                await self._wait()
                while self._events:
                    self._room.release()
                    taken = self._events.popleft()
                    if taken.candidate not in self._dropped:
                        self._take(taken)
                        yield taken
                for event in [*self._take_scores(), *self._take_ended(), *await self._drop()]:
                    yield event
        finally:
            await self._clean_up()
        if not self._solved:
            raise self._error or AssertionError("no candidate is complete, and none says why")
        selected = await asyncio.to_thread(self._select)
        yield selected
        picked = asdict(self._solved[selected.candidate])
        yield Done(**picked | {"tokens": self._tokens, "seconds": time.monotonic() - self._start})

    @property
    def _tokens(self) -> int:
        return self._kept_tokens + sum(writer.tokens for writer in self._writers)

    # --- Writing --------------------------------------------------------------------------------------------------------

    def _task[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._changed.set())
        return task

    async def _write(self, number: int) -> None:
        async with self._places:
            self._begun[number] = time.monotonic()
            async with aclosing(self._writers[number].write()) as events:
                async for event in events:
                    if not isinstance(event, Started):
                        await self._room.acquire()
                        self._events.append(_of_candidate(event, number))
                        self._changed.set()

    async def _wait(self) -> None:
        """Until something has happened, or a time has come at which candidates may have to be dropped."""
        due = min((self._deadline(number) for number in self._running), default=math.inf)
        try:
            async with asyncio.timeout(None if due == math.inf else max(0.0, due - time.monotonic())):
                await self._changed.wait()
        except TimeoutError:
            return  # `_drop` looks at the clock
        self._changed.clear()

    def _take(self, event: CandidateEvent) -> None:
        if isinstance(event, Solved):
            self._solved[event.candidate] = event
            self._unscored.append(event.candidate)
            self._score_next()

    def _take_ended(self) -> list[Event]:
        """Candidates that have ended. Raises what ended one, but for a full context and the sandbox: the others may fare better. What is
        complete is not thrown away either where the engine is too slow for all, or goes away."""
        over = [number for number, task in self._running.items() if task.done()]
        dropped: list[Event] = []
        for number in over:
            try:
                self._running.pop(number).result()
            except (ContextOverflow, SandboxError) as error:
                self._error = error
                dropped.append(Dropped(candidate=number, reason="context" if isinstance(error, ContextOverflow) else "sandbox"))
            except EngineUnavailable:
                if not self._solved:
                    raise
                dropped.append(Dropped(candidate=number, reason="engine"))
        return dropped

    # --- Dropping -------------------------------------------------------------------------------------------------------

    async def _drop(self) -> list[Event]:
        """End the candidates that nobody waits for any longer."""
        reasons = await self._reasons()
        for number in reasons:
            self._dropped[number] = self._running.pop(number)
            self._dropped[number].cancel()
        return [Dropped(candidate=number, reason=reason) for number, reason in reasons.items()]

    async def _reasons(self) -> dict[int, DropReason]:
        writing = [number for number in self._running if number not in self._solved]
        if not self._solved or not writing:
            return {}
        if self._rule == "majority" and await asyncio.to_thread(self._is_settled):
            return dict.fromkeys(writing, "settled")
        if self._tokens >= self._budget.tokens:
            return dict.fromkeys(writing, "tokens")
        now = time.monotonic()
        if now >= self._start + self._budget.seconds:
            return dict.fromkeys(writing, "seconds")
        return {number: "slow" for number in writing if now >= self._deadline(number)}

    def _is_settled(self) -> bool:
        """A candidate that came to nothing, or to what the problem refutes, votes for nothing."""
        finished = {number: None for number in range(len(self._writers)) if number not in self._running}
        answers = finished | {number: None if solved.refuted else solved.answer for number, solved in self._solved.items()}
        return selection.majority_is_settled(answers, len(self._writers), self._same)

    def _deadline(self, number: int) -> float:
        """When a candidate that is still written has to be looked at, on the monotonic clock."""
        if not self._solved:
            return math.inf
        end = self._start + self._budget.seconds
        if 2 * len(self._solved) >= len(self._writers) and number in self._begun:
            usual = statistics.median(solved.seconds for solved in self._solved.values())
            end = min(end, self._begun[number] + self._budget.patience * usual)
        return end

    # --- Scoring and picking --------------------------------------------------------------------------------------------

    def _score_next(self) -> None:
        """Score all that is complete, unless the scorer is at work: then what has come meanwhile is scored together after that."""
        if self._scorer and not self._scorer_error and self._unscored and not self._scoring:
            self._scoring = self._task(self._score(self._scorer, self._unscored))
            self._unscored = []

    async def _score(self, scorer: RewardScorer, numbers: list[int]) -> dict[int, float]:
        """Those that continued the same text are scored in one call."""
        scores: dict[int, float] = {}
        for prompt in dict.fromkeys(self._writers[number].prompt for number in numbers):
            together = [number for number in numbers if self._writers[number].prompt == prompt]
            texts = [self._solved[number].text for number in together]
            scores |= zip(together, await scorer.score(self._problem, texts, prompt=prompt), strict=True)
        return scores

    def _take_scores(self) -> list[Event]:
        """A scorer that fails does not lose the solutions: the page says why there are no scores."""
        if self._scoring is None or not self._scoring.done():
            return []
        scoring, self._scoring = self._scoring, None
        try:
            scores = scoring.result()
        except RewardError as error:
            self._scorer_error = str(error)
            return []
        self._scores |= scores
        self._score_next()
        return [Scored(candidate=number, score=score) for number, score in scores.items()]

    def _select(self) -> Selected:
        numbers = sorted(self._solved)
        rule: Rule = "majority" if self._scorer_error and self._rule in NEEDS_SCORES else self._rule
        candidates = [_standing(self._solved[number], self._scores.get(number)) for number in numbers]
        found = selection.select(candidates, rule, self._same)
        return Selected(
            candidate=numbers[found.index],
            rule=rule,
            agreeing=found.agreeing,
            count=found.count,
            unsure=2 * found.agreeing <= found.count,
            groups={number: None if first is None else numbers[first] for number, first in zip(numbers, found.groups, strict=True)},
            scorer_error=self._scorer_error,
        )

    async def _clean_up(self) -> None:
        tasks = [*self._running.values(), *self._dropped.values(), *([self._scoring] if self._scoring else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _standing(solved: Solved, score: float | None) -> Candidate:
    return Candidate(answer=solved.answer, score=score, refuted=solved.refuted)


def _of_candidate(event: CandidateEvent, number: int) -> CandidateEvent:
    if isinstance(event, Done):
        return Solved(**asdict(event) | {"candidate": number})
    return replace(event, candidate=number)
