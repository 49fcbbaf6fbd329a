"""Stage `evaluate`: how often a model is right, over the problems of a file.

    {"out": "…", "problems": "math500.jsonl", "checkpoint": "…/sft/model", "n": 8, "reward_model": "…/reward_model/model"}

Writes `transcripts.jsonl`, which `manage.py evaluate --transcripts` reads, a row a problem as they are finished, and `report.json` with all
figures; DONE has the main ones, with 95 % intervals. With a reward model, here or on a server, responses have its score, and RM@n is
measured too.
"""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from inference.engines import Engine, EngineError
from inference.engines.opening import LOADING
from inference.engines.openvino import OpenVinoEngine
from inference.loading import wait_until_ready
from inference.reward import RewardError
from inference.reward.embedded import EmbeddedScorer
from inference.reward.opening import open_scorer
from inference.sandbox import Sandbox, SandboxError
from inference.selection import mathematically_equal
from inference.solve import Limits
from inference.wire import WIRES, WireName
from training import rows
from training.evaluation import report, transcripts
from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.evaluation.measures import measure
from training.evaluation.run import Plan, Score, missing, transcribe
from training.pipeline import stage
from training.pipeline.engine import EngineConfig, opened
from training.pipeline.stage import Folder, StageError, require

MAIN = ("greedy", "first", "mean", "n", "problems", "tokens", "seconds", "failed_blocks")  # figures in the summary, besides those @n

same = lru_cache(maxsize=100_000)(mathematically_equal)


@dataclass(frozen=True, kw_only=True)
class Config(EngineConfig):
    """`n` responses at `temperature`, and a `greedy` one besides. `skip` and `first` choose a part of the problems. `reward_model` is a
    checkpoint, or, at the server `reward_url`, the name of one (its key is REWARD_API_KEY of the environment); without either, the reward
    head of the embedded engine scores, where its model has one and `reward` is not false.
    """

    problems: Path
    skip: int = 0
    first: int | None = None
    n: int = 1
    temperature: float = 0.7
    top_p: float = 0.8
    greedy: bool = True
    mode: Literal["auto", "cot", "tir"] = "auto"
    wire: WireName = "fence"
    tokens: int = 1024
    rounds: int = 4
    seed: int = 0
    reward_model: str = ""
    reward_url: str = ""
    reward: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        require(1 <= self.n <= transcripts.MOST_CANDIDATES, f"n: {self.n} is not from 1 to {transcripts.MOST_CANDIDATES}.")
        require(self.skip >= 0 and (self.first is None or self.first > 0), "skip, first: so many problems, from 0 and from 1 on.")
        require(self.tokens > 0 and self.rounds >= 0, "tokens, rounds: these bound a response, from 1 and from 0 on.")

    @property
    def plan(self) -> Plan:
        return Plan(
            n=self.n,
            temperature=self.temperature,
            top_p=self.top_p,
            greedy=self.greedy,
            mode=self.mode,
            wire=WIRES[self.wire],
            limits=Limits(tokens=self.tokens, rounds=self.rounds),
            seed=self.seed,
            sequences=self.sequences,
        )


async def evaluate(config: Config, folder: Folder) -> dict[str, Any]:
    """Write what is missing of the transcripts, then the report; the summary. Raises `StopAsked`, and what `work` translates."""
    out = folder.path / "transcripts.jsonl"
    problems = chosen(config)
    if todo := missing(problems, out):
        head = config.reward and not (config.reward_model or config.reward_url)
        async with opened(config, python=config.mode != "cot", head=head) as (engine, sandbox), scorer(config, engine) as score:
            await _write(todo, len(problems), out, config, folder, (engine, sandbox, score))
    figures = report.as_json(measure(transcripts.read(out), same))
    rows.write_text(folder.path / "report.json", json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    return summary(figures)


def summary(figures: dict[str, Any]) -> dict[str, Any]:
    """The main figures, each share with its interval. Of one response nothing is picked, and all rules say the same."""
    count, intervals = figures["n"], figures["intervals"]
    shown = [name for name in figures if name in MAIN or name.endswith(f"@{count}")]
    if count == 1:
        shown = [name for name in shown if name != "mean" and not name.endswith("@1")]
    return {name: {"value": figures[name], "interval": intervals[name]} if name in intervals else figures[name] for name in shown}


def chosen(config: Config) -> list[Problem]:
    """The problems that the config asks for. Raises `DatasetError` and `StageError`, before any work also for ids that no transcript may
    have.
    """
    end = None if config.first is None else config.skip + config.first
    found: dict[str, Problem] = {}
    for problem in itertools.islice(read_problems(config.problems), config.skip, end):
        require(problem.id not in found, f"{config.problems}: two problems have the id {problem.id}.")
        found[problem.id] = problem
    require(bool(found), f"There is no problem in {config.problems}.")
    transcripts.check_ids(found)
    return list(found.values())


async def _write(
    todo: list[Problem], total: int, out: Path, config: Config, folder: Folder, tools: tuple[Engine, Sandbox, Score | None]
) -> None:
    done, began, tokens = total - len(todo), time.monotonic(), 0
    with rows.Appender(out) as file:
        async with aclosing(transcribe(todo, config.plan, *tools)) as written:
            async for row in written:
                file.add(row)
                done += 1
                tokens += sum(candidate.get("tokens", 0) for candidate in [*row["candidates"], row.get("greedy") or {}])
                folder.progress(done, total, tokens_a_second=round(tokens / (time.monotonic() - began), 1))
                folder.check_stop()


@asynccontextmanager
async def scorer(config: Config, engine: Engine) -> AsyncGenerator[Score | None]:
    """The reward model that the config says, or else the engine's own, if any."""
    if not (config.reward_model or config.reward_url):
        yield EmbeddedScorer(engine).score if isinstance(engine, OpenVinoEngine) and engine.head else None
        return
    found = open_scorer(url=config.reward_url, model=config.reward_model, api_key=os.environ.get("REWARD_API_KEY", ""))
    try:
        await wait_until_ready(found, LOADING)
        yield found.score
    finally:
        await found.close()


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return asyncio.run(evaluate(config, folder))
    except (EngineError, SandboxError, RewardError, DatasetError, transcripts.TranscriptError) as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
