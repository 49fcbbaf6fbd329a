"""Stage `sample`: several solutions to each problem, by the engine, with their Python really run.

    {"out": "…", "problems": "gsm8k/train.jsonl", "per_problem": 8, "modes": ["tir"], "temperatures": [0.7]}

Writes `samples.jsonl`, one solution a line, in the order in which they end:

    {"problem": id, "question", "expected", "sample": 0, "mode", "temperature", "seed", "text": the assistant's whole message,
     "answer": null where it came to none, "checked", "differs", "finish", "tokens", "rounds", "blocks_failed", "seconds"}
    {…, "text": "", "answer": null, "failed": reason} where the problem does not fit the model's context

Sample number i of a problem takes mode and temperature in turn; its seed follows from `seed`, the problem and i alone, so that a run that
was broken off goes on with the same samples that it would have drawn. (What is drawn still depends a little on what else is in the batch.)
"""

import asyncio
import itertools
import sys
import time
import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inference import weights
from inference.engines import ContextOverflow, Engine, EngineError
from inference.engines.opening import open_engine, wait_until_ready
from inference.events import Done, Mode, Output
from inference.sandbox import Sandbox, SandboxError
from inference.sandbox.jail import open_sandbox
from inference.solve import Limits, solve
from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.pipeline import stage
from training.pipeline.stage import Folder, StageConfig, StageError, StopAsked

LOADING = 300.0  # seconds that a model may take to load
REPORT = 10.0  # seconds between entries of progress


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`url` is an OpenAI-compatible server; without one, the model file at `gguf`, or the default model, is loaded here.

    `sequences` is how many solutions are written at once. `skip` and `first` choose a part of the problems.
    """

    problems: Path
    per_problem: int = 6
    modes: tuple[Literal["cot", "tir"], ...] = ("cot", "tir")
    temperatures: tuple[float, ...] = (0.7,)
    top_p: float = 0.8
    tokens: int = 1024
    seed: int = 0
    skip: int = 0
    first: int | None = None
    sequences: int = 32
    url: str = ""
    model: str = ""
    gguf: Path | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One solution to write."""

    problem: Problem
    number: int
    mode: Mode
    temperature: float
    seed: int


def tasks(config: Config) -> Iterator[Task]:
    """All solutions that the config asks for."""
    end = None if config.first is None else config.skip + config.first
    for problem in itertools.islice(read_problems(config.problems), config.skip, end):
        for number in range(config.per_problem):
            mode = config.modes[number % len(config.modes)]
            temperature = config.temperatures[number // len(config.modes) % len(config.temperatures)]
            yield Task(problem, number, mode, temperature, zlib.crc32(f"{config.seed}/{problem.id}/{number}".encode()))


async def write(task: Task, engine: Engine, sandbox: Sandbox, config: Config) -> dict[str, Any]:
    """One solution as a row; of a problem that does not fit the context, a row with `failed`. Raises `EngineError` and `SandboxError`."""
    asked = {"problem": task.problem.id, "question": task.problem.question, "expected": task.problem.expected}
    drawn = asked | {"sample": task.number, "mode": task.mode, "temperature": task.temperature, "seed": task.seed}
    try:
        return drawn | await _written(task, engine, sandbox, config)
    except ContextOverflow as error:
        return drawn | {"text": "", "answer": None, "tokens": 0, "failed": str(error)}


async def _written(task: Task, engine: Engine, sandbox: Sandbox, config: Config) -> dict[str, Any]:
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


async def sample(config: Config, folder: Folder) -> dict[str, Any]:
    """Write what is missing of the samples. Raises `StageError` and `StopAsked`."""
    out = folder.path / "samples.jsonl"
    with rows.Appender(out):
        pass  # a line that a kill cut off goes first
    there = {(row["problem"], row["sample"]) for row in rows.read(out)}
    todo = [task for task in tasks(config) if (task.problem.id, task.number) not in there]
    total = len(there) + len(todo)
    async with opened(config) as (engine, sandbox):
        with rows.Appender(out) as file:
            done, began, reported = len(there), time.monotonic(), 0.0
            tokens = 0
            async with aclosing(_in_flight(todo, engine, sandbox, config, folder)) as written:
                async for row in written:
                    file.add(row)
                    done, tokens = done + 1, tokens + row["tokens"]
                    if time.monotonic() - reported > REPORT or done == total:
                        reported = time.monotonic()
                        folder.progress(done, total, tokens_a_second=round(tokens / (reported - began), 1))
    return {"samples": done, "model": engine.model}


async def _in_flight(todo: list[Task], engine: Engine, sandbox: Sandbox, config: Config, folder: Folder) -> AsyncGenerator[dict[str, Any]]:
    """Rows as they come; `sequences` are being written at any time. Asked to stop, begins nothing more and hands on what is under way."""
    waiting = iter(todo)
    running: set[asyncio.Task[dict[str, Any]]] = set()
    stopped = False
    try:
        while True:
            try:
                folder.check_stop()
            except StopAsked:
                stopped = True
                waiting = iter(())
            for task in itertools.islice(waiting, config.sequences - len(running)):
                running.add(asyncio.create_task(write(task, engine, sandbox, config)))
            if not running:
                break
            finished, running = await asyncio.wait(running, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for result in finished:
                yield result.result()
    finally:
        for left in running:
            left.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    if stopped:
        raise StopAsked


@asynccontextmanager
async def opened(config: Config) -> AsyncGenerator[tuple[Engine, Sandbox]]:
    """Engine and sandbox as the config says."""
    async with AsyncExitStack() as stack:
        path = None if config.url else config.gguf or await asyncio.to_thread(weights.find)
        engine = open_engine(url=config.url, model=config.model, path=path, sequences=config.sequences)
        stack.push_async_callback(engine.close)
        await wait_until_ready(engine, LOADING)
        sandbox = await open_sandbox()
        stack.push_async_callback(sandbox.close)
        yield engine, sandbox


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return asyncio.run(sample(config, folder))
    except (EngineError, SandboxError, DatasetError, weights.WeightsError) as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
