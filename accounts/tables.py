"""Tables that people upload or paste: bytes as text, text as rows that know their line."""

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.text import with_line_ends

LARGEST = 1_000_000  # bytes of an uploaded table
DELIMITERS = ",;\t，"
QUOTED = re.compile(r'"[^"]*"')
TITLE = 5  # lines at the top, among which a heading that names two columns or more may stand
FORMULA = tuple("=+-@＝＋－＠\t\r\n")  # what a spreadsheet takes for the beginning of a formula; full-width ones where it is a Chinese one

type Table = Sequence[Sequence[str | Decimal]]  # with its heading


class TableError(Exception):
    """The text is no table of the kind that was asked for. `str()` says why and where, to the person who uploaded it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` has a value for each column that was asked for, "" where the table has none. `line` counts from 1."""

    line: int
    cells: Mapping[str, str]


def decode(data: bytes) -> str:
    """An uploaded file as text: UTF-8, UTF-16 with a mark, or the Chinese encodings of older spreadsheets. Raises `TableError`."""
    if len(data) > LARGEST:
        raise TableError(_("The file is larger than 1 MB."))
    encodings = ("utf-16",) if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return with_line_ends(text)
    raise TableError(_("The file is not text. Save it as CSV or plain text (UTF-8)."))


def read_table(text: str, columns: Mapping[str, Sequence[str]], *, limit: int) -> list[Row]:
    """The rows of a CSV with a heading line, perhaps below a title, or, where no line names the columns, of one in the columns' own order.

    `columns` maps each column to the headings that it may have, in lower case. Empty lines are left out. Raises `TableError`.
    """
    lines = _lines(text)
    if not lines:
        raise TableError(_("There is nothing in it."))
    places = {column: place for place, column in enumerate(columns)}
    for number, (_line, cells) in enumerate(lines[:TITLE]):
        if (found := _places(cells, columns)) is not None and (number == 0 or sum(place >= 0 for place in found.values()) > 1):
            places, lines = found, lines[number + 1 :]
            break
    if not lines:
        raise TableError(_("There is only a heading line in it."))
    if len(lines) > limit:
        raise TableError(_("There are more than {limit} lines. Split the table.").format(limit=limit))
    return [Row(line, {column: _cell(cells, place) for column, place in places.items()}) for line, cells in lines]


def _lines(text: str) -> list[tuple[int, list[str]]]:
    beginning = QUOTED.sub("", text.lstrip()).split("\n", TITLE)[:TITLE]
    first = next((line for line in beginning if any(delimiter in line for delimiter in DELIMITERS)), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, before = [], 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        raise TableError(_("Line {line} cannot be read as CSV.").format(line=reader.line_num)) from error
    return lines


def _places(heading: list[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int] | None:
    """Where each column stands; one that is missing stands nowhere (-1). None: this is no heading line."""
    titles = [title.strip().lower() for title in heading]
    found = {column: next((titles.index(name) for name in names if name in titles), -1) for column, names in columns.items()}
    return found if max(found.values()) >= 0 else None


def _cell(cells: list[str], place: int) -> str:
    cell = cells[place].strip() if 0 <= place < len(cells) else ""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell  # as `write_table` quoted it


def write_table(rows: Table) -> bytes:
    """CSV that a spreadsheet opens with the right letters; a text that it would run as a formula is quoted."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([_written(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + buffer.getvalue().encode()


def _written(cell: str | Decimal) -> str:
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return f"'{cell}" if cell.startswith(FORMULA) else cell
