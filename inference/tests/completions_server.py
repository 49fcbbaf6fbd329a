"""A small OpenAI-compatible server over any `Engine`, for the client to talk to over a real socket."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from inference.engines import ContextOverflow, Engine, EngineError, EngineRefused, Sampling


class CompletionsApp:
    """ASGI: `/v1/models` and streamed `/v1/completions`. A client that leaves aborts its request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._count = 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/v1/models":
            listing = {"object": "list", "data": [{"id": self._engine.model, "max_model_len": self._engine.context}]}
            await _answer(send, 200, listing)
        else:
            await self._complete(json.loads(await _read(receive)), receive, send)

    async def _complete(self, body: dict, receive, send) -> None:
        self._count += 1
        request_id = f"served-{self._count}"
        gone = asyncio.create_task(self._abort_when_gone(receive, request_id))
        try:
            chunks = self._engine.stream(body["prompt"], _sampling(body), request_id)
            await self._send_events(chunks, body["model"], send)
        except ContextOverflow as error:
            await _answer(send, 400, {"error": {"message": f"This model's maximum context length is exceeded: {error}", "code": 400}})
        except EngineRefused as error:
            await _answer(send, 400, {"error": {"message": str(error), "code": 400}})
        except EngineError as error:
            await _answer(send, 503, {"error": {"message": str(error), "code": 503}})
        finally:
            gone.cancel()

    async def _abort_when_gone(self, receive, request_id: str) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await self._engine.abort(request_id)

    async def _send_events(self, chunks, model: str, send) -> None:
        begun, tokens = False, 0
        async for chunk in chunks:
            if not begun:
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
                begun = True
            tokens += chunk.tokens
            await _event(send, {"model": model, "choices": [{"index": 0, "text": chunk.text, "finish_reason": chunk.finish}]})
        if begun:
            await _event(send, {"model": model, "choices": [], "usage": {"completion_tokens": tokens}})
            await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


def _sampling(body: dict) -> Sampling:
    stop = tuple(body.get("stop", ()))
    names = ("max_tokens", "temperature", "top_p", "seed")
    return Sampling(stop=stop, **{name: body[name] for name in names})


async def _read(receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def _event(send, data: dict) -> None:
    text = f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _answer(send, status: int, data: dict) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(data).encode()})


@asynccontextmanager
async def serve(app) -> AsyncIterator[str]:
    """Serve an ASGI app on a free port of this host; the value is its base url."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            server.should_exit = server.force_exit = True
            await running


@contextmanager
def served(engine):
    """The base url of a server over `engine`, on a loop in a thread of its own."""
    loop, ready, url = asyncio.new_event_loop(), threading.Event(), []

    async def serving():
        stop = asyncio.Event()
        async with serve(CompletionsApp(engine)) as address:
            url.extend([address, stop])
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serving()))
    thread.start()
    try:
        assert ready.wait(30)
        yield url[0]
    finally:
        loop.call_soon_threadsafe(url[1].set)
        thread.join(30)
        loop.close()
