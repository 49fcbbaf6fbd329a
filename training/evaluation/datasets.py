"""Problems of the known sets, whatever their fields are called. To read another set, add one line to `MAPS`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading.checking.extract import boxed_answer
from training import rows

Row = dict[str, Any]


class DatasetError(Exception):
    """The file cannot be read as problems; the text names file, line and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`id` is unique in its file. `solution` is the reference solution, "" where the set has none."""

    id: str
    question: str
    expected: str
    solution: str = ""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """How to read a set's rows: the fields joined to the question, the field that has the answer, and how it stands there."""

    name: str
    question: tuple[str, ...]
    answer: str
    read: Callable[[str], str | None] = str.strip
    solution: str = ""


def after_hashes(text: str) -> str | None:
    """GSM8K's solutions end with `#### answer`."""
    return text.rpartition("####")[2].strip() or None


def last_box(text: str) -> str | None:
    return boxed_answer(text)


# The first whose fields a row has is taken.
MAPS = (
    FieldMap("gaokao-qa", ("question", "options"), "label"),
    FieldMap("mgsm", ("question",), "answer_number"),
    FieldMap("svamp", ("Body", "Question"), "Answer"),
    FieldMap("aime-2024", ("Problem",), "Answer", solution="Solution"),
    FieldMap("math-500", ("problem",), "answer", solution="solution"),
    FieldMap("math, minerva", ("problem",), "solution", last_box, "solution"),
    FieldMap("cmath", ("question",), "golden"),
    FieldMap("olympiad", ("question",), "final_answer"),
    FieldMap("gsm8k, amc, gaokao, cmath", ("question",), "answer", after_hashes, "answer"),
    FieldMap("lemma", ("question",), "expected", solution="solution"),
)
ID_FIELDS = ("id", "idx", "unique_id", "ID")


def read_problems(path: Path) -> Iterator[Problem]:
    """The file's problems. Raises `DatasetError`."""
    try:
        for number, row in enumerate(rows.read(path), 1):
            yield _problem(row, path, number)
    except (rows.RowError, OSError) as error:
        raise DatasetError(str(error)) from error


def _problem(row: Row, path: Path, number: int) -> Problem:
    fields = next((fields for fields in MAPS if row.keys() >= {*fields.question, fields.answer}), None)
    if fields is None:
        raise DatasetError(f"{path}, line {number}: no known set has the fields {', '.join(row)}.")
    expected = fields.read(_text(row[fields.answer]))
    if not expected:
        raise DatasetError(f"{path}, line {number}: there is no answer in “{fields.answer}”.")
    solution = _text(row.get(fields.solution, ""))
    return Problem(
        id=next((str(row[name]) for name in ID_FIELDS if name in row), str(number - 1)),
        question="\n".join(_text(row[name]) for name in fields.question),
        expected=re.sub(r"\s+", " ", expected),
        solution="" if solution == expected else solution,
    )


def _text(value: Any) -> str:  # noqa: ANN401
    """Choices come as lists, numbers as floats that are whole."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
