"""Solving one claimed turn: events into its log, begun again where the engine was away or the sandbox full, ended early on request."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import Any, Literal, cast

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from accounts.workers import in_database
from inference.best_of import Budget, Kept
from inference.engines import Engine, EngineUnavailable
from inference.engines.metered import Metered
from inference.events import Done, Event, Mode, Output, Scored, Selected, Solved, Started
from inference.reward import RewardScorer
from inference.sandbox import SandboxBusy
from inference.solve import TRIES, Limits, solve
from inference.tutoring.clarify import solved_or_asked_back
from inference.tutoring.events import Keyed, Reviewed, Taught
from inference.tutoring.smalltalk import replied, spelled_out
from tutor import keeping, leases, queue, teaching
from tutor.failures import Failure, failure_of
from tutor.flusher import LeaseLost, TurnLog
from tutor.models import Candidate, Turn
from tutor.tools import Tools

logger = logging.getLogger(__name__)

AGAIN = (1.0, 3.0, 9.0)  # seconds before a solve that found no engine, or no place in the sandbox, is begun again
CLEANUP = 5.0  # seconds that a stopped solve has to give engine and sandbox back

Interruption = Literal["stopped", "released", "lost"]


class Job:
    """A turn while this worker solves it. Belongs to the runtime's event loop."""

    def __init__(self, claim: leases.Claim, log: TurnLog, tools: Tools) -> None:
        self.turn = claim.turn
        self.log = log
        self.gone = asyncio.Event()  # set when this worker has nothing more to do with the turn
        self._claim = claim
        self._given_back = False
        self._tools = tools
        self._interruption: asyncio.Future[Interruption] = asyncio.get_running_loop().create_future()
        log.on_lost = partial(self.interrupt, "lost")

    @property
    def lost(self) -> bool:
        """Whether the turn is no longer this worker's, which may still be at its clean-up. From any thread."""
        return self.log.lost or (self._interruption.done() and self._interruption.result() == "lost")

    def interrupt(self, why: Interruption) -> None:
        """End it now: its owner stopped it, this worker gives it back, or it is no longer this worker's."""
        if not self._interruption.done():
            self._interruption.set_result(why)

    async def run(self) -> None:
        """Solve the turn to its end; returns when that is written. Raises `LeaseLost` where it goes on elsewhere."""
        solving = asyncio.create_task(self._solve())
        either: set[asyncio.Future[Any]] = {solving, self._interruption}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if solving.done():
            self._conclude(solving.exception())
        else:
            await self._cancel(solving)
            self._conclude_early(self._interruption.result())
        await self.log.settled()
        if self._given_back:
            await asyncio.to_thread(queue.send, self.turn.pk)

    async def _solve(self) -> None:
        for pause in (*AGAIN, None):
            try:
                return await self._solve_once()
            except (EngineUnavailable, SandboxBusy) as error:
                if pause is None or self.log.run >= leases.RUNS:
                    raise
                logger.warning("Turn %s is begun again in %s s: %s", self.turn.pk, pause, error)
            await self._begin_again(pause)
        raise AssertionError("unreachable")

    async def _begin_again(self, pause: float) -> None:
        self.log.add("queued", {"again": True})
        await asyncio.sleep(pause)
        await self._tools.loaded.wait()
        await self.log.settled()
        self.log.run += 1
        try:
            held = await in_database(leases.next_run, self.turn.pk, self.log.run)
        except (DatabaseError, InterfaceError) as error:
            raise LeaseLost from error  # it will be, and then be taken back
        if not held:
            raise LeaseLost

    async def _solve_once(self) -> None:
        resumed = await self._resumed()
        candidates = Candidates(self.turn, resumed.kept)
        async with AsyncExitStack() as stack:
            shared, scorer = stack.enter_context(self._tools.using())
            engine = Metered(shared)
            events = await stack.enter_async_context(aclosing(self._events(engine, scorer, resumed.kept)))
            async for event in events:
                candidates.take(event)
                if isinstance(event, Done):
                    self._add_done(event, candidates)
                elif isinstance(event, Output):
                    self.log.add(event.kind, event.payload() | {"plots": self.log.add_plots(event.images)})
                elif isinstance(event, Solved):
                    self.log.add_rows(candidates.row(event.candidate))
                    self.log.add(event.kind, _without_text(event))
                elif isinstance(event, Keyed):
                    self.log.add_rows(teaching.row(self.turn, event, engine.model))
                elif isinstance(event, Reviewed):
                    self.log.add(event.kind, teaching.reviewed(event, self.turn))
                elif isinstance(event, Taught):
                    self._add_taught(event, engine.tokens)
                else:
                    self.log.add(event.kind, event.payload())
                if isinstance(event, Started):
                    self._tell_again(resumed)

    async def _resumed(self) -> keeping.Resumed:
        """What earlier runs have complete of several solutions."""
        if self.turn.n == 1 or self.log.run == 1:
            return keeping.Resumed()
        try:
            return await in_database(keeping.resumed, self.turn.pk)
        except (DatabaseError, InterfaceError) as error:
            raise LeaseLost from error

    def _tell_again(self, resumed: keeping.Resumed) -> None:
        """To the page, which has forgotten it."""
        for kind, data in resumed.told:
            self.log.add(kind, data)

    def _events(self, engine: Engine, scorer: RewardScorer | None, kept: Mapping[int, Kept]) -> AsyncGenerator[Event]:
        material = self._claim.lesson
        events = self._lesson(material, engine) if material is not None else self._solution(engine, scorer, kept)
        language = teaching.language_of(self.turn)
        if self._claim.clarify:
            events = solved_or_asked_back(teaching.problem_of(self.turn), events, engine=engine, language=language)
        if self.turn.request or self.turn.attempt:
            return events
        solved = self._claim.shown
        shown = {"answer": solved.answer, "problem": solved.question} if solved is not None else {}
        return replied(self.turn.question, events, model=engine.model, language=language, begins=self._claim.clarify, **shown)

    def _lesson(self, material: teaching.Material, engine: Engine) -> AsyncGenerator[Event]:
        claim = self._claim
        lesson = teaching.lesson(claim.turn, material, engine=engine, sandbox=self._tools.sandbox, history=claim.history, seed=claim.seed)
        return lesson.teach()

    def _solution(self, engine: Engine, scorer: RewardScorer | None, kept: Mapping[int, Kept]) -> AsyncGenerator[Event]:
        turn, language = self.turn, teaching.language_of(self.turn)
        problem = teaching.problem_of(turn)
        return solve(
            spelled_out(problem, language) if self._claim.history else problem,
            engine=engine,
            sandbox=self._tools.sandbox,
            mode=cast(Mode | Literal["auto"], turn.mode),
            language=language,
            history=self._claim.history,
            instructions=turn.instructions,
            limits=Limits.within(turn.most_tokens),
            seed=self._claim.seed,
            temperature=self._claim.temperature,
            tries=TRIES,
            n=turn.n,
            select="weighted" if scorer else "majority",
            scorer=scorer,
            budget=self._budget(),
            kept=kept,
        )

    def _budget(self) -> Budget:
        """In the background few candidates are written at a time, so that those who wait for theirs hardly notice."""
        if self.turn.background:
            return Budget(seconds=settings.BACKGROUND_SECONDS, together=settings.BACKGROUND_TOGETHER)
        return Budget(seconds=settings.BEST_OF_SECONDS)

    def _add_done(self, done: Done, candidates: "Candidates") -> None:
        fields = {"answer": done.answer or "", "checked": done.checked, "differs": done.differs, "tokens": done.tokens, "text": done.text}
        self.log.add_rows(*candidates.rows())
        self.log.add(done.kind, _without_text(done), **_ended(Turn.State.DONE), **fields)

    def _add_taught(self, taught: Taught, tokens: int) -> None:
        """A lesson's turn ends as a solution does: with `done`, which says besides what the student may ask for now."""
        data = {"candidate": 0, "answer": taught.answer, "checked": taught.checked, "differs": False, "finish": "stop", "tokens": tokens}
        said = {"text": taught.text, "answer": taught.answer or "", "checked": taught.checked, "tokens": tokens}
        offers = list(taught.offers)
        self.log.add(
            "done", data | {"offers": offers}, **_ended(Turn.State.DONE), **said, progress=taught.progress.to_json(), offers=offers
        )

    def _conclude(self, error: BaseException | None) -> None:
        if self.log.ended:  # said by the solution itself
            if error is not None:
                logger.error("Turn %s was done when its clean-up failed", self.turn.pk, exc_info=error)
            return
        if isinstance(error, LeaseLost):
            raise error
        code = Failure.INTERNAL if error is None else failure_of(error)
        if code == Failure.INTERNAL:
            logger.error("Turn %s failed", self.turn.pk, exc_info=error)
        else:
            logger.warning("Turn %s failed: %s", self.turn.pk, error)
        self.log.add("failed", {"reason": code}, **_ended(Turn.State.FAILED), failure=code)

    def _conclude_early(self, why: Interruption) -> None:
        if why == "lost":
            raise LeaseLost
        if self.log.ended:
            return
        if why == "stopped":
            self.log.add("stopped", {}, **_ended(Turn.State.STOPPED))
        else:
            self._given_back = True
            self.log.add("queued", {"again": True}, state=Turn.State.QUEUED, lease_expires=None, enqueued=timezone.now())

    async def _cancel(self, solving: "asyncio.Task[None]") -> None:
        solving.cancel()
        await asyncio.wait({solving}, timeout=CLEANUP)
        if not solving.done():
            logger.error("Turn %s did not give engine and sandbox back within %s s", self.turn.pk, CLEANUP)
        elif not solving.cancelled() and (error := solving.exception()):
            logger.error("Turn %s could not clean up", self.turn.pk, exc_info=error)


class Candidates:
    """What becomes of a turn's candidates. Each is stored when it is complete, for a run after this one, and all with the turn's end."""

    def __init__(self, turn: Turn, kept: Mapping[int, Kept]) -> None:
        self._turn = turn
        self._solved = {number: each.solved for number, each in kept.items()}
        self._scores = {number: each.score for number, each in kept.items()}
        self._selected: Selected | None = None

    def take(self, event: Event) -> None:
        match event:
            case Solved():
                self._solved[event.candidate] = event
            case Scored():
                self._scores[event.candidate] = event.score
            case Selected():
                self._selected = event
                if event.scorer_error:
                    logger.warning("The solutions of turn %s could not be rated: %s", self._turn.pk, event.scorer_error)

    def rows(self) -> list[Candidate]:
        """None for a turn of one solution, which the turn itself keeps."""
        return [self.row(number) for number in sorted(self._solved)]

    def row(self, number: int) -> Candidate:
        solved, selected = self._solved[number], self._selected
        return Candidate(
            turn=self._turn,
            number=number,
            answer=solved.answer or "",
            text=solved.text,
            checked=solved.checked,
            tokens=solved.tokens,
            score=self._scores.get(number),
            group=selected.groups[number] if selected else None,
            picked=selected is not None and number == selected.candidate,
        )


def _without_text(event: Solved | Done) -> dict[str, Any]:
    """The log has the text in pieces; the whole is stored for follow-up prompts."""
    payload = event.payload()
    del payload["text"]
    return payload


def _ended(state: Turn.State) -> dict[str, Any]:
    return {"state": state, "lease_expires": None, "finished": timezone.now()}
