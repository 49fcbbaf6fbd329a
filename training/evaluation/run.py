"""Solve the problems of a file, several times each, and write what came of it as transcripts (`transcripts` has the form).

Rows stand in the order in which problems are finished. A run that was broken off goes on with the problems that have no row yet.
"""

import asyncio
import itertools
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from grading.checking.answers import Outcome, check
from inference import prompts
from inference.engines import ContextOverflow, Engine, EngineUnavailable, seed_from
from inference.events import Done, Mode, Output
from inference.reward import ResponseTooLong
from inference.sandbox import Sandbox, SessionLost
from inference.solve import TOP_P, Limits, solve
from inference.wire import FENCE, Wire
from training import rows
from training.evaluation.datasets import Problem
from training.rows import Row

PAUSES = (1.0, 5.0, 20.0)  # seconds before an engine that was not there is asked again


class Score(Protocol):
    """As `RewardScorer.score`."""

    async def __call__(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]: ...


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`n` responses to each problem at `temperature`, and, with `greedy`, one more at 0. At most `sequences` are written at once."""

    n: int = 1
    temperature: float = 0.7
    top_p: float = TOP_P
    greedy: bool = True
    mode: Mode | Literal["auto"] = "auto"
    wire: Wire = FENCE
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    sequences: int = 32


def missing(problems: Iterable[Problem], out: Path) -> list[Problem]:
    """Those that have no row in `out` yet. What a kill cut off there is removed. Raises `RowError`, OSError."""
    there = {row["id"] for row in rows.resumed(out)}
    return [problem for problem in problems if problem.id not in there]


async def transcribe(
    problems: Sequence[Problem], plan: Plan, engine: Engine, sandbox: Sandbox, score: Score | None = None
) -> AsyncGenerator[Row]:
    """A row for each problem as it is finished. Raises `EngineError`, `SandboxError`, and what `score` raises; closing it ends all work."""
    places = asyncio.Semaphore(plan.sequences)
    waiting = iter(problems)
    running: set[asyncio.Task[Row]] = set()
    at_once = math.ceil(plan.sequences / (plan.n + plan.greedy)) + 1  # one more, so that no place is empty while one ends
    try:
        while True:
            for problem in itertools.islice(waiting, at_once - len(running)):
                running.add(asyncio.create_task(_transcript(problem, plan, engine, sandbox, score, places)))
            if not running:
                return
            finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                running.remove(task)
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _transcript(
    problem: Problem, plan: Plan, engine: Engine, sandbox: Sandbox, score: Score | None, places: asyncio.Semaphore
) -> Row:
    temperatures = [plan.temperature] * plan.n + [0.0] * plan.greedy

    async def one(number: int) -> Row:
        async with places:
            return await _patiently(lambda: _solution(problem, number, temperatures[number], plan, engine, sandbox))

    candidates = await _all([one(number) for number in range(len(temperatures))])
    if score is not None:
        await _score(problem, candidates, plan, score)
    row: Row = {"id": problem.id, "question": problem.question, "expected": problem.expected, "candidates": candidates[: plan.n]}
    return row | ({"greedy": candidates[-1]} if plan.greedy else {})


async def _score(problem: Problem, candidates: Sequence[Row], plan: Plan, score: Score) -> None:
    """What was not written, or is too long for the reward model, has the lowest score of the others."""
    able = [candidate for candidate in candidates if "failed" not in candidate]
    scores: list[float] = []
    while able and not scores:
        try:
            scores = await score(problem.question, [each["text"] for each in able], prompt=_prompt(problem.question, plan))
        except ResponseTooLong as error:
            del able[error.index]
    for candidate in candidates:
        candidate["score"] = min(scores, default=0.0)
    for candidate, value in zip(able, scores, strict=True):
        candidate["score"] = value


def _prompt(question: str, plan: Plan) -> str:
    """What `solve` has the engine continue, for scorers that read a response where it was written."""
    mode = prompts.choose_mode(question) if plan.mode == "auto" else plan.mode
    return prompts.chat(question, mode=mode, language=prompts.detect_language(question), wire=plan.wire, history=())


async def _solution(problem: Problem, number: int, temperature: float, plan: Plan, engine: Engine, sandbox: Sandbox) -> Row:
    """One response; without an answer, and with `failed`, where it did not fit the model or cost its sandbox session."""
    solution = solve(
        problem.question,
        engine=engine,
        sandbox=sandbox,
        mode=plan.mode,
        wire=plan.wire,
        limits=plan.limits,
        seed=seed_from(plan.seed, problem.id, number),
        temperature=temperature,
        top_p=plan.top_p,
    )
    failed, done = 0, None
    try:
        async with aclosing(solution) as events:
            async for event in events:
                if isinstance(event, Output):
                    failed += event.error is not None
                elif isinstance(event, Done):
                    done = event
    except (ContextOverflow, SessionLost) as error:
        return {"answer": None, "text": "", "correct": False, "failed": str(error)}
    assert done is not None
    return await _judged(problem.expected, done) | {"blocks_failed": failed}


async def _judged(expected: str, done: Done) -> dict[str, Any]:
    """The response with its label. An answer that cannot be compared is not right, and says why."""
    verdict = await asyncio.to_thread(check, expected, done.answer)
    kept = {name: value for name, value in done.payload().items() if name != "candidate"}
    undecided = {"undecided": str(verdict.reason)} if verdict.outcome is Outcome.UNDECIDED else {}
    return kept | {"correct": verdict.outcome is Outcome.CORRECT} | undecided


async def _all(solutions: Sequence[Awaitable[Row]]) -> list[Row]:
    """All of them, or none: where one fails, the others are ended before its error is raised."""
    tasks = [asyncio.ensure_future(solution) for solution in solutions]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _patiently(solution: Callable[[], Awaitable[Row]]) -> Row:
    for pause in PAUSES:
        try:
            return await solution()
        except EngineUnavailable:
            await asyncio.sleep(pause)
    return await solution()
