"""What the clients of inference servers share: the connection, and making sense of what a server that may do anything replies.

Each client has a tree of errors of its own; `Errors` names them and how messages call the server.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

MAX_BODY = 1 << 20  # an error message or a list of models
_NOT_BEGUN = {429, 503}
_OVERFLOW = re.compile(r"context.{0,20}(length|size|window)|max_model_len|maximum (context|model) length", re.IGNORECASE)


class NotBegun(Exception):
    """The request did no work, so that it is safe to send it again (after `retry_after` seconds, where the server says)."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    def pause(self, tried: int, backoff: float, longest: float) -> float:
        """Seconds to wait after the `tried`th time."""
        return min(backoff * 2.0 ** (tried - 1) if self.retry_after is None else self.retry_after, longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Makes a client's errors. `what` begins its messages: "The engine"."""

    what: str
    unavailable: Callable[[str], Exception]
    refused: Callable[[str], Exception]
    overflow: Callable[[str], Exception]

    def client(
        self, url: str, api_key: str, *, connect: float, connections: int, transport: httpx.AsyncBaseTransport | None
    ) -> httpx.AsyncClient:
        """For the server at `url`. Raises what is refused where the settings cannot be right."""
        try:
            return httpx.AsyncClient(
                base_url=self._address(url),
                headers={"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {api_key}"} if api_key else {}),
                timeout=httpx.Timeout(None, connect=connect),
                # Servers drop idle connections (uvicorn after 5 s); ours go first, so that no request meets a closed one.
                limits=httpx.Limits(max_connections=connections, keepalive_expiry=2.0),
                transport=transport,
            )
        except UnicodeEncodeError:  # not told on: it has the key in it
            raise self.refused(f"{self.what}'s key has a character that is not ASCII.") from None

    def _address(self, url: str) -> httpx.URL:
        try:
            address = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise self.refused(f"{self.what}'s address cannot be used: {one_line(str(error))}.") from error
        if address.scheme not in ("http", "https"):
            raise self.refused(f"{self.what}'s address cannot be used: it does not begin with http:// or https://.")
        if address.port is not None and not 0 < address.port < 65_536:
            raise self.refused(f"{self.what}'s address cannot be used: there is no port {address.port}.")
        return address

    def unreachable(self, host: str, error: Exception) -> NotBegun:
        return NotBegun(f"{self.what} at {host} cannot be reached: {error}")

    def lost(self, error: Exception) -> Exception:
        """For a time limit that ran out, or a connection that broke."""
        how = "is too slow" if isinstance(error, TimeoutError) else f"was lost: {one_line(str(error)) or type(error).__name__}"
        return self.unavailable(f"{self.what} {how}.")

    def refusal(self, response: httpx.Response, body: str) -> Exception:
        """What an HTTP error means. `body` is what the server said about it."""
        status, said = response.status_code, one_line(message_in(body))
        if status in _NOT_BEGUN:
            return NotBegun(f"{self.what} is overloaded ({status}): {said}", _retry_after(response))
        if status >= 500:
            return self.unavailable(f"{self.what} failed ({status}): {said}")
        if status in (400, 413, 422) and is_overflow(body):
            return self.overflow(said)
        return self.refused(f"{self.what} refused the request ({status}): {said.rstrip('.')}.")

    def as_object(self, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.refused(f"The server answered something that is no JSON: {one_line(text)}") from error
        if not isinstance(value, dict):
            raise self.refused(f"The server answered JSON of another kind: {one_line(text)}")
        return value

    def served(self, listing: dict[str, Any], wanted: str) -> dict[str, Any]:
        """The entry of the model `wanted`, or else of the first, in the answer to `/v1/models`."""
        models = listing.get("data")
        if not isinstance(models, list) or not all(isinstance(model, dict) and isinstance(model.get("id"), str) for model in models):
            raise self.refused("The server's list of models makes no sense; is the address an OpenAI-compatible one?")
        named: dict[str, dict[str, Any]] = {model["id"]: model for model in models}
        if not named:
            raise self.unavailable("The server has no model loaded.")
        name = wanted or next(iter(named))
        if name not in named:
            raise self.refused(f"The server does not have the model {name}; it has {', '.join(sorted(named))[:300]}.")
        return named[name]


def max_model_len(model: dict[str, Any], otherwise: int) -> int:
    """Tokens that fit a listed model, where the server tells (as vLLM and SGLang do)."""
    length = model.get("max_model_len")
    return length if isinstance(length, int) and length > 0 else otherwise


def is_overflow(said: str) -> bool:
    return _OVERFLOW.search(said) is not None


def message_in(body: str) -> str:
    """The message in an error's body: OpenAI's form, llama.cpp's and SGLang's, FastAPI's; or else all of it."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    for key in ("error", "message", "detail"):
        value = value[key] if isinstance(value, dict) and key in value else value
    return value if isinstance(value, str) else body


def one_line(text: str) -> str:
    """The beginning of a text from outside, fit for a log line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:600]).split())[:300]


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks for; the other form, a date, counts as not said."""
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else None
