"""Hints over files of problems: how often one gives the answer away, or says what is wrong. Four rungs a problem, and the work before them.

    python -m benchmarks.hints --data ../shared/data/gsm8k/test_dev.jsonl --problems 50
    python -m benchmarks.hints --data ../shared/data/cmath/dev.jsonl --problems 50 --language zh

A problem counts once its key is sure; others are counted apart (nothing is hinted there). Each hint that a student would see is judged
anew: by the GOLD answer (does the text say it, or a part of it), and by the step checker. What is flagged is printed whole, to be read by a
person; and so is a sample of what is not. One JSON line a problem is kept in `var/hints/`, and a run goes on where it ended.
The engine is the one that the settings name.
"""

import argparse
import asyncio
import os
import random
import sys
import time
from pathlib import Path

import django

from benchmarks import resuming
from grading.checking.answers import Outcome, check
from grading.checking.steps import check_steps, split_steps
from inference.engines import Engine
from inference.events import Language
from inference.sandbox import Sandbox
from inference.together import together
from inference.tutoring.hints import RUNGS, Place, hint
from inference.tutoring.key import bared, make_key, steps_of
from inference.tutoring.leaks import leaks, secret_of
from training import rows
from training.evaluation.datasets import Problem, read_problems
from training.evaluation.intervals import wilson
from training.evaluation.run import missing
from training.rows import Row

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from tutor.opening import opened  # noqa: E402 (its models need the settings)

READ = 10  # unflagged hints that are printed


async def hints_of(problem: Problem, engine: Engine, sandbox: Sandbox, options: argparse.Namespace) -> Row:
    began = time.monotonic()
    question, gold = problem.question, problem.expected
    key = await make_key(question, engine=engine, sandbox=sandbox, language=options.language, samples=options.samples)
    right = (await asyncio.to_thread(check, gold, key.answer)).outcome is Outcome.CORRECT if key.answer else False
    row: Row = {"id": problem.id, "question": question, "gold": gold, "answer": key.answer, "sure": key.sure, "right": right}
    row |= {"solution": key.solution, "seconds": time.monotonic() - began}
    return await hinted(row, engine, options.language)


async def hinted(row: Row, engine: Engine, language: Language) -> Row:
    """The row with the hints that its key gives; none where the key is not sure."""
    return row | {"hints": await together(one(row, rung, engine, language) for rung in RUNGS) if row["sure"] else []}


async def one(row: Row, rung: str, engine: Engine, language: Language) -> Row:
    """A hint as a student gets it who has come half the way (to the first step for the first two rungs)."""
    question = row["question"]
    steps = await asyncio.to_thread(steps_of, question, row["solution"])
    at = 0 if rung in RUNGS[:2] else len(steps) // 2
    work = "\n".join(step.text for step in steps[:at])
    place = Place(
        problem=question, posed=question, steps=steps, at=at, work=work, secret=secret_of(row["answer"], question), language=language
    )
    given = await hint(place, rung, engine=engine)
    leaked = await asyncio.to_thread(leaks, given.text, secret_of(row["gold"], question))
    report = await asyncio.to_thread(check_steps, question, bared(split_steps(given.text)))
    reasons = [str(verdict.reason) for verdict in report.steps if verdict.status == "wrong"]
    said = {"rung": rung, "text": given.text, "plain": given.plain, "rejected": given.rejected}
    return said | {"leaked": leaked, "wrong": reasons, "step": place.step.text if place.step else ""}


async def run(out: Path, options: argparse.Namespace) -> bool:
    """Until so many problems have a sure key, some problems at once; False where the time ended first. What has begun is finished."""
    todo = iter(missing(read_problems(options.data), out))
    sure = sum(row["sure"] for row in rows.read(out))
    began = time.monotonic()

    async def work() -> None:
        nonlocal sure
        while sure < options.problems and time.monotonic() - began <= options.seconds and (problem := next(todo, None)):
            row = await hints_of(problem, engine, sandbox, options)
            sure += row["sure"]
            file.add(row)

    async with opened(patience=resuming.LOADING) as (engine, sandbox):
        if options.again:
            rows.write(out, [await hinted(row, engine, options.language) for row in rows.read(out)])
        with rows.Appender(out) as file:
            await together(work() for _ in range(options.together))
    return sure >= options.problems or next(todo, None) is None


def summary(done: list[Row]) -> str:
    hints = [said | {"question": row["question"], "gold": row["gold"]} for row in done for said in row["hints"]]
    flagged = [said for said in hints if said["leaked"] or said["wrong"]]
    fine = [said for said in hints if not (said["leaked"] or said["wrong"] or said["plain"])]
    sure = [row for row in done if row["sure"]]
    lines = [
        f"problems    {len(done)}; key sure for {len(sure)}, of these right {sum(row['right'] for row in sure)}",
        share("leaked", sum(said["leaked"] for said in hints), len(hints)),
        share("wrong", sum(bool(said["wrong"]) for said in hints), len(hints)),
        share("plain", sum(said["plain"] for said in hints), len(hints)),
        f"seconds     {sum(row['seconds'] for row in done) / max(len(done), 1):.0f} a problem, for its key",
        "\nFlagged:",
        *map(told, flagged),
        "\nA sample of the others, to be read:",
        *map(told, random.Random(0).sample(fine, min(READ, len(fine)))),
    ]
    return "\n".join(lines)


def share(name: str, part: int, count: int) -> str:
    low, high = wilson(part, count) if count else (0.0, 1.0)
    return f"{name:11} {part} of {count} hints, 95 % interval {low:.1%} to {high:.1%}"


def told(said: Row) -> str:
    why = "leaked" if said["leaked"] else "; ".join(said["wrong"])
    return f"- [{said['rung']}] {said['question']} (answer {said['gold']})\n  step: {said['step']}\n  hint: {said['text']}  {why}"


def main() -> int:
    parser = resuming.parser(__doc__)
    parser.add_argument("--problems", type=int, default=50, help="problems with a sure key, or a few more; four hints each")
    parser.add_argument("--language", choices=["en", "zh"], default="en")
    parser.add_argument("--together", type=int, default=4, help="problems at once")
    parser.add_argument("--again", action="store_true", help="first make the hints anew of all keys that are kept")
    parser.add_argument("--samples", type=int, default=3, help="solutions of each kind for a key")
    options = parser.parse_args()
    if (out := resuming.place(options, "hints")) is None:
        return 0
    complete = asyncio.run(run(out, options))
    print(f"{options.data}, {out}\n{summary(list(rows.read(out)))}")
    return 0 if complete else resuming.ENDED_EARLY


if __name__ == "__main__":
    sys.exit(main())
