"""JSONL files that survive being killed: a line that was cut off is not there.

A kill cuts off the last line at most; a full disk, none: what could not be written whole is taken back. A power cut may cost the last
lines that were added, whole ones, which whoever goes on writes again.
"""

import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Self

Row = dict[str, Any]

LONGEST_LINE = 64 * 2**20  # bytes
BLOCK = 2**16  # bytes that are read at once from a file's end


class RowError(Exception):
    """A line that is no JSON object; the text names the file and the line."""


def read(path: Path) -> Iterator[Row]:
    """The rows of a JSONL file. A last line without an end, which a kill left behind, is passed over. Raises `RowError`, OSError."""
    for _, row in located(path):
        yield row


def located(path: Path) -> Iterator[tuple[int, Row]]:
    """Each row with the byte at which its line begins. Raises as `read` does."""
    with path.open("rb") as file:
        number = place = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise RowError(f"{path}, line {number}: {LONGEST_LINE} bytes or longer.")
            if not line.endswith(b"\n") and not _whole(line):
                return
            if line.strip():
                yield place, _row(line, path, number)
            place += len(line)


def count(path: Path) -> int:
    """How many rows a file has; 0 where it is not there. A cut line at its end is removed, so that more can be added."""
    return sum(1 for _ in resumed(path))


def resumed(path: Path) -> Iterator[Row]:
    """The rows of a file that more are added to afterwards; none where it is not there. A cut line at its end is removed at once."""
    with Appender(path):
        pass
    return read(path)


def write(path: Path, rows: Iterable[Row]) -> int:
    """Write a file whole or not at all; how many rows it has."""
    with Whole(path) as file:
        for row in rows:
            file.add(row)
    return file.count


def write_text(path: Path, text: str) -> None:
    """A small text file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def question_of(row: Row) -> Any:  # noqa: ANN401 (whatever a file has there)
    """What a row asks, by either of the names that files have for it."""
    return row.get("question", row.get("problem"))


def sync(path: Path) -> None:
    """Have a file, or all of a folder, on the disk before something says that it is whole: a power cut may leave the name and no bytes."""
    for each in (*path.rglob("*"), path) if path.is_dir() else (path,):
        descriptor = os.open(each, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Appender:
    """Adds rows to a file, each in one write, so that a kill cuts off the last one at most. What an earlier kill cut off is removed."""

    def __init__(self, path: Path) -> None:
        _drop_cut_line(path)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)

    def add(self, *rows: Row) -> None:
        """Raises OSError where there is no room; then none of `rows` is in the file."""
        data = b"".join(map(_line, rows))
        before = os.fstat(self._file).st_size
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        os.close(self._file)


class Whole(Appender):
    """A file that is there whole, once its block has ended without an error, or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._part.unlink(missing_ok=True)
        self.count = 0
        super().__init__(self._part)

    def add(self, *rows: Row) -> None:
        super().add(*rows)
        self.count += len(rows)

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        try:
            if kind is None:
                os.fsync(self._file)
        finally:
            os.close(self._file)
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()


class Groups:
    """The rows of some files by a key of theirs, in the order in which the keys come first.

    The rows stay on disk: memory goes to their places alone, about 250 bytes a group and 8 a row. Raises as `read` does.
    """

    def __init__(self, paths: Sequence[Path], key: Callable[[Row], str]) -> None:
        self._paths = paths
        self._places: dict[bytes, array[int]] = {}
        self.rows = 0
        for number, path in enumerate(paths):
            for place, row in located(path):
                self._places.setdefault(digest(key(row)), array("Q")).append(place * len(paths) + number)
                self.rows += 1

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[list[Row]]:
        return (group for group, _ in self.after(0))

    def after(self, done: int) -> Iterator[tuple[list[Row], int]]:
        """The groups whose rows are not all among the first `done`, each with the number of its rows that are."""
        with self._opened() as files:
            for places in self._places.values():
                if done < len(places):
                    yield self._at(places, files), done
                done = max(0, done - len(places))

    def of(self, key: str) -> list[Row]:
        """The rows with this key."""
        with self._opened() as files:
            return self._at(self._places.get(digest(key), array("Q")), files)

    @contextmanager
    def _opened(self) -> Iterator[list[BinaryIO]]:
        with ExitStack() as stack:
            yield [stack.enter_context(path.open("rb")) for path in self._paths]

    def _at(self, places: Iterable[int], files: list[BinaryIO]) -> list[Row]:
        found = []
        for place in places:
            offset, number = divmod(place, len(files))
            files[number].seek(offset)
            found.append(_row(files[number].readline(), self._paths[number]))
        return found


def digest(text: str) -> bytes:
    """Sixteen bytes that stand for a text; the same in every process."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _line(row: Row) -> bytes:
    """Readable, but for half a character of a pair, which UTF-8 cannot carry."""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


def _row(line: bytes, path: Path, number: int | None = None) -> Row:
    where = path if number is None else f"{path}, line {number}"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RowError(f"{where}: {error}") from error
    if not isinstance(row, dict):
        raise RowError(f"{where}: not a JSON object.")
    return row


def _whole(line: bytes) -> bool:
    """A hand-made file may end without a line's end."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _drop_cut_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = _last_line(file)
        file.seek(end)
        cut = file.read(LONGEST_LINE)
        if cut and _whole(cut):
            file.write(b"\n")
        else:
            file.truncate(end)


def _last_line(file: BinaryIO) -> int:
    """Where the text after the last line's end begins, searched for from the file's end."""
    at = file.seek(0, os.SEEK_END)
    while at:
        begin = max(0, at - BLOCK)
        file.seek(begin)
        found = file.read(at - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        at = begin
    return 0
