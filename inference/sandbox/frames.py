"""Frames: how host, supervisor and cells talk. A JSON object and a blob, each behind its length."""

import json
import struct
from typing import Any

HEAD = struct.Struct(">II")  # bytes of JSON, bytes of blob

type Message = dict[str, Any]


class FrameError(Exception):
    """Bytes that are not a frame, or a frame over its limit."""


def pack(message: Message, blob: bytes) -> bytes:
    """One frame's bytes."""
    text = json.dumps(message).encode()
    return HEAD.pack(len(text), len(blob)) + text + blob


def sizes(head: bytes, limit: int) -> tuple[int, int]:
    """The lengths of JSON and blob that a head announces; raises `FrameError` over `limit` bytes together."""
    text, blob = HEAD.unpack(head)
    if text + blob > limit:
        raise FrameError("a frame over its limit")
    return text, blob


def message(text: bytes) -> Message:
    """The JSON object of a frame; raises `FrameError`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("a frame that is not JSON") from error
    if not isinstance(value, dict):
        raise FrameError("a frame that is not an object")
    return value


class Unpacker:
    """Gathers bytes and gives back whole frames. Holds at most `limit` bytes and a head."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[Message, bytes]]:
        """The frames that `data` completes; raises `FrameError`."""
        self.buffer += data
        frames = []
        while len(self.buffer) >= HEAD.size:
            text, blob = sizes(bytes(self.buffer[: HEAD.size]), self.limit)
            end = HEAD.size + text + blob
            if len(self.buffer) < end:
                break
            body = bytes(self.buffer[HEAD.size : end])
            del self.buffer[:end]
            frames.append((message(body[:text]), body[text:]))
        return frames
