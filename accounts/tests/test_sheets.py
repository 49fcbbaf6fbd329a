"""Excel workbooks as tables: what spreadsheets write, and what is no workbook or a trap."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts import classrooms, sheets
from accounts.models import User
from accounts.tables import TableError, read_table

COLUMNS = {"username": ("username",), "name": ("name", "姓名"), "number": ("number",)}


def workbook(*rows):
    """A file as openpyxl writes it."""
    book, buffer = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def changed(data, name, text):
    """One part of a workbook is another one, or is missing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        if text is not None:
            new.writestr(name, text)
    return buffer.getvalue()


def read(data):
    return [(row.line, *row.cells.values()) for row in read_table(sheets.as_text(data), COLUMNS, limit=500)]


def test_texts_numbers_dates_and_empty_rows_are_read_where_they_stand():
    heading = ["姓名", "Username", "Number"]
    rows = [
        ["Class 8b, all, of, them"],
        [],
        heading,
        ["李伟", "li.wei", 2026001.0],
        [],
        ["O’Neil, Ann", "ann", date(2012, 5, 1)],
        ["", "bo", 7.5],
    ]
    assert read(workbook(*rows)) == [(4, "li.wei", "李伟", "2026001"), (6, "ann", "O’Neil, Ann", "2012-05-01"), (7, "bo", "", "7.5")]


def test_cells_without_names_and_a_wrong_dimension():
    cell = '<row><c t="inlineStr"><is><t>{}</t></is></c></row>'
    rows = cell.format("username") + cell.format("ann")
    sheet = f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'
    assert read(changed(workbook(), SHEET, sheet)) == [(2, "ann", "", "")]


def test_of_a_formula_what_it_came_to_is_read():
    rows = '<row><c t="str"><f>"user"&amp;"name"</f><v>username</v></c></row><row><c><f>3+4</f><v>7</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    assert read(changed(workbook(), SHEET, sheet)) == [(2, "7", "", "")]


def test_a_sheet_is_shown_without_what_is_empty_beside_it_and_with_signs_of_its_own():
    assert sheets.as_text(workbook(["username", "name", None], ["ann", None, ""], [None, 'Li; "Wei"'])) == (
        'username\tname\nann\n\t"Li; ""Wei"""\n'
    )


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(monkeypatch):
    data = workbook(["username"], ["ann"])
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    monkeypatch.setattr(sheets, "UNPACKED", size)
    assert read(data) == [(2, "ann", "", "")]
    monkeypatch.setattr(sheets, "UNPACKED", size - 1)
    with pytest.raises(TableError):
        sheets.as_text(data)


SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOMB = f'<!DOCTYPE x [<!ENTITY a "{"a" * 1000}">]><worksheet xmlns="{MAIN}"><sheetData>&a;</sheetData></worksheet>'


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing else",
        workbook(["username"], ["ann"])[:300],
        changed(workbook(), "xl/workbook.xml", None),
        changed(workbook(), SHEET, "<worksheet>"),
        changed(workbook(["a"]), SHEET, BOMB),
        changed(workbook(), SHEET, f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="s"><v>5</v></c></row></sheetData></worksheet>'),
        changed(workbook(["a"]), "[Content_Types].xml", "no"),
    ],
)
def test_what_is_no_workbook_is_said(data):
    with pytest.raises(TableError, match="Save it as CSV, or as an Excel workbook"):
        sheets.as_text(data)


def test_what_stands_far_away_takes_no_room():
    book, buffer = Workbook(), io.BytesIO()
    for cell in ("A1", "A2", "XFD1", "A1048576"):
        book.active[cell] = "username" if cell == "A1" else "ann"
    book.save(buffer)
    assert read(buffer.getvalue()) == [(2, "ann", "", "")]


@pytest.mark.django_db
def test_a_class_list_is_taken_from_a_workbook():
    teacher = User.objects.create_user("teacher", role="teacher")
    classroom = classrooms.create(teacher, "8b")
    client, address = Client(), reverse("grading:roster", args=[classroom.pk])
    client.force_login(teacher)
    rows = [("Username", "Name"), ("anna", "Anna, of 8b")]
    looked = client.post(address, {"file": SimpleUploadedFile("list.xlsx", workbook(*rows))})
    client.post(address, {"table": looked.context["text"], "confirm": "1"})
    assert [each.student.full_name for each in classroom.class_list()] == ["Anna, of 8b"]
    refused = client.post(address, {"file": SimpleUploadedFile("list.docx", workbook(*rows)[:200])})
    assert "Save it as CSV" in refused.context["error"]


def test_a_table_is_written_as_a_workbook_that_runs_nothing():
    data = sheets.write_book([["username", "name", "points"], ["007", "=1+1", Decimal("2.50")], ["li", "Li\x0b 王芳", ""]])
    long = load_workbook(io.BytesIO(sheets.write_book([["a" * 50, "a" * 100]]))).worksheets[0]
    assert [long.column_dimensions[column].width for column in "AB"] == [53, 60]
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [["007", "=1+1", 2.5], ["li", "Li 王芳", None]]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n"]
    assert (sheet.freeze_panes, sheet["A1"].font.bold, sheet["A2"].font.bold) == ("A2", True, False)
    assert [row.cells["username"] for row in read_table(sheets.as_text(data), COLUMNS, limit=10)] == ["007", "li"]
