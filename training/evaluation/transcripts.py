"""Transcript files: what a model answered, several responses to each problem, one JSON object a line; compressed by xz or not. Two forms:

Ours, keys in brackets may be absent:

    {["id"], "expected": "18", "candidates": [C, …], ["greedy": C]}
    C = {"answer": "18" or null, ["text"], ["correct": true], ["score": 3.5],
         ["tokens": 211], ["seconds": 4.1], ["rounds": 2], ["blocks_failed": 1], ["refuted": true]}

`answer` may be absent where `text`, the whole response, is given. `score` is the reward model's; `rounds` counts the blocks of code that
ran, `blocks_failed` those that ended in an error; `refuted` is an answer that the problem itself says is wrong, and has no vote; `greedy`
is one more response, sampled at temperature 0.

Qwen2.5-Math's evaluation output: `answer` is the expected one; `pred`, `score` (labels), `pred_score` (rewards, each in a list of one) and
`response` or `code` are lists with one entry a response; `idx` is the id.
"""

import lzma
import reprlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from grading.checking.extract import final_answer
from grading.checking.jsonl import BadLine, Row, numbered, parsed
from inference.selection import Candidate

LONGEST_LINE = 64 * 2**20  # bytes
MOST_CANDIDATES = 256
LONGEST_ID = 100  # characters


class TranscriptError(Exception):
    """The file cannot be measured; the text names file, line and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Candidate):
    """A response without its text; `right` is None where nobody has judged it."""

    right: bool | None = None
    tokens: int | None = None
    seconds: float | None = None
    rounds: int | None = None
    blocks_failed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    line: int
    id: str
    expected: str
    responses: tuple[Response, ...]
    greedy: Response | None = None

    @property
    def all_responses(self) -> tuple[Response, ...]:
        return self.responses if self.greedy is None else (*self.responses, self.greedy)

    @property
    def labelled(self) -> bool:
        return all(response.right is not None for response in self.all_responses)


def read(path: Path, *, extract: bool = False) -> list[Problem]:
    """The problems of a file, the same number of responses to each; with `extract`, answers are read anew from the texts that are there.

    Raises TranscriptError.
    """
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for number, line in _lines(path):
        try:
            problem = _problem(line, number, extract)
            _fits(problem, problems[0] if problems else None, lines)
        except BadLine as reason:
            raise TranscriptError(f"{path}, line {number}: {reason}") from reason
        problems.append(problem)
        lines[problem.id] = number
    if not problems:
        raise TranscriptError(f"{path}: there is no problem in it")
    return problems


def check_ids(ids: Iterable[str]) -> None:
    """Whether they can stand in a transcript. Raises TranscriptError."""
    try:
        for each in ids:
            _id(each)
    except BadLine as reason:
        raise TranscriptError(str(reason)) from reason


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, line), blank ones left out."""
    try:
        with _opened(path) as file:
            yield from numbered(file, LONGEST_LINE)
    except OSError as error:
        raise TranscriptError(f"{path}: {error.strerror}") from error
    except (lzma.LZMAError, EOFError) as error:
        raise TranscriptError(f"{path}: {error}") from error


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, lzma.open(path)) if path.suffix == ".xz" else path.open("rb")


def _problem(line: bytes, number: int, extract: bool) -> Problem:
    row = parsed(line, LONGEST_LINE)
    qwen = "pred" in row
    candidates = _qwen_candidates(row) if qwen else _list(row, "candidates")
    if not 1 <= len(candidates) <= MOST_CANDIDATES:
        raise BadLine(f"{len(candidates)} responses; from 1 to {MOST_CANDIDATES} can be measured")
    responses = tuple(_response(candidate, f"response {index}", extract) for index, candidate in enumerate(candidates))
    if len({response.score is None for response in responses}) > 1:
        raise BadLine("some responses have a score and some have none")
    return Problem(
        line=number,
        id=_id(row.get("idx" if qwen else "id", f"line {number}")),
        expected=_text(row, "answer" if qwen else "expected"),
        responses=responses,
        greedy=None if row.get("greedy") is None else _response(row["greedy"], "greedy", extract),
    )


def _qwen_candidates(row: Row) -> list[Row]:
    """The columns of Qwen's row as our candidates."""
    texts = "response" if "response" in row else "code"
    columns = {"answer": "pred", "correct": "score", "score": "pred_score", "text": texts}
    given = {ours: _list(row, theirs) for ours, theirs in columns.items() if theirs in row}
    for ours, values in given.items():
        if len(values) != len(given["answer"]):
            raise BadLine(f"`{columns[ours]}` has {len(values)} entries, `pred` {len(given['answer'])}")
    given["score"] = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in given.get("score", [])]
    return [{ours: values[index] for ours, values in given.items() if values} for index in range(len(given["answer"]))]


def _response(candidate: object, name: str, extract: bool) -> Response:
    if not isinstance(candidate, dict):
        raise BadLine(f"{name} is not an object")
    if "answer" not in candidate and "text" not in candidate:
        raise BadLine(f"{name} has neither `answer` nor `text`")
    answer = candidate.get("answer")
    if answer is not None and not isinstance(answer, str):
        raise BadLine(f"{name}: `answer` is neither a text nor null")
    if "text" in candidate and (extract or "answer" not in candidate):
        answer = final_answer(_text(candidate, "text"))
    right = candidate.get("correct")
    if right is not None and not isinstance(right, bool):
        raise BadLine(f"{name}: the label is neither true nor false")
    answer = (answer or "").strip() or None
    refuted = candidate.get("refuted", False)
    if not isinstance(refuted, bool):
        raise BadLine(f"{name}: `refuted` is neither true nor false")
    if right and answer is None and not extract:
        raise BadLine(f"{name} has no answer, but is labelled right")
    return Response(
        answer=answer,
        right=right,
        refuted=refuted and answer is not None,
        score=_number(candidate, "score", name, lowest=-sys.float_info.max),
        tokens=_count(candidate, "tokens", name),
        seconds=_number(candidate, "seconds", name),
        rounds=_count(candidate, "rounds", name),
        blocks_failed=_count(candidate, "blocks_failed", name),
    )


def _fits(problem: Problem, first: Problem | None, lines: dict[str, int]) -> None:
    """Refuse a problem that cannot be measured together with those before it."""
    if problem.id in lines:
        raise BadLine(f"problem {problem.id} stands in line {lines[problem.id]} already")
    if first is None:
        return
    if len(problem.responses) != len(first.responses):
        raise BadLine(f"{len(problem.responses)} responses, where line {first.line} has {len(first.responses)}")
    if (problem.responses[0].score is None) != (first.responses[0].score is None):
        raise BadLine(f"has scores and line {first.line} has none, or the other way round")
    if (problem.greedy is None) != (first.greedy is None):
        raise BadLine(f"has a greedy response and line {first.line} has none, or the other way round")


def _id(value: object) -> str:
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or not text.isprintable() or len(text) > LONGEST_ID:
        raise BadLine(f"the id {reprlib.repr(value)} is neither a number nor a printable text of at most {LONGEST_ID} characters")
    return text


def _list(row: Row, name: str) -> list[Any]:
    if not isinstance(row.get(name), list):
        raise BadLine(f"`{name}` is missing, or not a list")
    return list(row[name])


def _text(row: Row, name: str) -> str:
    if not isinstance(row.get(name), str):
        raise BadLine(f"`{name}` is missing, or not a text")
    return str(row[name])


def _number(row: Row, name: str, where: str, lowest: float = 0.0) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= sys.float_info.max:
        raise BadLine(f"{where}: `{name}` is {reprlib.repr(value)}, not a number that it can be")
    return float(value)


def _count(row: Row, name: str, where: str) -> int | None:
    number = _number(row, name, where)
    if number is not None and not number.is_integer():
        raise BadLine(f"{where}: `{name}` is {number}, not a whole number")
    return None if number is None else int(number)
