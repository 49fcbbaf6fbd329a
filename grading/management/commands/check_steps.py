"""Check a file of workings: each line comes back with a verdict, the first wrong step and a verdict for each step."""

import asyncio
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import AsyncExitStack
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from grading.checking.jsonl import BadLine, Row, numbered, parsed
from grading.checking.reasons import Reason, template
from grading.checking.steps import StepVerdict, WorkReport, check_steps, split_steps
from grading.feedback import say
from grading.jsonl import as_json, opened, refused, text, without
from grading.solutions import opened_engine, sample
from inference.engines import Engine, EngineError

LONGEST_LINE = 16 * 2**20  # bytes
MOST_SAMPLES = 64

RIGHT = template("The answer is right, and no step is wrong.")
UNSURE = template("No step is wrong as far as it was checked, but whether the answer is right is not known.")


class Command(BaseCommand):
    help = (
        "Check workings step by step: reads lines of JSON with `problem` and `steps` (a list, or one text that is split), and where they"
        " are known `reference`, `answer`, `samples` and `step_scores`; writes the same lines with `verdict` (right, wrong or unsure),"
        " `reason`, `first_error` (from 0; null: none) and `steps_checked`. A line that cannot be read comes back with `error` instead;"
        " the exit status is 1 then."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON lines; - reads standard input")
        parser.add_argument("--samples", type=_count, default=0, metavar="N", help="have the engine solve each problem N times as well")
        parser.add_argument("--language", choices=["en", "zh-hans"], default="en", help="of the reasons")

    def handle(self, *, file: str, samples: int, language: str, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        try:
            with translation.override(language), opened(file) as lines:
                bad = asyncio.run(self._check(lines, samples))
        except EngineError as error:
            raise CommandError(str(error)) from error
        if bad:
            raise CommandError(f"{bad} of the lines could not be checked; their `error` says why.")

    async def _check(self, lines: BinaryIO, samples: int) -> int:
        """Check line by line, in order; how many could not be."""
        bad = 0
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(opened_engine()) if samples else None
            items = numbered(lines, LONGEST_LINE)
            while (item := await asyncio.to_thread(next, items, None)) is not None:
                row = await _checked(*item, engine, samples)
                bad += "error" in row
                self.stdout.write(as_json(row))
                self.stdout.flush()
        return bad


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= MOST_SAMPLES:
        raise ArgumentTypeError(f"a number from 0 to {MOST_SAMPLES}")
    return int(text)


# --- Reading -----------------------------------------------------------------------------------------------------------------


def _texts(row: Row, name: str) -> list[str]:
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadLine(f"`{name}` is not a list of texts")
    return value


def _steps(row: Row) -> list[str]:
    if isinstance(work := row.get("steps"), str):
        return split_steps(work)
    steps = _texts(row, "steps")
    if not steps:
        raise BadLine("`steps` is missing or empty")
    return steps


def _scores(row: Row, steps: list[str]) -> list[float] | None:
    scores = row.get("step_scores")
    if scores is None:
        return None
    if not isinstance(scores, list) or len(scores) != len(steps) or not all(type(score) in (int, float) for score in scores):
        raise BadLine("`step_scores` is not one number for each step")
    return scores


# --- Checking ----------------------------------------------------------------------------------------------------------------


async def _checked(number: int, line: bytes, engine: Engine | None, samples: int) -> Row:
    """The line's object with the verdict, or with the error; a line that is no object stands under `input`."""
    row: Row = {}
    try:
        row = parsed(line, LONGEST_LINE)
        problem, steps = text(row, "problem"), _steps(row)
        if not problem:
            raise BadLine("`problem` is missing or empty")
        known = {"reference": text(row, "reference"), "answer": text(row, "answer"), "step_scores": _scores(row, steps)}
        sampled = _texts(row, "samples") + (await sample(problem, samples, engine) if engine else [])
        report = await asyncio.to_thread(check_steps, problem, steps, samples=sampled, **known)  # type: ignore[arg-type]
    except BadLine as error:
        return refused(row, line, number, error, "verdict", "reason", "first_error", "steps_checked")
    return {**without(row, "error"), **_told(report)}


def _told(report: WorkReport) -> Row:
    verdict, reason = _whole(report)
    return {
        "verdict": verdict,
        "reason": say(reason),
        "first_error": report.first_error,
        "steps_checked": [_step(step) for step in report.steps],
    }


def _whole(report: WorkReport) -> tuple[str, Reason]:
    """The verdict on the whole, and why."""
    if report.first_error is not None:
        return "wrong", report.steps[report.first_error].reason
    return ("right", Reason(RIGHT)) if report.answer_is_right else ("unsure", Reason(UNSURE))


def _step(step: StepVerdict) -> Row:
    return {
        "status": step.status,
        "reason": say(step.reason),
        "should_be": step.should_be,
        "agreeing": step.agreeing,
        "sampled": step.sampled,
        "misconception": step.misconception,
    }
