"""The first sheet of an Excel workbook as text that `tables.read_table` reads: most class lists are one."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from lzma import LZMAError
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from zlib import error as ZlibError

from django.utils.translation import gettext_lazy as _

from accounts.tables import DELIMITERS, TableError

# Of one that is damaged, encrypted or exotic. A name may be no UTF-8 (ValueError).
ZIP_ERRORS = (zipfile.BadZipFile, ZlibError, LZMAError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
BEGINS = b"PK\x03\x04"  # as every ZIP
LARGEST_PART = 5_000_000  # bytes; a file of 1 MB may unpack to a thousand times as much
LAST_ROW = 10_000
COLUMNS = 50  # further ones are left out
CELL = re.compile(r"([A-Z]{1,3})\d*")


class NoSheet(TableError):
    """The file is a ZIP and no workbook, or a broken or monstrous one."""

    def __init__(self) -> None:
        super().__init__(_("The file is no table that can be read. Save it as CSV, or as an Excel workbook (.xlsx)."))


def as_text(data: bytes) -> str:
    """Cells between tabs. Raises `NoSheet`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            rows = list(_rows(_part(book, _first_sheet(book)), _shared(book)))
    except (*ZIP_ERRORS, LookupError, ElementTree.ParseError) as error:
        raise NoSheet from error
    return "".join("\t".join(map(_quoted, row)) + "\n" for row in rows)


def _quoted(cell: str) -> str:
    """So that what could be taken for another delimiter is none."""
    return '"{}"'.format(cell.replace('"', '""')) if any(sign in cell for sign in f'{DELIMITERS}"\n') else cell


def _part(book: zipfile.ZipFile, name: str) -> Element:
    with book.open(name) as file:
        text = file.read(LARGEST_PART + 1)
    if len(text) > LARGEST_PART or b"<!DOCTYPE" in text:  # no workbook declares entities
        raise NoSheet
    return ElementTree.fromstring(text)


def _first_sheet(book: zipfile.ZipFile) -> str:
    sheet = _part(book, "xl/workbook.xml").find("{*}sheets/{*}sheet")
    ids = [] if sheet is None else [value for name, value in sheet.items() if name.endswith("}id")]
    targets = {each.get("Id"): each.get("Target", "") for each in _part(book, "xl/_rels/workbook.xml.rels")}
    return posixpath.join("/xl", targets[ids[0] if ids else None]).lstrip("/")


def _shared(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells point to."""
    name = "xl/sharedStrings.xml"
    return [_said(each) for each in _part(book, name).findall("{*}si")] if name in book.namelist() else []


def _said(element: Element) -> str:
    """Its text, in one piece or in several with formats of their own; how it is pronounced is none of it."""
    return "".join(each.text or "" for each in (*element.findall("{*}t"), *element.findall("{*}r/{*}t")))


def _rows(sheet: Element, shared: list[str]) -> Iterator[list[str]]:
    """Each in its line: empty ones need not stand in the file."""
    line = 0
    for row in sheet.iterfind("{*}sheetData/{*}row"):
        cells: list[str] = []
        number = int(row.get("r", line + 1))
        if number > LAST_ROW:
            raise NoSheet
        yield from ([] for _empty in range(line + 1, number))
        line = number
        for cell in row.findall("{*}c"):
            place = _column(cell.get("r", ""), len(cells))
            if place < COLUMNS:
                cells += [""] * (place + 1 - len(cells))
                cells[place] = _value(cell, shared)
        yield cells


def _column(reference: str, following: int) -> int:
    """Of `C7`: 2. A cell without a name stands behind the one before."""
    found = CELL.match(reference)
    if found is None:
        return following
    place = 0
    for letter in found[1]:
        place = 26 * place + ord(letter) - 64
    return place - 1


def _value(cell: Element, shared: list[str]) -> str:
    kind, value = cell.get("t", "n"), cell.findtext("{*}v", "")
    if kind == "s":
        return shared[int(value)]
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return "" if inline is None else _said(inline)
    return _number(value) if kind == "n" else value


def _number(value: str) -> str:
    """As it is read: 2026001, where the file may have 2.026001E6."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return f"{number:f}" if number == number.to_integral_value() and abs(number.adjusted()) < 20 else value
