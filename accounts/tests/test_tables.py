"""Tables as people upload them."""

from decimal import Decimal

import pytest

from accounts.tables import LARGEST, Row, TableError, decode, read_table, write_table

COLUMNS = {"name": ("name", "姓名"), "age": ("age", "年龄")}


def rows(text, limit=10):
    return [(row.line, *row.cells.values()) for row in read_table(text, COLUMNS, limit=limit)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name,age\nAnn,7\n\nBob,8\n", [(2, "Ann", "7"), (4, "Bob", "8")]),
        ("Age;Name\n7;Ann", [(2, "Ann", "7")]),
        ("姓名\t年龄\n王芳\t7", [(2, "王芳", "7")]),
        ("Class 8b\n\nname;age\nAnn;7", [(4, "Ann", "7")]),  # what stands above the heading is nobody
        ("sep=;\nname;age\nAnn;7", [(3, "Ann", "7")]),
        ("Ann,7\nName,8", [(1, "Ann", "7"), (2, "Name", "8")]),
        ("Ann,7\nBob,8", [(1, "Ann", "7"), (2, "Bob", "8")]),  # no heading: the columns' own order
        ("Ann,7\n" * 5 + "name,age", [*((line, "Ann", "7") for line in range(1, 6)), (6, "name", "age")]),  # so far down is no heading
        ('"Ann, Bob, and all";\nname;age\nAnn;7', [(3, "Ann", "7")]),  # what is quoted is no delimiter
        ("name\nAnn", [(2, "Ann", "")]),
        ('name,age\n"two\nlines",7\nBob,8', [(2, "two\nlines", "7"), (4, "Bob", "8")]),
        ("name,age\nAnn", [(2, "Ann", "")]),
        ("name,age\nAge,Name", [(2, "Age", "Name")]),  # there is one heading
        ("name,age\n'tHooft,a-1\n'-1,'", [(2, "'tHooft", "a-1"), (3, "-1", "'")]),  # an apostrophe is a name's, but before a formula
        ("a\n" * 10, [(line, "a", "") for line in range(1, 11)]),
    ],
)
def test_rows(text, found):
    assert rows(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing in it"),
        (" \n,\n", "nothing in it"),
        ("name,age\n", "only a heading line"),
        ("a\n" * 11, "more than 10"),
        ('name\n"' + "x" * 200_000, "Line"),
    ],
)
def test_what_is_no_table_says_why(text, words):
    with pytest.raises(TableError, match=words):
        rows(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encodings_of_spreadsheets(encoding):
    assert decode("姓名,年龄\r\n王芳,7\r\n".encode(encoding)) == "姓名,年龄\n王芳,7\n"


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00", b"a\x00b", b"x" * (LARGEST + 1), b"\xff\xff\xff\xff\xff"])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(TableError):
        decode(data)


def test_a_file_may_be_as_large_as_is_said():
    assert len(decode(b"x" * LARGEST)) == LARGEST


def test_what_is_written_is_read_again():
    assert read_table(decode(write_table([("name", "age"), ("王芳", Decimal("7.00"))])), COLUMNS, limit=10) == [
        Row(2, {"name": "王芳", "age": "7"})
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\nx", "＝1+1", "＠x"])
def test_no_spreadsheet_runs_a_name(cell):
    table = write_table([["name", "age"], [cell, ""]])
    assert f"'{cell}".encode() in table
    assert read_table(decode(table), COLUMNS, limit=10)[0].cells["name"] == cell, "a list that is taken again has the same people"
