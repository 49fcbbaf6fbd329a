import os
import resource
from contextlib import contextmanager

import pytest

from training import rows
from training.tests.stages import read, written

WHOLE = b'{"a": 1}\n{"a": 2}\n'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.jsonl"


@contextmanager
def room_for(size):
    """Files of this process may have `size` bytes: what a write to a full disk does, without a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("cut", [b'{"a": ', b'{"a": 3', b"{", b'"', b"\x00\x00", b"\xe4\xb8"])
def test_a_line_that_a_kill_cut_off_is_not_there(path, cut):
    path.write_bytes(WHOLE + cut)
    assert [row["a"] for row in rows.read(path)] == [1, 2]
    with rows.Appender(path) as file:
        file.add({"a": 3})
    assert path.read_bytes() == WHOLE + b'{"a": 3}\n'


@pytest.mark.parametrize("before", [b"", b'{"a": 3', b'{"b": "' + b"x" * 200_000])
def test_a_cut_first_line(path, before):
    path.write_bytes(before)
    assert read(path) == []
    assert rows.count(path) == 0
    assert path.read_bytes() == b""


def test_a_long_cut_line_after_many(path):
    path.write_bytes(WHOLE * 20_000 + b'{"b": "' + b"x" * 200_000)
    assert rows.count(path) == 40_000
    assert path.stat().st_size == len(WHOLE) * 20_000


def test_a_hand_made_file_may_end_without_a_lines_end(path):
    path.write_bytes(WHOLE + b'{"a": 3}')
    assert [row["a"] for row in rows.read(path)] == [1, 2, 3]
    assert rows.count(path) == 3
    assert path.read_bytes() == WHOLE + b'{"a": 3}\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{}}\n", "line 3: Extra data"),
        (b"[1]\n", "line 3: not a JSON object"),
        (b"\xff\xfe{}\n", "line 3: "),
        (b"[" * 100_000 + b"\n", "line 3: "),
        (b"1" * 5_000 + b"\n", "line 3: "),
    ],
)
def test_a_bad_line_in_the_middle_is_an_error(path, line, reason):
    path.write_bytes(WHOLE + line + WHOLE)
    with pytest.raises(rows.RowError, match=f"{path}, {reason}"):
        read(path)


def test_a_line_without_end(path, monkeypatch):
    monkeypatch.setattr(rows, "LONGEST_LINE", 1_000)
    path.write_bytes(WHOLE + b'{"a": "' + b"x" * 2_000 + b'"}\n')
    with pytest.raises(rows.RowError, match="line 3: 1000 bytes or longer"):
        read(path)


def test_blank_lines_are_passed_over(path):
    path.write_bytes(b"\n" + WHOLE + b"  \n" + WHOLE)
    assert len(read(path)) == 4


def test_any_text_survives(path):
    texts = ["小明有3个苹果", "x\ny\u2028z", "\ud83d half a pair", "𝒳", "\x00"]
    rows.write(path, [{"text": text} for text in texts])
    assert [row["text"] for row in rows.read(path)] == texts
    assert "小明有3个苹果" in path.read_text()


def test_on_a_full_disk_no_line_is_cut(path):
    with rows.Appender(path) as file:
        file.add({"a": 1})
        with room_for(2_000), pytest.raises(OSError, match="File too large"):
            file.add({"a": 2}, {"b": "x" * 3_000})
        file.add({"a": 3})
    assert read(path) == [{"a": 1}, {"a": 3}]


def test_a_file_is_there_whole_or_not_at_all(path):
    rows.write(path, [{"a": 1}])
    with pytest.raises(ZeroDivisionError):
        rows.write(path, ({"a": 1 / (2 - number)} for number in range(4)))
    with room_for(2_000), pytest.raises(OSError, match="File too large"):
        rows.write(path, [{"b": "x" * 900}] * 4)
    assert read(path) == [{"a": 1}]
    assert os.listdir(path.parent) == [path.name]


def test_what_a_killed_writer_left_is_no_part_of_the_next_file(path):
    path.with_name("rows.jsonl.part").write_bytes(WHOLE)
    assert rows.write(path, [{"a": 3}]) == 1
    assert read(path) == [{"a": 3}]


@pytest.fixture
def groups(tmp_path):
    first = written(tmp_path / "a", *({"key": key, "at": f"a{at}"} for at, key in enumerate("xyxzy")))
    second = written(tmp_path / "b", *({"key": key, "at": f"b{at}"} for at, key in enumerate("zwx")))
    return rows.Groups([first, second], lambda row: row["key"])


def places(group):
    return [row["at"] for row in group]


def test_groups_stand_in_the_order_in_which_they_begin(groups):
    assert list(map(places, groups)) == [["a0", "a2", "b2"], ["a1", "a4"], ["a3", "b0"], ["b1"]]
    assert (len(groups), groups.rows) == (4, 8)
    assert places(groups.of("z")) == ["a3", "b0"]
    assert groups.of("nothing") == []


@pytest.mark.parametrize("done", range(9))
def test_going_on_in_the_middle_of_the_groups(groups, done):
    rest = [place for group, there in groups.after(done) for place in places(group)[there:]]
    assert rest == [place for group in groups for place in places(group)][done:]


def test_groups_of_files_that_are_empty_or_not_there(tmp_path):
    assert list(rows.Groups([written(tmp_path / "empty")], str)) == []
    assert list(rows.Groups([], str)) == []
    with pytest.raises(FileNotFoundError):
        rows.Groups([tmp_path / "none"], str)


def test_a_text_file_is_replaced_whole(tmp_path):
    rows.write_text(tmp_path / "text", "old")
    with room_for(1), pytest.raises(OSError, match="File too large"):
        rows.write_text(tmp_path / "text", "new")
    assert (tmp_path / "text").read_text() == "old"
