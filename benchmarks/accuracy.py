"""Accuracy of solving on a file of problems, through `inference.solve` itself, many problems at once on one engine.

    python -m benchmarks.accuracy --data ../shared/data/gsm8k/test_dev.jsonl --mode tir --first 100
    python -m benchmarks.accuracy --compare RUN.jsonl OTHER.jsonl

Every transcript is kept, one JSON line a problem, in `var/accuracy/`; `--resume` goes on where a run ended, and `--seconds` ends one early.
The engine is the one that the settings name: the embedded model, or `ENGINE_URL`.
"""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import django

from grading.checking.answers import Outcome, check
from grading.checking.extract import boxed_answer
from inference.engines import Engine
from inference.events import Done, Output
from inference.sandbox import Sandbox
from inference.solve import Limits, solve
from inference.wire import WIRES
from training.evaluation.intervals import wilson

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from tutor.opening import opened  # noqa: E402 (its models need the settings)

ROOT = Path(__file__).resolve().parent.parent
ENDED_EARLY = 75  # exit status: resume to go on

Row = dict[str, Any]


def problems(path: Path) -> Iterator[tuple[str, str]]:
    """(question, gold answer) of a GSM8K, MATH or CMATH file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = row.get("answer") or boxed_answer(row["solution"])
        yield row.get("question") or row["problem"], answer.rpartition("####")[2].strip()


async def solve_one(index: int, question: str, expected: str, engine: Engine, sandbox: Sandbox, options: argparse.Namespace) -> Row:
    outputs: list[Output] = []
    limits = Limits() if options.tokens is None else Limits(tokens=options.tokens)
    wire = WIRES[options.wire]
    async with aclosing(solve(question, engine=engine, sandbox=sandbox, mode=options.mode, wire=wire, limits=limits)) as events:
        async for event in events:
            if isinstance(event, Output):
                outputs.append(event)
            elif isinstance(event, Done):
                done = event
    verdict = await asyncio.to_thread(check, expected, done.answer)
    return {
        "index": index,
        "expected": expected,
        "verdict": verdict.outcome.value,
        "reason": str(verdict.reason),
        "blocks_failed": sum(output.error is not None for output in outputs),
        **done.payload(),
    }


async def run(path: Path, out: Path, options: argparse.Namespace) -> bool:
    """Solve what `out` does not have yet; False where the time ended first."""
    done = {row["index"] for row in read(out)}
    todo = [(index, *problem) for index, problem in enumerate(problems(path)) if options.skip <= index < options.skip + options.first]
    todo = [problem for problem in todo if problem[0] not in done]
    if not todo:
        return True
    began = time.monotonic()
    async with opened() as (engine, sandbox):
        running: set[asyncio.Task[Row]] = set()
        try:
            with out.open("a", encoding="utf-8") as file:
                while running or (todo and time.monotonic() - began < options.seconds):
                    while todo and len(running) < options.in_flight and time.monotonic() - began < options.seconds:
                        running.add(asyncio.create_task(solve_one(*todo.pop(0), engine, sandbox, options)))
                    finished, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    file.writelines(json.dumps(task.result(), ensure_ascii=False) + "\n" for task in finished)
                    file.flush()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    return not todo


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def mcnemar(only_left: int, only_right: int) -> float:
    """Two-sided exact p-value of a paired comparison: a sign test over the problems that only one run solved."""
    count = only_left + only_right
    tail = sum(math.comb(count, k) for k in range(min(only_left, only_right) + 1)) / 2**count
    return min(1.0, 2 * tail)


def summary(rows: list[Row]) -> str:
    count, right = len(rows), sum(is_right(row) for row in rows)
    low, high = wilson(right, count)
    blocks, failed = sum(row["rounds"] for row in rows), sum(row["blocks_failed"] for row in rows)
    return "\n".join(
        [
            f"right       {right} of {count}: {right / count:.1%}, 95 % interval {low:.1%} to {high:.1%}",
            f"undecided   {sum(row['verdict'] == Outcome.UNDECIDED.value for row in rows)}",
            f"no answer   {sum(row['answer'] is None for row in rows)}",
            f"cut         {sum(row['finish'] == 'length' for row in rows)} by the budget",
            f"code        {sum(row['rounds'] > 0 for row in rows)} problems; {failed} of {blocks} blocks failed",
            f"badge       checked {badge(rows, 'checked')}; differs {badge(rows, 'differs')}",
            f"tokens      {sum(row['tokens'] for row in rows) / count:.0f} a problem",
        ]
    )


def badge(rows: list[Row], name: str) -> str:
    shown = [row for row in rows if row[name]]
    return f"{len(shown)}, of them right {sum(map(is_right, shown))}"


def is_right(row: Row) -> bool:
    return bool(row["verdict"] == Outcome.CORRECT.value)


def compare(left: Path, right: Path) -> str:
    ours, theirs = ({row["index"]: is_right(row) for row in read(path)} for path in (left, right))
    both = ours.keys() & theirs.keys()
    only_left = sum(ours[index] and not theirs[index] for index in both)
    only_right = sum(theirs[index] and not ours[index] for index in both)
    shares = f"{sum(ours[index] for index in both)} against {sum(theirs[index] for index in both)} of {len(both)}"
    return (
        f"{shares}; only the first right {only_left}, only the second {only_right}; exact McNemar p = {mcnemar(only_left, only_right):.3f}"
    )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--mode", choices=["cot", "tir"], default="tir")
    parser.add_argument("--wire", choices=list(WIRES), default="fence")
    parser.add_argument("--first", type=int, default=100, help="problems to solve")
    parser.add_argument("--skip", type=int, default=0, help="problems to leave out before them")
    parser.add_argument("--tokens", type=int, help="token budget of a solution, where it is not the usual one")
    parser.add_argument("--in-flight", type=int, default=32, help="problems at once (32 is the embedded engine's batch)")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--seconds", type=float, default=math.inf, help=f"begin no problem after so long; exit status {ENDED_EARLY}")
    parser.add_argument("--out", type=Path, help="where the transcripts are kept")
    parser.add_argument("--compare", type=Path, nargs=2)
    return parser.parse_args()


def main() -> int:
    options = parsed()
    if options.compare:
        print(compare(*options.compare))
        return 0
    if options.data is None or not options.data.exists():
        print(f"Skipped: there is no {options.data}.")
        return 0
    name = f"{options.data.parent.name}-{options.data.stem}-{options.skip}-{options.mode}-{options.wire}"
    out: Path = options.out or ROOT / "var" / "accuracy" / f"{name}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    if not options.resume:
        out.unlink(missing_ok=True)
    complete = asyncio.run(run(options.data, out, options))
    if rows := read(out):
        print(f"{name}, {out}\n{summary(rows)}")
    return 0 if complete else ENDED_EARLY


if __name__ == "__main__":
    sys.exit(main())
