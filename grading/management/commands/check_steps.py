"""Check a file of workings: each line comes back with a verdict, the first wrong step and a verdict for each step."""

import asyncio
import json
import math
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from grading.checking.reasons import Reason, template
from grading.checking.steps import StepVerdict, WorkReport, check_steps, split_steps
from grading.solutions import opened_engine, sample
from inference.engines import Engine, EngineError

LONGEST_LINE = 16 * 2**20  # bytes
MOST_SAMPLES = 64

RIGHT = template("The answer is right, and no step is wrong.")
UNSURE = template("No step is wrong as far as it was checked, but whether the answer is right is not known.")

Row = dict[str, Any]


class BadLine(Exception):
    """Why a line cannot be checked."""


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
            with translation.override(language), _opened(file) as lines:
                bad = asyncio.run(self._check(lines, samples))
        except EngineError as error:
            raise CommandError(str(error)) from error
        except BrokenPipeError:  # the reader has gone, as `| head` does; Python must not complain when it flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        if bad:
            raise CommandError(f"{bad} of the lines could not be checked; their `error` says why.")

    async def _check(self, lines: BinaryIO, samples: int) -> int:
        """Check line by line, in order; how many could not be."""
        bad = 0
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(opened_engine()) if samples else None
            numbered = _numbered(lines)
            while (item := await asyncio.to_thread(next, numbered, None)) is not None:
                row = await _checked(*item, engine, samples)
                bad += "error" in row
                self.stdout.write(json.dumps(row, ensure_ascii=False).encode(errors="backslashreplace").decode())
                self.stdout.flush()
        return bad


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= MOST_SAMPLES:
        raise ArgumentTypeError(f"a number from 0 to {MOST_SAMPLES}")
    return int(text)


# --- Reading -----------------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        opened = open(file, "rb")  # noqa: SIM115 (the error of opening is the user's, those of reading are not)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    with opened:
        yield opened


def _numbered(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number, line), blank lines left out; of a line that is too long, its beginning."""
    number = 0
    while line := lines.readline(LONGEST_LINE):
        number += 1
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = lines.readline(LONGEST_LINE)
        if line.strip():
            yield number, line


def _object(line: bytes) -> Row:
    if len(line) >= LONGEST_LINE:
        raise BadLine(f"{LONGEST_LINE} bytes or longer")
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 (byte {error.start})") from error
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from error
    except RecursionError as error:
        raise BadLine("nested too deeply") from error
    if not isinstance(row, dict):
        raise BadLine("not a JSON object")
    return row


def _text(row: Row, name: str) -> str | None:
    """A text or a number; None where there is none."""
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadLine(f"`{name}` is neither a text nor a number")
    return str(value)


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
        row = _object(line)
        problem, steps = _text(row, "problem"), _steps(row)
        if not problem:
            raise BadLine("`problem` is missing or empty")
        known = {"reference": _text(row, "reference"), "answer": _text(row, "answer"), "step_scores": _scores(row, steps)}
        sampled = _texts(row, "samples") + (await sample(problem, samples, engine) if engine else [])
        report = await asyncio.to_thread(check_steps, problem, steps, samples=sampled, **known)  # type: ignore[arg-type]
    except BadLine as error:
        kept = row or {"input": line[:LONGEST_LINE].decode(errors="replace").strip()}
        return {**_without(kept, "verdict", "reason", "first_error", "steps_checked"), "error": f"line {number}: {error}"}
    return {**_without(row, "error"), **_in_words(report)}


def _in_words(report: WorkReport) -> Row:
    verdict, reason = _whole(report)
    return {
        "verdict": verdict,
        "reason": _translated(reason),
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
        "reason": _translated(step.reason),
        "should_be": step.should_be,
        "agreeing": step.agreeing,
        "sampled": step.sampled,
        "misconception": step.misconception,
    }


def _translated(reason: Reason) -> str:
    return translation.gettext(reason.template).format(**reason.values)


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}
