"""How large a request may be. Django puts a body on the disk before anybody is asked who sends it."""

from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest

from config import errors

LARGEST = 64_000_000  # bytes; the pages that take files say what they take
LARGEST_AT = {"/training/data/import/": 510_000_000}

App = Any  # an ASGI application; Django's and Channels' types do not meet


def bounded(app: App) -> App:
    """The application without what is too large: refused where the request says so, and else where it gets there."""

    async def bounded_app(scope: dict[str, Any], receive: App, send: App) -> None:
        limit = LARGEST_AT.get(scope["path"], LARGEST)
        if int(dict(scope["headers"]).get(b"content-length", 0)) > limit:
            return await _refuse(scope, send)
        taken, is_answered = 0, False

        async def counted() -> dict[str, Any]:
            nonlocal taken
            message: dict[str, Any] = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= limit else {"type": "http.disconnect"}

        async def answered(message: dict[str, Any]) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        await app(scope, counted, answered)
        if taken > limit and not is_answered:
            await _refuse(scope, send)

    return bounded_app


async def _refuse(scope: dict[str, Any], send: App) -> None:
    response = errors.too_large(ASGIRequest(scope, BytesIO()))
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
