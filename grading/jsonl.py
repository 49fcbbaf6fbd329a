"""Lines of JSON for the commands that check: read one by one, written back in their order; a bad line comes back with its error."""

import json
import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.core.management.base import CommandError

from grading.checking.jsonl import BadLine, Row

SURROGATE = re.compile("[\ud800-\udfff]")


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The file, or standard input for `-`. Raises CommandError. Where who reads our output has gone, the command ends with status 1."""
    try:
        if file == "-":
            yield sys.stdin.buffer
            return
        try:
            lines = open(file, "rb")  # noqa: SIM115 (the error of opening is the user's, those of reading are not)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        with lines:
            yield lines
    except BrokenPipeError:  # as `| head` does; Python must not complain when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def text(row: Row, name: str) -> str | None:
    """A text; a number is one too. None where there is none, or null. Raises BadLine."""
    value = row.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadLine(f"`{name}` is neither a text nor a number")
    return str(value)


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def refused(row: Row, line: bytes, number: int, error: BadLine, *verdicts: str) -> Row:
    """A line that was not checked: without what a check would say; one that is no object stands under `input`."""
    kept = row or {"input": line.decode(errors="replace").strip()}
    return {**without(kept, *verdicts), "error": f"line {number}: {error}"}


def as_json(row: Row) -> str:
    written = json.dumps(row, ensure_ascii=False)
    return json.dumps(row) if SURROGATE.search(written) else written  # half a character has no UTF-8
