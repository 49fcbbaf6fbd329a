"""Problems from a file: CSV or JSONL, with a look at every line before anything is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tables import TableError, read_table
from accounts.text import storable
from grading import reading
from grading.marking import default_rubric
from grading.models import Problem, RubricItem

LONGEST_LIST = 500  # problems of one file
LONGEST_TEXT = 8_000  # characters of a problem, or of its reference solution
LONGEST_ANSWER = 500
LONGEST_TOPIC = 80
MOST_POINTS = Decimal(1_000)

# The headings of other people's files: GSM8K and MATH have `question` and `problem`, `answer` and `solution`.
COLUMNS = {
    "text": ("text", "problem", "question", "题目", "问题"),
    "answer": ("answer", "expected", "final_answer", "答案"),
    "reference": ("reference", "solution", "解答", "解析"),
    "topic": ("topic", "subject", "type", "主题", "知识点"),
    "points": ("points", "分值", "分数"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file. `answer_latex` is how the answer was understood, "" where it was not; `error` is why the line is not taken."""

    line: int
    text: str = ""
    answer: str = ""
    reference: str = ""
    topic: str = ""
    points: Decimal = Decimal(4)
    answer_latex: str = ""
    error: str = ""


def preview(text: str, owner: User) -> list[Line]:
    """What `store` would make of a file. Raises `TableError` where it is neither CSV nor JSONL."""
    rows = _json_lines(text) if text.lstrip().startswith("{") else _table(text)
    known = set(Problem.objects.filter(owner=owner).values_list("text", flat=True))
    lines = []
    for number, cells in rows:
        line = _line(number, cells)
        if not line.error and line.text in known:
            line = Line(number, line.text, line.answer, error=_("This problem is in the bank, or in the file, already."))
        known.add(line.text)
        lines.append(line)
    return lines


def _table(text: str) -> list[tuple[int, Mapping[str, str] | str]]:
    return [(row.line, row.cells) for row in read_table(text, COLUMNS, limit=LONGEST_LIST)]


def _json_lines(text: str) -> list[tuple[int, Mapping[str, str] | str]]:
    """Each line's cells, or what is wrong with it."""
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(numbered) > LONGEST_LIST:
        raise TableError(_("There are more than {limit} lines. Split the table.").format(limit=LONGEST_LIST))
    return [(number, _json_cells(line)) for number, line in numbered]


def _json_cells(line: str) -> Mapping[str, str] | str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return _("This line is not JSON.")
    if not isinstance(found, dict):
        return _("This line is not a JSON object.")
    return {column: _json_cell(found, names) for column, names in COLUMNS.items()}


def _json_cell(found: dict[str, Any], names: tuple[str, ...]) -> str:
    value = next((found[name] for name in names if found.get(name) is not None), "")
    return storable(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _line(number: int, cells: Mapping[str, str] | str) -> Line:
    if isinstance(cells, str):
        return Line(number, error=cells)
    cells = {**cells, "points": cells["points"].removesuffix("分").strip()}
    answer = _final(cells["answer"])
    error = _error(cells, answer)
    points = Decimal(4) if error or not cells["points"] else Decimal(cells["points"])
    latex = reading.read(answer) if answer and not error else ""
    if answer and not error and not latex:
        error = _("The answer could not be read as mathematics.")
    return Line(number, cells["text"], answer, cells["reference"], cells["topic"], points, latex, error)


def _final(answer: str) -> str:
    """GSM8K's answers are solutions that end in "#### 5"."""
    return answer.rpartition("####")[2].strip()


def _error(cells: Mapping[str, str], answer: str) -> str:
    if not cells["text"]:
        return _("There is no problem in this line.")
    longest = max(len(cells["text"]), len(cells["reference"]))
    if longest > LONGEST_TEXT or len(answer) > LONGEST_ANSWER or len(cells["topic"]) > LONGEST_TOPIC:
        return _("This is too long.")
    try:
        points = Decimal(cells["points"] or 4)
    except InvalidOperation:
        return _("The points are not a number.")
    if not points.is_finite() or not Decimal("0.25") <= points <= MOST_POINTS:
        return _("The points are not between 0.25 and 1000.")
    return ""


def store(text: str, owner: User) -> int:
    """Put the lines that `preview` has nothing against into the bank; how many. Raises `TableError`."""
    lines = [line for line in preview(text, owner) if not line.error]
    with transaction.atomic():
        problems = Problem.objects.bulk_create(
            Problem(
                owner=owner,
                text=line.text,
                answer=line.answer,
                reference=line.reference,
                topic=line.topic,
                points=line.points.quantize(Decimal("0.01")),
            )
            for line in lines
        )
        RubricItem.objects.bulk_create(item for problem in problems for item in default_rubric(problem))
    return len(lines)
