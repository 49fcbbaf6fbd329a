"""Excel workbooks: the first sheet of one as text that `tables.read_table` reads, for most class lists are one; and a table as a workbook.

A CSV opens in one column where the decimal sign is a comma, and 2.5 points are the second of May there.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from lzma import LZMAError
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError

from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accounts.tables import DELIMITERS, Table, TableError

# Of one that is damaged, encrypted or exotic. A name may be no UTF-8 (ValueError).
ZIP_ERRORS = (zipfile.BadZipFile, ZlibError, LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
# Of a workbook besides: parts that lack, or say what they may not. Its entities are a ValueError (defusedxml).
BOOK_ERRORS = (*ZIP_ERRORS, LookupError, TypeError, AttributeError, ParseError)
BEGINS = b"PK\x03\x04"  # as every ZIP
UNPACKED = 10_000_000  # bytes of all parts; a file of 1 MB may unpack to a thousand times as much
WIDEST = 60  # characters of a column
ROWS, COLUMNS = 10_000, 50  # further ones are left out

Cell = str | float | bool | date | None


class NoSheet(TableError):
    """The file is a ZIP and no workbook, or a broken or monstrous one."""

    def __init__(self) -> None:
        super().__init__(_("The file is no table that can be read. Save it as CSV, or as an Excel workbook (.xlsx)."))


def as_text(data: bytes) -> str:
    """Cells between tabs. Raises `NoSheet`."""
    try:
        return "".join("\t".join(map(_quoted, row)) + "\n" for row in _rows(data))
    except BOOK_ERRORS as error:
        raise NoSheet from error


def write_book(rows: Table) -> bytes:
    """A workbook of one sheet, its first row a heading. Texts stay texts: none is run as a formula, and 007 is no 7."""
    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                cell.data_type = "s"
            else:
                cell.value = value
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, cells in enumerate(zip(*rows, strict=True), 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, 3 + max(len(str(cell)) for cell in cells))
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _quoted(cell: str) -> str:
    """So that what could be taken for another delimiter is none."""
    return '"{}"'.format(cell.replace('"', '""')) if any(sign in cell for sign in f'{DELIMITERS}"\n') else cell


def _rows(data: bytes) -> Iterator[list[str]]:
    """Empty ones as well, so that a line keeps its number."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNPACKED:
            raise NoSheet
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    # Within our own bounds: some programs write wrong dimensions.
    for row in islice(sheet.iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True), ROWS):
        cells = [_said(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _said(cell: Cell) -> str:
    """As a person reads it: 2026001, where the file may have 2026001.0."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    return "" if cell is None else str(cell)
