"""A file of JSON objects, one a line: read in bounded pieces; a bad line is told apart from the others."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

Row = dict[str, Any]


class BadLine(Exception):
    """Why a line cannot be read."""


def numbered(lines: BinaryIO, longest: int) -> Iterator[tuple[int, bytes]]:
    """(number, line), blank lines left out; of a line of `longest` bytes or more its beginning, whatever that is."""
    number = 0
    while line := lines.readline(longest):
        number += 1
        rest = line
        while len(rest) == longest and not rest.endswith(b"\n"):
            rest = lines.readline(longest)
        if line.strip() or len(line) == longest:
            yield number, line


def parsed(line: bytes, longest: int) -> Row:
    """The line's object. Raises BadLine."""
    if len(line) >= longest:
        raise BadLine(f"{longest} bytes or longer")
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
