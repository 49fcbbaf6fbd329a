"""Accuracy of one greedy solution to each problem of a file, as the tutor solves it, many problems at once on one engine.

    python -m benchmarks.accuracy --data ../shared/data/gsm8k/test_dev.jsonl --mode tir --first 100
    python -m benchmarks.accuracy --compare RUN.jsonl OTHER.jsonl

What `manage.py evaluate` does not count: badges, cut solutions, and whether two runs differ. Every transcript is kept, one JSON line a
problem, in `var/accuracy/`, and a run that was stopped goes on. The engine is the one that the settings
name: the embedded model, or `ENGINE_URL`.
"""

import argparse
import asyncio
import itertools
import math
import os
from contextlib import aclosing
from pathlib import Path

import django

from inference.solve import Limits
from inference.wire import WIRES
from training import rows
from training.evaluation.datasets import read_problems
from training.evaluation.intervals import wilson
from training.evaluation.run import Plan, missing, transcribe
from training.rows import Row

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from tutor.opening import opened  # noqa: E402 (its models need the settings)

ROOT = Path(__file__).resolve().parent.parent


async def run(out: Path, options: argparse.Namespace) -> None:
    """Solve what `out` does not have yet."""
    wanted = itertools.islice(read_problems(options.data), options.skip, options.skip + options.first)
    if not (todo := missing(wanted, out)):
        return
    limits = Limits() if options.tokens is None else Limits(tokens=options.tokens)
    plan = Plan(n=0, mode=options.mode, wire=WIRES[options.wire], limits=limits, sequences=options.in_flight)
    async with opened() as (engine, sandbox), aclosing(transcribe(todo, plan, engine, sandbox)) as solved:
        with rows.Appender(out) as file:
            async for row in solved:
                file.add(row)


def mcnemar(only_left: int, only_right: int) -> float:
    """Two-sided exact p-value of a paired comparison: a sign test over the problems that only one run solved."""
    count = only_left + only_right
    tail = sum(math.comb(count, k) for k in range(min(only_left, only_right) + 1)) / 2**count
    return min(1.0, 2 * tail)


def summary(solutions: list[Row]) -> str:
    """Of the solutions that did not fail as a whole; those that did are wrong."""
    count, right = len(solutions), sum(solution["correct"] for solution in solutions)
    low, high = wilson(right, count)
    whole = [solution for solution in solutions if "failed" not in solution]
    blocks, failed = sum(solution["rounds"] for solution in whole), sum(solution["blocks_failed"] for solution in whole)
    return "\n".join(
        [
            f"right       {right} of {count}: {right / count:.1%}, 95 % interval {low:.1%} to {high:.1%}",
            f"undecided   {sum('undecided' in solution for solution in solutions)}",
            f"no answer   {sum(solution['answer'] is None for solution in solutions)}",
            f"failed      {count - len(whole)}",
            f"cut         {sum(solution['finish'] == 'length' for solution in whole)} by the budget",
            f"code        {sum(solution['rounds'] > 0 for solution in whole)} problems; {failed} of {blocks} blocks failed",
            f"badge       checked {badge(whole, 'checked')}; differs {badge(whole, 'differs')}",
            f"tokens      {sum(solution['tokens'] for solution in whole) / max(len(whole), 1):.0f} a problem",
        ]
    )


def badge(solutions: list[Row], name: str) -> str:
    shown = [solution for solution in solutions if solution[name]]
    return f"{len(shown)}, of them right {sum(solution['correct'] for solution in shown)}"


def compare(left: Path, right: Path) -> str:
    ours, theirs = ({row["id"]: row["greedy"]["correct"] for row in rows.read(path)} for path in (left, right))
    both = ours.keys() & theirs.keys()
    only_left = sum(ours[name] and not theirs[name] for name in both)
    only_right = sum(theirs[name] and not ours[name] for name in both)
    shares = f"{sum(ours[name] for name in both)} against {sum(theirs[name] for name in both)} of {len(both)}"
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
    parser.add_argument("--out", type=Path, help="where the transcripts are kept; what is there is not solved again")
    parser.add_argument("--compare", type=Path, nargs=2)
    return parser.parse_args()


def main() -> None:
    options = parsed()
    if options.compare:
        print(compare(*options.compare))
        return
    if options.data is None or not options.data.exists():
        print(f"Skipped: there is no {options.data}.")
        return
    name = f"{options.data.parent.name}-{options.data.stem}-{options.skip}-{options.mode}-{options.wire}"
    out: Path = options.out or ROOT / "var" / "accuracy" / f"{name}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(out, options))
    print(f"{name}, {out}\n{summary([row['greedy'] for row in rows.read(out)])}")


if __name__ == "__main__":
    main()
