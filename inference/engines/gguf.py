"""Reads single facts from the head of a GGUF file, without reading its tensors.

Layout (ggml's docs/gguf.md, versions 2 and 3, little-endian): `GGUF`, version u32, tensor count u64, field count u64,
then the fields: key (length u64, UTF-8), value type u32, value.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_MAX_STRING = 1 << 20
_MAX_ITEMS = 1 << 22  # a vocabulary has 150,000
_MAX_FIELDS = 4096

Value = int | float | bool | str | None


class BadModelFile(Exception):
    """The file is no GGUF file, or lacks what an engine must know."""


def read_context(path: Path) -> int:
    """The number of tokens that the model was trained for. Raises `OSError` or `BadModelFile`."""
    architecture: Value = None
    with path.open("rb") as file:
        for key, value in _fields(file):
            if key == "general.architecture":
                architecture = value
            if key == f"{architecture}.context_length" and isinstance(value, int):
                return value
    raise BadModelFile(f"{path} names no context length")


def read_field(path: Path, name: str) -> Value:
    """The value of a field; None where the file has none of that name. Raises `OSError` or `BadModelFile`."""
    with path.open("rb") as file:
        return next((value for key, value in _fields(file) if key == name), None)


def _fields(file: BinaryIO) -> Iterator[tuple[str, Value]]:
    magic, version, _tensors, count = struct.unpack("<4sIQQ", _read(file, 24))
    if magic != b"GGUF" or version not in (2, 3):
        raise BadModelFile(f"{file.name} is not a GGUF file of version 2 or 3")
    if count > _MAX_FIELDS:
        raise BadModelFile(f"{file.name} claims {count} header fields")
    for _ in range(count):
        key = _string(file)
        yield key, _value(file, _number(file, "<I"))


def _value(file: BinaryIO, kind: int) -> Value:
    """One value; an array is passed over and read as None."""
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        item, length = _number(file, "<I"), _number(file, "<Q")
        if item == _ARRAY or length > _MAX_ITEMS:
            raise BadModelFile(f"{file.name} has a header array of {length} items of type {item}")
        for _ in range(length):
            _value(file, item)
        return None
    if kind in _SCALARS:
        return _number(file, _SCALARS[kind])
    raise BadModelFile(f"{file.name} has a header field of the unknown type {kind}")


def _number(file: BinaryIO, layout: str) -> int:
    (number,) = struct.unpack(layout, _read(file, struct.calcsize(layout)))
    return number  # type: ignore[no-any-return]  # a float or bool where the layout says so; only integers are used


def _string(file: BinaryIO) -> str:
    length = _number(file, "<Q")
    if length > _MAX_STRING:
        raise BadModelFile(f"{file.name} claims a header text of {length} bytes")
    return _read(file, length).decode("utf-8", "replace")


def _read(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise BadModelFile(f"{file.name} ends inside its header")
    return data
