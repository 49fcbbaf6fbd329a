"""Stage `sample`: several solutions to each problem, by the engine, with their Python really run.

    {"out": "…", "problems": "gsm8k/train.jsonl", "per_problem": 8, "modes": ["tir"], "temperatures": [0.6, 0.8, 1.0],
     "difficulty": "…/problems.jsonl", "hard_below": 0.5, "extra_for_hard": 8}

Writes `samples.jsonl`, one solution a line, in the order in which they end:

    {"problem": id, "question", "expected", "sample": 0, "mode", "temperature", "seed", "text": the assistant's whole message,
     "answer": null where it came to none, "checked", "differs", "finish", "tokens", "rounds", "blocks_failed", "seconds"}
    {…, "text": "", "answer": null, "failed": reason} where the problem does not fit the model's context, or its code ends the sandbox

`expected` is null where the problem has no answer. Sample number i of a problem takes mode and temperature in turn; its seed follows from
`seed`, the problem and i alone, so that a run that was broken off goes on with the same samples that it would have drawn. (What is drawn
still depends a little on what else is in the batch.) With a `difficulty` file, the stage of that name's, problems with a pass rate under
`hard_below` get `extra_for_hard` more samples.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inference.engines import ContextOverflow, Engine, seed_from
from inference.events import Done, Mode, Output
from inference.sandbox import Sandbox, SessionLost
from inference.solve import Limits, solve
from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.pipeline import stage
from training.pipeline.engine import EngineConfig, in_flight, opened
from training.pipeline.stage import Folder, StageError, require

SESSIONS = 3  # that a solution may lose before it counts as one that cannot be run


@dataclass(frozen=True, kw_only=True)
class Config(EngineConfig):
    """`skip` and `first` choose a part of the problems; those without an answer are taken only where `unanswered` says so."""

    problems: Path
    unanswered: bool = False
    per_problem: int = 6
    modes: tuple[Literal["cot", "tir"], ...] = ("cot", "tir")
    temperatures: tuple[float, ...] = (0.7,)
    top_p: float = 0.8
    tokens: int = 1024
    seed: int = 0
    skip: int = 0
    first: int | None = None
    difficulty: Path | None = None
    hard_below: float = 0.5
    extra_for_hard: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.per_problem > 0 and self.tokens > 0, "per_problem, tokens: these begin at 1.")
        require(min(self.skip, self.first or 0, self.extra_for_hard) >= 0, "skip, first, extra_for_hard: these begin at 0.")
        require(bool(self.modes and self.temperatures), "modes, temperatures: at least one of each is needed.")
        require(all(0 <= value <= 2 for value in self.temperatures), "temperatures: from 0 to 2.")
        require(0 < self.top_p <= 1, "top_p: above 0 and at most 1.")
        require(not self.extra_for_hard or self.difficulty is not None, "extra_for_hard: which are hard, a “difficulty” file says.")


@dataclass(frozen=True, slots=True)
class Task:
    """One solution to write."""

    problem: Problem
    number: int
    mode: Mode
    temperature: float
    seed: int


def chosen(config: Config) -> Iterator[Problem]:
    """The problems that the config asks for. Raises `DatasetError`, also where two have one id."""
    end = None if config.first is None else config.skip + config.first
    seen: set[str] = set()
    for problem in itertools.islice(read_problems(config.problems, answered=not config.unanswered), config.skip, end):
        if problem.id in seen:
            raise DatasetError(f"{config.problems}: two problems have the id {problem.id}.")
        seen.add(problem.id)
        yield problem


def tasks(problems: Iterable[Problem], config: Config) -> Iterator[Task]:
    """All solutions that the config asks for. Raises `StageError`, `RowError`, OSError."""
    hard = hard_questions(config)
    for problem in problems:
        extra = config.extra_for_hard if rows.digest(problem.question) in hard else 0
        for number in range(config.per_problem + extra):
            mode = config.modes[number % len(config.modes)]
            temperature = config.temperatures[number // len(config.modes) % len(config.temperatures)]
            yield Task(problem, number, mode, temperature, seed_from(config.seed, problem.id, number))


def hard_questions(config: Config) -> frozenset[bytes]:
    """Digests of the questions that get more samples. An unknown pass rate is not a low one."""
    if config.difficulty is None:
        return frozenset()
    rated = [row for row in rows.read(config.difficulty) if "pass_rate" in row and isinstance(row.get("question"), str)]
    if not rated:
        raise StageError(f"{config.difficulty}: there is no problem with a pass rate in it.")
    return frozenset(rows.digest(row["question"]) for row in rated if row["pass_rate"] is not None and row["pass_rate"] < config.hard_below)


async def write(task: Task, engine: Engine, sandbox: Sandbox, config: Config) -> dict[str, Any]:
    """One solution as a row; with `failed` where it cannot be written. Raises `EngineError` and `SandboxError`."""
    asked: dict[str, Any] = {"problem": task.problem.id, "question": task.problem.question, "expected": task.problem.expected or None}
    if task.problem.roots:
        asked["roots"] = list(task.problem.roots)
    drawn = asked | {"sample": task.number, "mode": task.mode, "temperature": task.temperature, "seed": task.seed}
    try:
        return drawn | await _written(task, engine, sandbox, config)
    except (ContextOverflow, SessionLost) as error:
        return drawn | {"text": "", "answer": None, "tokens": 0, "failed": str(error)}


async def _written(task: Task, engine: Engine, sandbox: Sandbox, config: Config) -> dict[str, Any]:
    """Begun anew where its session is lost, which need not be its own fault: the jail may have died with the sessions of all."""
    for _ in range(SESSIONS - 1):
        try:
            return await _solved(task, engine, sandbox, config)
        except SessionLost:
            continue
    return await _solved(task, engine, sandbox, config)


async def _solved(task: Task, engine: Engine, sandbox: Sandbox, config: Config) -> dict[str, Any]:
    failed = 0
    solution = solve(
        task.problem.question,
        engine=engine,
        sandbox=sandbox,
        mode=task.mode,
        limits=Limits(tokens=config.tokens),
        seed=task.seed,
        temperature=task.temperature,
        top_p=config.top_p,
    )
    async with aclosing(solution) as events:
        async for event in events:
            if isinstance(event, Output):
                failed += event.error is not None
            elif isinstance(event, Done):
                done = event
    return done.payload() | {"blocks_failed": failed}


async def sample(problems: Iterable[Problem], config: Config, folder: Folder) -> dict[str, Any]:
    """Write what is missing of `samples.jsonl`. Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    out = folder.path / "samples.jsonl"
    rows.count(out)  # takes away what a kill cut off
    there = {(row["problem"], row["sample"]) for row in rows.read(out)}
    todo = [task for task in tasks(problems, config) if (task.problem.id, task.number) not in there]
    done, total = len(there), len(there) + len(todo)
    if not total:
        raise StageError(f"{config.problems}: there is no problem in it, or none is chosen.")
    if not todo:
        return {"samples": done}
    async with opened(config, python="tir" in config.modes) as (engine, sandbox):
        with rows.Appender(out) as file:
            began, reported, tokens = time.monotonic(), 0.0, 0
            written = in_flight(todo, lambda task: write(task, engine, sandbox, config), config, folder)
            async with aclosing(written):
                async for row in written:
                    file.add(row)
                    done, tokens = done + 1, tokens + row["tokens"]
                    if time.monotonic() - reported > stage.REPORT or done == total:
                        reported = time.monotonic()
                        folder.progress(done, total, tokens_a_second=round(tokens / (reported - began), 1))
    return {"samples": done, "model": engine.model}


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return asyncio.run(sample(chosen(config), config, folder))
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
