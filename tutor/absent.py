"""What stands where the engine or the sandbox is missing: every use of it says why."""

from collections.abc import AsyncGenerator

from inference.engines import Chunk, EngineUnavailable, Sampling
from inference.sandbox import SandboxUnavailable, Session


class NoEngine:
    """Stands where no engine could be opened."""

    model = ""
    context = 0

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def ready(self) -> None:
        raise EngineUnavailable(self.reason)

    async def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        raise EngineUnavailable(self.reason)
        yield

    async def abort(self, request_id: str) -> None:
        """Nothing runs."""

    async def close(self) -> None:
        """Nothing is open."""


class NoSandbox:
    """Stands where the sandbox refused to open."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def open(self) -> Session:
        raise SandboxUnavailable(self.reason)

    async def close(self) -> None:
        """Nothing is open."""
