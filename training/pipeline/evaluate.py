"""Stage `evaluate`: how often a model is right, over the problems of a file.

    {"out": "…", "problems": "math500.jsonl", "checkpoint": "…/sft/model", "n": 8}

Writes `transcripts.jsonl`, which `manage.py evaluate --transcripts` reads, a row a problem as they are finished, and `report.json` with all
figures; DONE has the main ones. With a reward model, responses have its score, and RM@n is measured too.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from inference import weights
from inference.engines import Engine, EngineError
from inference.engines.opening import open_engine, wait_until_ready
from inference.sandbox import Sandbox, SandboxError
from inference.sandbox.jail import open_sandbox
from inference.selection import mathematically_equal
from inference.solve import Limits
from inference.wire import WIRES, WireName
from training import rows
from training.evaluation import report, transcripts
from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.evaluation.measures import measure
from training.evaluation.run import Plan, Score, missing, transcribe
from training.pipeline import stage
from training.pipeline.stage import Folder, StageConfig, StageError
from training.pipeline.training_config import require_extra

LOADING = 300.0  # seconds that a model may take to load
MAIN = ("greedy", "first", "mean", "n", "problems", "tokens", "seconds", "failed_blocks")  # figures in the summary, besides those @n

same = lru_cache(maxsize=100_000)(mathematically_equal)


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """The model is served by an OpenAI-compatible server (`url`, and which of its models: `model`), or loaded here: a `checkpoint` as the
    stages that train leave it, a `gguf` file, or else the default model. `n` responses at `temperature`, and a `greedy` one besides.

    `skip` and `first` choose a part of the problems.
    """

    problems: Path
    skip: int = 0
    first: int | None = None
    url: str = ""
    model: str = ""
    checkpoint: str = ""
    gguf: Path | None = None
    reward_model: str = ""
    n: int = 1
    temperature: float = 0.7
    top_p: float = 0.8
    greedy: bool = True
    mode: Literal["auto", "cot", "tir"] = "auto"
    wire: WireName = "fence"
    tokens: int = 1024
    rounds: int = 4
    context: int = 4096
    seed: int = 0
    sequences: int = 32

    def __post_init__(self) -> None:
        if sum(map(bool, (self.url, self.checkpoint, self.gguf))) > 1:
            raise StageError("url, checkpoint, gguf: at most one of them says what is evaluated.")
        if not 1 <= self.n <= transcripts.MOST_CANDIDATES:
            raise StageError(f"n: {self.n} is not from 1 to {transcripts.MOST_CANDIDATES}.")
        if self.sequences < 1:
            raise StageError("sequences: at least one response must be written at a time.")

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
    """Write what is missing of the transcripts, then the report; the summary. Raises `StageError` and `StopAsked`."""
    out = folder.path / "transcripts.jsonl"
    end = None if config.first is None else config.skip + config.first
    problems = list(itertools.islice(read_problems(config.problems), config.skip, end))
    if not problems:
        raise StageError(f"There is no problem in {config.problems}.")
    todo = missing(problems, out)
    if todo:
        async with opened(config) as (engine, sandbox, score):
            await _write(todo, len(problems), out, config, folder, (engine, sandbox, score))
    figures = report.as_json(measure(transcripts.read(out), same))
    (folder.path / "report.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    return {name: figures[name] for name in figures if name in MAIN or name.endswith(f"@{config.n}")}


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
async def opened(config: Config) -> AsyncGenerator[tuple[Engine, Sandbox, Score | None]]:
    """Engine, sandbox and reward model as the config says."""
    async with AsyncExitStack() as stack:
        engine = await asyncio.to_thread(_engine, config)
        stack.push_async_callback(engine.close)
        await wait_until_ready(engine, LOADING)
        sandbox = await open_sandbox()
        stack.push_async_callback(sandbox.close)
        yield engine, sandbox, await asyncio.to_thread(_score, config.reward_model) if config.reward_model else None


def _engine(config: Config) -> Engine:
    if config.checkpoint:
        require_extra()
        from training.pipeline import serving

        return serving.open_checkpoint(config.checkpoint, context=config.context, sequences=config.sequences)
    path = None if config.url else config.gguf or weights.find()
    return open_engine(url=config.url, model=config.model, path=path, context=config.context, sequences=config.sequences)


def _score(reward_model: str) -> Score:
    require_extra()
    from training.pipeline.scoring import Scorer

    scorer = Scorer(reward_model)

    async def score(problem: str, responses: Any) -> list[float]:  # noqa: ANN401
        return await asyncio.to_thread(scorer.score_all, [problem] * len(responses), responses)

    return score


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return asyncio.run(evaluate(config, folder))
    except (EngineError, SandboxError, DatasetError, transcripts.TranscriptError, weights.WeightsError) as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
