"""A server on a real socket that says exactly what a test wants, byte for byte."""

import asyncio
import json

HANG = object()  # in a script: say nothing more until the client has gone


def head(status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", "Connection: close", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(status: int, body: object, **headers: str) -> list[bytes]:
    return [head(status, **headers), body if isinstance(body, bytes) else json.dumps(body).encode()]


class ScriptedServer:
    """Plays `script_for(head, body)`, a list of bytes and perhaps `HANG`, to each request."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict]] = []  # head, body
        self.gone = asyncio.Event()  # a client hung up on a script that hangs
        self.hanging = asyncio.Event()

    def script_for(self, head: str, body: dict) -> list[object]:
        raise NotImplementedError

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def go_away(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(line.split(":")[1]) for line in request.split("\r\n") if line.lower().startswith("content-length")), 0)
            body = json.loads(await reader.readexactly(length) or b"{}")
            self.requests.append((request, body))
            await self._play(self.script_for(request, body), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()

    async def _play(self, script, reader, writer) -> None:
        for piece in script:
            if piece is HANG:
                self.hanging.set()
                await reader.read()
                self.gone.set()
                return
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)  # pieces go out as segments of their own
