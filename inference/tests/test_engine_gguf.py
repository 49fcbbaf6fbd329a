"""The head of a GGUF file, whole and damaged."""

import struct

import pytest

from inference import weights
from inference.engines.gguf import BadModelFile, read_context


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def field(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def header(*fields: bytes, magic: bytes = b"GGUF", version: int = 3, count: int | None = None) -> bytes:
    return struct.pack("<4sIQQ", magic, version, 0, len(fields) if count is None else count) + b"".join(fields)


NAME = field("general.architecture", 8, text("llama"))
WORDS = field("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b"))
FLOAT = field("llama.rope.freq_base", 6, struct.pack("<f", 1e4))
CONTEXT = field("llama.context_length", 4, struct.pack("<I", 8192))


def read(tmp_path, content: bytes) -> int:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    return read_context(path)


def test_the_context_of_a_real_model():
    assert read_context(weights.find(weights.SMOLLM2)) == 8192


def test_the_context_is_found_behind_other_fields(tmp_path):
    assert read(tmp_path, header(NAME, WORDS, FLOAT, CONTEXT)) == 8192
    assert read(tmp_path, header(NAME, CONTEXT, version=2)) == 8192


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "ends inside its header"),
        (b"GGUF", "ends inside its header"),
        (header(NAME, CONTEXT, magic=b"PK\3\4"), "not a GGUF file"),
        (header(NAME, CONTEXT, version=1), "not a GGUF file"),
        (header(NAME, FLOAT), "names no context length"),
        (header(NAME, CONTEXT)[:-1], "ends inside its header"),
        (header(NAME, count=2**60), "header fields"),
        (header(struct.pack("<Q", 2**62)), "header text"),
        (header(field("a", 9, struct.pack("<IQ", 0, 2**62))), "header array"),
        (header(field("a", 9, struct.pack("<IQ", 9, 1))), "header array"),
        (header(field("a", 99, b"")), "unknown type 99"),
    ],
)
def test_damaged_files_are_named(tmp_path, content, says):
    with pytest.raises(BadModelFile, match=says):
        read(tmp_path, content)
