"""What solving asks of a language model: continue a prompt, stream, abort.

`Engine` is the one protocol; `openvino` (embedded, in a process of the worker's own), `openai` (any OpenAI-compatible server) and
`checkpoint` (what was just trained) keep it, and one conformance suite tests them.

    EngineError
     ├── EngineUnavailable   not reachable, overloaded, timed out; the turn may be tried again
     │    └── EngineLoading  the model is still being loaded
     ├── ContextOverflow     prompt + max_tokens do not fit the context; raised before anything is generated
     └── EngineRefused       the server understood and said no (bad request, unknown model, bad key), or answered garbage
"""

import uuid
import zlib
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Protocol

from inference.loading import Loading


class EngineError(Exception):
    """The engine could not continue the prompt. The message is one line, fit to show an administrator."""


class EngineUnavailable(EngineError):
    """The engine is not there now: down, overloaded, cut off or too slow."""


class EngineLoading(EngineUnavailable, Loading):
    """The model is being loaded; worth waiting for."""


class ContextOverflow(EngineError):
    """The prompt and the tokens asked for do not fit the model's context."""


class EngineRefused(EngineError):
    """The engine answered, and will answer the same again: bad request, unknown model, bad key, not the protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How to continue a prompt. `temperature` 0 is greedy; two requests with different `seed` sample differently."""

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    seed: int = 0


def seed_from(*parts: object) -> int:
    """A seed that follows from what is drawn: the same parts have the same one."""
    return zlib.crc32("/".join(map(str, parts)).encode())


Finish = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Newly generated text, whole characters only.

    `tokens` counts the tokens that this chunk adds. `finish` is set on the last chunk alone: "stop" (end of
    message or a stop string; the stop string itself is never part of `text`) or "length" (max_tokens reached).
    """

    text: str
    tokens: int
    finish: Finish | None = None


def check_room(request_id: str, running: Collection[str], limit: int) -> None:
    """Raises `EngineRefused` for an id that is running, `EngineUnavailable` where as many requests are as an engine takes."""
    if request_id in running:
        raise EngineRefused(f"A request with the id {request_id} is already running.")
    if len(running) >= limit:
        raise EngineUnavailable(f"The engine is overloaded: {limit} requests are under way.")


class Engine(Protocol):
    """A language model that many callers share. All methods belong to one event loop."""

    @property
    def model(self) -> str:
        """The model's name, as an administrator knows it."""

    @property
    def context(self) -> int:
        """Tokens that prompt and answer share."""

    async def ready(self) -> None:
        """Return at once if a prompt could be continued now, raise `EngineError` if not (`EngineUnavailable` while a model loads)."""

    def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        """Continue `prompt` (raw text, chat template already applied).

        Closing the generator early aborts the request and frees its slot. Raises `EngineError`; after an error
        nothing more of that request is generated.
        """

    async def abort(self, request_id: str) -> None:
        """Stop a request now; its stream ends without a `finish`. Unknown or finished ids are ignored."""

    async def close(self) -> None:
        """Abort everything and give the memory and connections back."""


async def continued(engine: Engine, prompt: str, sampling: Sampling) -> tuple[str, Finish | None]:
    """All that `engine` writes behind `prompt`, and why it ended. Raises `EngineError`; a cancelled call aborts the request."""
    text, finish = "", None
    async with aclosing(engine.stream(prompt, sampling, uuid.uuid4().hex)) as chunks:
        async for chunk in chunks:
            text, finish = text + chunk.text, chunk.finish
    return text, finish
