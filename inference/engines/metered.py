"""An engine that counts what it generates, for one caller's account."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from inference.engines import Chunk, Engine, Sampling


class Metered:
    """`engine`, and how many `tokens` were generated through this."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.tokens = 0

    @property
    def model(self) -> str:
        return self._engine.model

    @property
    def context(self) -> int:
        return self._engine.context

    async def ready(self) -> None:
        await self._engine.ready()

    async def stream(self, prompt: str, sampling: Sampling, request_id: str) -> AsyncGenerator[Chunk]:
        async with aclosing(self._engine.stream(prompt, sampling, request_id)) as chunks:
            async for chunk in chunks:
                self.tokens += chunk.tokens
                yield chunk

    async def abort(self, request_id: str) -> None:
        await self._engine.abort(request_id)

    async def close(self) -> None:
        await self._engine.close()
