"""The host's end of a session. It reads frames that the supervisor wrote, each within a limit."""

import asyncio
import secrets
import struct
from collections.abc import Callable
from typing import Any

from inference.sandbox import CellResult, SessionLost, frames

SLACK = 5.0  # seconds after the hard limit in which the supervisor must have answered
HEADER = 65_536  # bytes of a reply besides output and images
PNG_HEAD = struct.Struct(">8s4x4sII")  # signature, first chunk, width, height
PIXELS = 16_000_000  # of one image: some kilobytes may unfold into gigabytes in a reader's browser


class NsjailSession:
    """A session in the jail. One cell at a time; `close` may come at any time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: dict[str, Any]) -> None:
        self._reader, self._writer, self._limits = reader, writer, limits
        self._frame_limit = HEADER + 4 * limits["output_bytes"] + limits["images"] * limits["image_bytes"]
        self.closed = False
        self.on_close: Callable[[], None] = lambda: None  # called once

    async def prove(self, nonce: str) -> None:
        """Wait for the proof that this session is isolated; raises `SessionLost`."""
        try:
            message, _ = await self._read()
        except BaseException:
            await self.close()
            raise
        if message != {"ready": nonce}:
            await self.close()
            raise SessionLost(f"The session did not prove that it is isolated: {message.get('lost')}")

    async def run(self, code: str) -> CellResult:
        """Run one cell; raises `SessionLost`. A call that is cancelled closes the session."""
        if self.closed:
            raise SessionLost("The session is closed.")
        if len(code.encode(errors="replace")) > self._limits["code_bytes"]:
            return CellResult(output="", error=f"The cell was not run: it is longer than {self._limits['code_bytes']} bytes.")
        whole = False
        try:
            async with asyncio.timeout(self._limits["hard_seconds"] + SLACK):
                reply, blob = await self._ask(code)
            whole = True
        except TimeoutError as error:
            raise SessionLost("The session did not answer in time.") from error
        finally:
            if not whole:
                await self.close()
        return _result(reply, blob, self._limits["output_chars"])

    async def close(self) -> None:
        """Close the channel: the supervisor ends at once, and the kernel ends everything in the session with it."""
        if not self.closed:
            self.closed = True
            self.on_close()
        self._writer.transport.abort()

    async def _ask(self, code: str) -> tuple[frames.Message, bytes]:
        nonce = secrets.token_hex(16)
        self._writer.write(frames.pack({"nonce": nonce}, code.encode(errors="replace")))
        reply, blob = await self._read()
        if reply.get("nonce") != nonce:
            raise SessionLost(f"The session was ended: {reply.get('lost', 'unexpected bytes')}.")
        return reply, blob

    async def _read(self) -> tuple[frames.Message, bytes]:
        try:
            text, blob = frames.sizes(await self._reader.readexactly(frames.HEAD.size), self._frame_limit)
            return frames.message(await self._reader.readexactly(text)), await self._reader.readexactly(blob)
        except (OSError, EOFError, frames.FrameError) as error:
            raise SessionLost("The session ended.") from error


def _result(reply: frames.Message, blob: bytes, limit: int) -> CellResult:
    images, notes, start = [], "", 0
    for number, size in enumerate(reply["images"], 1):
        image = blob[start : start + size]
        start += size
        if _is_picture(image):
            images.append(image)
        else:
            notes += f"[figure {number} was left out: no PNG of at most {PIXELS} pixels]\n"
    output, truncated = _shortened(bytes.fromhex(reply["first"]), bytes.fromhex(reply["last"]), reply["length"], limit)
    return CellResult(
        output=output + notes,
        error=reply["error"] and reply["error"].encode(errors="replace").decode(),  # JSON may hold half a character, which is no text
        images=tuple(images),
        truncated=truncated,
        timed_out=reply["timed_out"],
        seconds=reply["seconds"],
    )


def _is_picture(image: bytes) -> bool:
    """What a cell says is a figure may be anything."""
    if len(image) < PNG_HEAD.size:
        return False
    signature, chunk, width, height = PNG_HEAD.unpack_from(image)
    return (signature, chunk) == (b"\x89PNG\r\n\x1a\n", b"IHDR") and 0 < int(width) * int(height) <= PIXELS


def _shortened(first: bytes, last: bytes, length: int, limit: int) -> tuple[str, bool]:
    """Output as text of at most `limit` characters and a note, its middle left out: (text, whether it was shortened)."""
    if length == len(first) + len(last):
        text = (first + last).decode(errors="replace")
        if len(text) <= limit:
            return text, False
        head, tail = text, text
    else:
        head, tail = first.decode(errors="replace"), last.decode(errors="replace")
    return f"{head[: limit // 2]}\n[… the middle of the output was left out …]\n{tail[-(limit - limit // 2) :]}", True
