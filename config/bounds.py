"""How large a request may be, and all together. Django puts a body on the disk before anybody is asked who sends it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse

from config import errors

LARGEST = 64_000_000  # bytes; the pages that take files say what they take
LARGEST_AT = {"/training/data/import/": 510_000_000}
FREE = 200_000  # bytes of a request that are taken whatever else is sent: questions, log-ins, handed-in work
TOGETHER = 1_000_000_000  # bytes beyond that of all requests that this process reads or answers

App = Any  # an ASGI application; Django's and Channels' types do not meet
_held = 0  # bytes of `TOGETHER`


def bounded(app: App) -> App:
    """The application without what is too large or too much: refused where the request says so, and else where it gets there."""

    async def bounded_app(scope: dict[str, Any], receive: App, send: App) -> None:
        if int(dict(scope["headers"]).get(b"content-length", 0)) > LARGEST_AT.get(scope["path"], LARGEST):
            return await _answer(errors.too_large, scope, send)
        body, is_answered = Body(scope["path"]), False

        async def counted() -> dict[str, Any]:
            message: dict[str, Any] = await receive()
            body.add(len(message.get("body", b"")))
            return message if body.refusal is None else {"type": "http.disconnect"}

        async def answered(message: dict[str, Any]) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await app(scope, counted, answered)
        finally:
            body.forget()
        if body.refusal and not is_answered:
            await _answer(body.refusal, scope, send)

    return bounded_app


class Body:
    """What was read of one request, and the page that refuses it."""

    def __init__(self, path: str) -> None:
        self.limit = LARGEST_AT.get(path, LARGEST)
        self.taken = self.held = 0
        self.refusal: Callable[[HttpRequest], HttpResponse] | None = None

    def add(self, count: int) -> None:
        global _held
        self.taken += count
        more = max(0, self.taken - FREE) - self.held
        self.held += more
        _held += more
        if self.taken > self.limit:
            self.refusal = errors.too_large
        elif more and _held > TOGETHER:
            self.refusal = errors.too_much

    def forget(self) -> None:
        global _held
        _held -= self.held
        self.held = 0


async def _answer(refusal: Callable[[HttpRequest], HttpResponse], scope: dict[str, Any], send: App) -> None:
    response = refusal(ASGIRequest(scope, BytesIO()))
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
