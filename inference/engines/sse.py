"""Server-sent events off the wire, with a bound on everything a server could overdo.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation; of an event only its data is kept.
"""

from collections.abc import AsyncIterator

from inference.engines import EngineRefused

_MAX_LINE = 1 << 20


class DataReader:
    """The data of one event after another. `most` bounds the bytes read in all.

    Raises `EngineRefused` where a bound is passed or a line is no UTF-8; errors of `chunks` pass through.
    """

    def __init__(self, chunks: AsyncIterator[bytes], most: int) -> None:
        self._chunks = chunks
        self._left = most
        self._buffer = bytearray()

    async def next(self) -> str | None:
        """The next event's data, None at the end of the stream (an event that the end cuts off is dropped)."""
        data: list[str] = []
        while (line := await self._line()) is not None:
            if line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
            elif not line and data:
                return "\n".join(data)
        return None

    async def _line(self) -> str | None:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > _MAX_LINE:
                raise EngineRefused(f"The server sent a line of more than {_MAX_LINE} bytes.")
            if not await self._fill():
                return None
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise EngineRefused(f"The server sent bytes that are no UTF-8: {error}") from error

    async def _fill(self) -> bool:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            return False
        self._left -= len(chunk)
        if self._left < 0:
            raise EngineRefused("The server sent far more than was asked for.")
        self._buffer += chunk
        return True
