"""Excel workbooks as tables: what spreadsheets write, and what is no workbook or a trap."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import classrooms, sheets
from accounts.models import User
from accounts.tables import TableError, read_table

COLUMNS = {"username": ("username",), "name": ("name", "姓名"), "number": ("number",)}
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets><sheet name="8b" sheetId="3" r:id="rId7"/></sheets></workbook>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TARGET = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId7" Target="{{}}"/></Relationships>'


def workbook(rows, *, shared=(), target="worksheets/sheet1.xml", **parts):
    """A file as spreadsheets write it; `parts` stand for others of the same name."""
    texts = "".join(f"<si>{each}</si>" for each in shared)
    made = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": TARGET.format(target),
        "xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in (made | {name.replace("__", "/"): text for name, text in parts.items()}).items():
            if text is not None:
                file.writestr(name, text)
    return buffer.getvalue()


def inline(*cells):
    return "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells)


def read(data):
    return [(row.line, *row.cells.values()) for row in read_table(sheets.as_text(data), COLUMNS, limit=500)]


def test_shared_texts_numbers_and_empty_rows_are_read_where_they_stand():
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        '<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" t="s"><v>2</v></c><c r="C3" t="s"><v>3</v></c></row>'
        '<row r="4"><c r="A4" t="s"><v>4</v></c><c r="B4" t="str"><v>li.wei</v></c><c r="C4"><v>2.026001E6</v></c></row>'
        '<row r="6"><c r="B6" t="inlineStr"><is><t>ann</t></is></c></row>'
    )
    shared = ["<t>Class 8b, all, of, them</t>", "<t>姓名</t>", "<t>Username</t>", "<t>Number</t>"]
    shared.append("<r><t>李</t></r><r><t>伟</t></r><rPh><t>lǐ wěi</t></rPh>")
    assert read(workbook(rows, shared=shared)) == [(4, "li.wei", "李伟", "2026001"), (6, "ann", "", "")]


def test_cells_without_names_and_a_path_from_the_root():
    rows = f"<row>{inline('username', 'name')}</row><row>{inline('ann', 'O’Neil, Ann')}</row>"
    assert read(workbook(rows, target="/xl/worksheets/sheet1.xml")) == [(2, "ann", "O’Neil, Ann", "")]


BOMB = f'<!DOCTYPE x [<!ENTITY a "{"a" * 1000}">]><worksheet {MAIN}><sheetData/></worksheet>'


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing else",
        workbook("", xl__workbook="x")[:300],
        workbook("", **{"xl__workbook.xml": None}),
        workbook("", **{"xl__workbook.xml": f"<workbook {MAIN}/>"}),
        workbook('<row r="1"><c t="s"><v>5</v></c></row>'),
        workbook('<row r="1"><c t="s"><v>five</v></c></row>'),
        workbook('<row r="999999999"><c><v>1</v></c></row>'),
        workbook("<row>"),
        workbook(" " * (sheets.LARGEST_PART + 1)),
        workbook("", **{"xl__worksheets__sheet1.xml": BOMB}),
    ],
)
def test_what_is_no_workbook_is_said(data):
    with pytest.raises(TableError, match="Save it as CSV, or as an Excel workbook"):
        sheets.as_text(data)


def test_a_cell_far_to_the_right_takes_no_room():
    row = f'<row r="1">{inline("username")}<c r="ZZZ1"><v>1</v></c></row><row r="2">{inline("ann")}</row>'
    assert read(workbook(row)) == [(2, "ann", "", "")]


@pytest.mark.django_db
def test_a_class_list_is_taken_from_a_workbook():
    teacher = User.objects.create_user("teacher", role="teacher")
    classroom = classrooms.create(teacher, "8b")
    client, address = Client(), reverse("grading:roster", args=[classroom.pk])
    client.force_login(teacher)
    rows = "".join(f"<row>{inline(*row)}</row>" for row in [("Username", "Name"), ("anna", "Anna, of 8b")])
    looked = client.post(address, {"file": SimpleUploadedFile("list.xlsx", workbook(rows))})
    client.post(address, {"table": looked.context["text"], "confirm": "1"})
    assert [each.student.full_name for each in classroom.class_list()] == ["Anna, of 8b"]
    refused = client.post(address, {"file": SimpleUploadedFile("list.docx", workbook(rows)[:200])})
    assert "Save it as CSV" in refused.context["error"]
