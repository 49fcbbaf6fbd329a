"""The reward model that lives in the embedded engine: a head in the engine's own graph (`heads`, `inference.engines.openvino_model`).

It judges a solution where the engine wrote it, at the end of prompt and text, for which the engine's cache still has everything computed: a
score costs about one token.
"""

import asyncio
from collections.abc import Sequence

from inference import prompts
from inference.engines import ContextOverflow, EngineLoading, EngineRefused, EngineUnavailable
from inference.engines.openvino import OpenVinoEngine
from inference.reward import ResponseTooLong, RewardLoading, RewardRefused, RewardUnavailable
from inference.wire import FENCE


class EmbeddedScorer:
    """Borrows the engine, and leaves it open."""

    def __init__(self, engine: OpenVinoEngine) -> None:
        self._engine = engine

    @property
    def model(self) -> str:
        return f"the reward head of {self._engine.model}"

    async def ready(self) -> None:
        """Return if responses could be scored now, raise `RewardError` if not."""
        try:
            await self._engine.ready()
        except EngineLoading as error:
            raise RewardLoading(str(error)) from error
        except EngineUnavailable as error:
            raise RewardUnavailable(str(error)) from error

    async def score(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]:
        """`prompt` is what the responses continued; without it, they are judged as if they had continued the problem in words."""
        if prompt is None:
            language = prompts.detect_language(problem)
            prompt = prompts.chat(problem, mode="cot", language=language, wire=FENCE, history=())
        scores = [asyncio.create_task(self._score(prompt, response, index)) for index, response in enumerate(responses)]
        try:
            return list(await asyncio.gather(*scores))
        finally:
            for task in scores:
                task.cancel()

    async def _score(self, prompt: str, response: str, index: int) -> float:
        try:
            return await self._engine.score(prompt + prompts.neutralise(response))
        except ContextOverflow as error:
            raise ResponseTooLong(index, None, self._engine.context) from error
        except EngineRefused as error:
            raise RewardRefused(f"Response {index} cannot be scored: {error}") from error
        except EngineUnavailable as error:
            raise RewardUnavailable(str(error)) from error

    async def score_steps(self, problem: str, steps: Sequence[str]) -> list[float]:
        raise RewardRefused("The embedded reward model scores whole solutions, not steps.")

    async def close(self) -> None:
        """The engine is its owner's to close."""
