"""JSONL files that survive being killed: a line that was cut off is not there."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

Row = dict[str, Any]


class RowError(Exception):
    """A line that is no JSON object; the text names the file and the line."""


def read(path: Path) -> Iterator[Row]:
    """The rows of a JSONL file. A last line without an end, which a kill left behind, is passed over. Raises `RowError`, OSError."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n") and not _whole(line):
                return
            if not line.strip():
                continue
            yield _row(line, path, number)


def write(path: Path, rows: Iterable[Row]) -> int:
    """Write a file whole or not at all; how many rows it has."""
    part = path.with_name(path.name + ".part")
    count = 0
    with part.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return count


class Appender:
    """Adds rows to a file, each in one write, so that a kill cuts off the last one at most. What an earlier kill cut off is removed."""

    def __init__(self, path: Path) -> None:
        _drop_cut_line(path)
        self._file = path.open("ab", buffering=0)

    def add(self, *rows: Row) -> None:
        self._file.write(b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()


def _row(line: bytes, path: Path, number: int) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise RowError(f"{path}, line {number}: {error}") from error
    if not isinstance(row, dict):
        raise RowError(f"{path}, line {number}: not a JSON object.")
    return row


def _whole(line: bytes) -> bool:
    """A hand-made file may end without a line's end."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _drop_cut_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        data = file.read()
        end = data.rfind(b"\n") + 1
        if end < len(data):
            if _whole(data[end:]):
                file.write(b"\n")
            else:
                file.truncate(end)
