"""Problems that the model writes after others: how often one passes the checks, and how long that takes.

    python -m benchmarks.written --data ../shared/data/gsm8k/train.jsonl --problems 50

Each problem of the file is the parent of one, as a student's solved problem is on the page of practice (`practice/writing.py`). What is
kept is printed whole with its key: whether that is right, and the problem makes sense, a person has to say. One JSON line a problem is
kept in `var/written/`, and a run goes on where it ended. The engine is the one that the settings name.
"""

import asyncio
import itertools
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

import django

from benchmarks import resuming
from inference.engines import Engine
from inference.sandbox import Sandbox
from training import rows
from training.evaluation.datasets import Problem, read_problems
from training.evaluation.intervals import wilson
from training.evaluation.run import missing
from training.rows import Row

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from practice.writing import SECONDS, like  # noqa: E402 (its models need the settings)
from tutor.opening import opened  # noqa: E402


async def written(problem: Problem, engine: Engine, sandbox: Sandbox) -> Row:
    began = time.monotonic()
    try:
        async with asyncio.timeout(SECONDS):
            variant = await like(problem.question, problem.expected, engine=engine, sandbox=sandbox)
    except TimeoutError:  # then a student gets none
        variant = None
    kept = asdict(variant) if variant else None
    return {"id": problem.id, "parent": problem.question, "variant": kept, "seconds": time.monotonic() - began}


async def run(todo: list[Problem], out: Path, seconds: float) -> bool:
    """One after another; False where the time ended first. What has begun is finished."""
    began = time.monotonic()
    async with opened(patience=resuming.LOADING) as (engine, sandbox):
        with rows.Appender(out) as file:
            for problem in todo:
                if time.monotonic() - began > seconds:
                    return False
                file.add(await written(problem, engine, sandbox))
    return True


def summary(done: list[Row]) -> str:
    kept = [row for row in done if row["variant"]]
    low, high = wilson(len(kept), len(done)) if done else (0.0, 1.0)
    seconds = sum(row["seconds"] for row in done) / max(len(done), 1)
    lines = [f"{len(done)} problems, a problem like it kept for {len(kept)} ({low:.0%} to {high:.0%}), {seconds:.0f} seconds a problem"]
    return "\n".join(lines + [f"- {row['parent']}\n  {row['variant']['question']}\n  key: {row['variant']['answer']}" for row in kept])


def main() -> int:
    parser = resuming.parser(__doc__)
    parser.add_argument("--problems", type=int, default=50)
    options = parser.parse_args()
    if (out := resuming.place(options, "written")) is None:
        return 0
    todo = missing(itertools.islice(read_problems(options.data), options.problems), out)
    complete = not todo or asyncio.run(run(todo, out, options.seconds))
    print(f"{options.data}, {out}\n{summary(list(rows.read(out)))}")
    return 0 if complete else resuming.ENDED_EARLY


if __name__ == "__main__":
    sys.exit(main())
