"""What stands where the engine or the reward model is missing: every use of it says why."""

from collections.abc import AsyncGenerator, Sequence

from inference.engines import Chunk, EngineUnavailable, Sampling
from inference.reward import RewardUnavailable


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


class NoScorer:
    """Stands where the settings name a reward model that cannot be opened."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason

    async def ready(self) -> None:
        raise RewardUnavailable(self.reason)

    async def score(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]:
        raise RewardUnavailable(self.reason)

    async def score_steps(self, problem: str, steps: Sequence[str]) -> list[float]:
        raise RewardUnavailable(self.reason)

    async def close(self) -> None:
        """Nothing is open."""
