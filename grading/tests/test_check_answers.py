"""`manage.py check_answers` from lines to lines."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "manage.py", "check_answers"]


def checked(path, *options):
    """The rows that come back, and the error at the end, if any."""
    out, message = StringIO(), None
    try:
        call_command("check_answers", str(path), *options, stdout=out)
    except CommandError as error:
        message = str(error)
    return [json.loads(line) for line in out.getvalue().splitlines()], message


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "answers.jsonl"

    def written(*lines):
        path.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines) + b"\n")
        return path

    return written


def test_each_line_comes_back_with_its_verdict_in_order(file):
    rows = [
        {"id": 7, "expected": "x^2-1", "given": "(x-1)(x+1)", "student": "小明"},
        {"expected": "5", "given": "6"},
        {"expected": "5", "given": "5m"},
        {"expected": 5, "given": 5.0},
        {"expected": "5", "given": None},
    ]
    found, message = checked(file(*rows))
    assert message is None
    assert [row["verdict"] for row in found] == ["correct", "incorrect", "undecided", "correct", "incorrect"]
    assert [{name: row[name] for name in original} for row, original in zip(found, rows, strict=True)] == rows
    assert found[1]["reason"] == "The values differ."


def test_reasons_in_chinese(file):
    [row], _ = checked(file({"expected": "(1,2)", "given": "(2,1)"}), "--language", "zh-hans")
    assert row["reason"] == "数值正确，但顺序不对。"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "line 2: not JSON"),
        (b"[1]", "line 2: not a JSON object"),
        (b'{"expected": "5"}', "line 2: `given` is missing"),
        (b'{"expected": null, "given": "5"}', "line 2: `expected` is neither a text nor a number"),
        (b'{"expected": "5", "given": ["5"]}', "line 2: `given` is neither a text nor a number"),
        (b'{"expected": "5", "given": true}', "line 2: `given` is neither a text nor a number"),
        (b'{"expected": "\xff", "given": "5"}', "line 2: not UTF-8"),
        (b"[" * 100_000, "line 2: nested too deeply"),
    ],
)
def test_a_bad_line_says_why_and_the_others_are_checked(file, line, error):
    good = {"expected": "5", "given": "5"}
    found, message = checked(file(good, line, good))
    assert [row.get("verdict") for row in found] == ["correct", None, "correct"]
    assert found[1]["error"].startswith(error)
    assert message == "1 of the lines could not be checked; their `error` says why."


def test_what_stood_in_a_bad_line_is_not_lost(file):
    found, _ = checked(file({"id": 7, "expected": "5"}, b"five"))
    assert found[0]["id"] == 7
    assert found[1]["input"] == "five"


def test_blank_lines_are_left_out_and_counted(file):
    found, message = checked(file(b"", {"expected": "5", "given": "5"}, b"  ", b"x"))
    assert len(found) == 2
    assert found[1]["error"].startswith("line 4: ")
    assert message


def test_half_a_character_comes_back_as_it_came(file):
    found, _ = checked(file(b'{"expected": "\\ud800", "given": "5"}'))
    assert found[0]["expected"] == "\ud800"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("check_answers", str(tmp_path / "none.jsonl"))


def test_standard_input_is_answered_line_by_line():
    process = subprocess.Popen([*COMMAND, "-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for given, verdict in (("6/2", "correct"), ("4", "incorrect")):
        process.stdin.write(json.dumps({"expected": "3", "given": given}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["verdict"] == verdict
    out, error = process.communicate(b"bad\n")
    assert (json.loads(out)["input"], process.returncode) == ("bad", 1)
    assert b"1 of the lines" in error


def test_a_reader_that_goes_away_is_no_error():
    lines = json.dumps({"expected": "3", "given": "3"}) + "\n"
    shell = f"{sys.executable} manage.py check_answers - | head -1"
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, input=lines * 2_000, capture_output=True, text=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
