"""Problems of the known sets, whatever their fields are called. To read another set, add one line to `MAPS`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading.checking.extract import boxed_answer
from grading.checking.reasons import Reason, template
from training import rows

Row = dict[str, Any]


class DatasetError(Exception):
    """The file cannot be read as problems; the reason names file and line, and `str()` says it in English."""

    def __init__(self, reason: Reason | str) -> None:
        super().__init__(str(reason))
        self.reason = reason if isinstance(reason, Reason) else Reason("{said}", {"said": reason})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`id` is unique in its file. `solution` is the reference solution, "" where the set has none; so is `expected`, where problems without
    an answer are read. `roots` are the ids of the problems that this one was made from, if it was.
    """

    id: str
    question: str
    expected: str
    solution: str = ""
    roots: tuple[str, ...] = ()


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


# The first whose fields a row has is taken. Ours: a problem, or a solution to one; and a row of a training file.
MAPS = (
    FieldMap("lemma", ("question",), "expected", solution="solution"),
    FieldMap("lemma's training rows", ("problem",), "expected"),
    FieldMap("gaokao-qa", ("question", "options"), "label"),
    FieldMap("mgsm", ("question",), "answer_number"),
    FieldMap("svamp", ("Body", "Question"), "Answer"),
    FieldMap("aime-2024", ("Problem",), "Answer", solution="Solution"),
    FieldMap("math-500", ("problem",), "answer", solution="solution"),
    FieldMap("math, minerva", ("problem",), "solution", last_box, "solution"),
    FieldMap("cmath", ("question",), "golden"),
    FieldMap("olympiad", ("question",), "final_answer"),
    FieldMap("gsm8k, amc, gaokao, cmath", ("question",), "answer", after_hashes, "answer"),
)
BARE = FieldMap("a question alone", ("question",), "question", read=lambda text: "")
HALF = re.compile("[\ud800-\udfff]")
ID_FIELDS = ("id", "idx", "unique_id", "ID", "problem")  # the last names the problem in the rows of our solutions


def read_problems(path: Path, *, answered: bool = True) -> Iterator[Problem]:
    """The file's problems; unless `answered`, also those without an answer. Raises `DatasetError`."""
    try:
        for number, row in enumerate(rows.read(path), 1):
            yield read_problem(row, f"{path}, line {number}", str(number - 1), answered=answered)
    except (rows.RowError, OSError) as error:
        raise DatasetError(str(error)) from error


def read_problem(row: Row, where: str, otherwise: str, *, answered: bool = True) -> Problem:
    """A row as a problem, with the id `otherwise` where it has none. Raises `DatasetError`, which says `where`."""
    fields = next((fields for fields in MAPS if row.keys() >= {*fields.question, fields.answer}), None)
    if fields is None and not answered and "question" in row:
        fields = BARE
    if fields is None:
        raise DatasetError(Reason(template("{where}: no known set has the fields {fields}."), {"where": where, "fields": ", ".join(row)}))
    answer = row[fields.answer]
    expected = "" if answer is None else fields.read(_text(answer))
    if not expected and answered:
        raise DatasetError(Reason(template("{where}: there is no answer in “{field}”."), {"where": where, "field": fields.answer}))
    solution = _text(row.get(fields.solution) or "")
    roots = row.get("roots", [])
    if not isinstance(roots, list) or not all(isinstance(root, str) for root in roots):
        raise DatasetError(Reason(template("{where}: “roots” is not a list of ids."), {"where": where}))
    if not all(isinstance(row[name], str | int | float | list) for name in fields.question):
        raise DatasetError(Reason(template("{where}: the question is no text."), {"where": where}))
    question = "\n".join(_text(row[name]) for name in fields.question)
    if not question.strip():
        raise DatasetError(Reason(template("{where}: there is no question."), {"where": where}))
    if HALF.search(question):
        raise DatasetError(Reason(template("{where}: the question has half a character, which no model can read."), {"where": where}))
    return Problem(
        id=next((str(row[name]) for name in ID_FIELDS if name in row and name not in fields.question), otherwise),
        question=question,
        expected=re.sub(r"\s+", " ", expected or ""),
        solution="" if solution == expected else solution,
        roots=tuple(roots),
    )


def with_id(row: Row, problem: Problem) -> Row:
    """The row as one that keeps its id wherever it stands. A set without ids counts its rows, and a row that moves has another number."""
    return row if any(name in row and row[name] != problem.question for name in ID_FIELDS) else {"id": problem.id} | row


def _text(value: Any) -> str:  # noqa: ANN401
    """Choices come as lists, numbers as floats that are whole."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
