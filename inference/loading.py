"""Models that take their time to load: engines and reward models."""

import asyncio
from typing import Protocol

_POLL_SECONDS = 0.25


class Loading(Exception):
    """The model is being loaded; worth waiting for."""


class Loads(Protocol):
    async def ready(self) -> None:
        """Return if it could work now, raise a `Loading` while it loads."""


async def wait_until_ready(model: Loads, seconds: float) -> None:
    """Wait while a model loads, at most `seconds`. Raises what `ready` raises for any other reason."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await model.ready()
        except Loading:
            if asyncio.get_running_loop().time() >= end:
                raise
        await asyncio.sleep(_POLL_SECONDS)
