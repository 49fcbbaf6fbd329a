"""Check a file of answers: each line comes back with its verdict and a reason, as soon as it is checked."""

import json
import math
import os
import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from grading.checking.answers import check
from grading.checking.reasons import Reason

LONGEST_LINE = 64 * 2**20  # bytes

SURROGATE = re.compile("[\ud800-\udfff]")

Row = dict[str, Any]


class BadLine(Exception):
    """Why a line cannot be checked."""


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
        try:
            with translation.override(language), _opened(file) as lines:
                for number, line in _numbered(lines):
                    row = _checked(number, line)
                    bad += "verdict" not in row
                    self.stdout.write(_as_json(row))
                    self.stdout.flush()
        except BrokenPipeError:  # the reader has gone, as `| head` does; Python must not complain when it flushes at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        if bad:
            raise CommandError(f"{bad} of the lines could not be checked; their `error` says why.")


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


def _checked(number: int, line: bytes) -> Row:
    """The line's object with the verdict, or with the error; a line that is no object stands under `input`."""
    row: Row = {}
    try:
        row = _object(line)
        verdict = check(_text(row, "expected"), _text(row, "given", or_null=True))
    except BadLine as error:
        kept = row or {"input": line[:LONGEST_LINE].decode(errors="replace").strip()}
        return {**_without(kept, "verdict", "reason"), "error": f"line {number}: {error}"}
    return {**_without(row, "error"), "verdict": verdict.outcome.value, "reason": _in_words(verdict.reason)}


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


def _text(row: Row, name: str, *, or_null: bool = False) -> str:
    """A text; a number is one too, and null where it is allowed means that there is none."""
    if name not in row:
        raise BadLine(f"`{name}` is missing")
    value = row[name]
    if value is None and or_null:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadLine(f"`{name}` is neither a text nor a number")
    return str(value)


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _in_words(reason: Reason) -> str:
    return translation.gettext(reason.template).format(**reason.values)


def _as_json(row: Row) -> str:
    text = json.dumps(row, ensure_ascii=False)
    return json.dumps(row) if SURROGATE.search(text) else text  # half a character has no UTF-8
