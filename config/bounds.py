"""How large a request may be. Django puts a body on the disk before anybody is asked who sends it."""

from typing import Any

LARGEST = 64_000_000  # bytes; the pages that take files say what they take
LARGEST_AT = {"/training/data/import/": 510_000_000}

App = Any  # an ASGI application; Django's and Channels' types do not meet


def bounded(app: App) -> App:
    """The application without what is too large: refused where the request says so, broken off where it does not."""

    async def bounded_app(scope: dict[str, Any], receive: App, send: App) -> None:
        limit = LARGEST_AT.get(scope["path"], LARGEST)
        if int(dict(scope["headers"]).get(b"content-length", 0)) > limit:
            await send({"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"The request is too large."})
            return
        taken = 0

        async def counted() -> dict[str, Any]:
            nonlocal taken
            message: dict[str, Any] = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= limit else {"type": "http.disconnect"}

        await app(scope, counted, send)

    return bounded_app
