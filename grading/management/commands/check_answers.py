"""Check a file of answers: each line comes back with its verdict and a reason, as soon as it is checked."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from grading.checking.answers import check
from grading.checking.jsonl import BadLine, Row, numbered, parsed
from grading.feedback import say
from grading.jsonl import as_json, opened, refused, text, without

LONGEST_LINE = 64 * 2**20  # bytes


class Command(BaseCommand):
    help = (
        "Check answers: reads lines of JSON with `expected` and `given`, writes the same lines with `verdict` (correct, incorrect or"
        " undecided) and `reason`. A line that cannot be read comes back with `error` instead; the exit status is 1 then."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON lines; - reads standard input")
        parser.add_argument("--language", choices=["en", "zh-hans"], default="en", help="of the reasons")

    def handle(self, *, file: str, language: str, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        bad = 0
        with translation.override(language), opened(file) as lines:
            for number, line in numbered(lines, LONGEST_LINE):
                row = _checked(number, line)
                bad += "verdict" not in row
                self.stdout.write(as_json(row))
                self.stdout.flush()
        if bad:
            raise CommandError(f"{bad} of the lines could not be checked; their `error` says why.")


def _checked(number: int, line: bytes) -> Row:
    """The line's object with the verdict, or with the error; a line that is no object stands under `input`."""
    row: Row = {}
    try:
        row = parsed(line, LONGEST_LINE)
        verdict = check(_text(row, "expected"), _text(row, "given", or_null=True))
    except BadLine as error:
        return refused(row, line, number, error, "verdict", "reason")
    return {**without(row, "error"), "verdict": verdict.outcome.value, "reason": say(verdict.reason)}


def _text(row: Row, name: str, *, or_null: bool = False) -> str:
    """A text or a number; null where it is allowed means that there is none."""
    if name not in row:
        raise BadLine(f"`{name}` is missing")
    value = text(row, name)
    if value is None and not or_null:
        raise BadLine(f"`{name}` is neither a text nor a number")
    return value or ""
