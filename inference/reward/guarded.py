"""A reward model on another machine, asked only while it answers. Everybody who waited for a score of one that hangs would wait for as long
as its client has patience."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence

from inference.reward import RewardError, RewardLoading, RewardScorer, RewardUnavailable

logger = logging.getLogger(__name__)

PAUSES = (5.0, 10.0, 20.0, 40.0, 60.0)  # seconds before each trial of one that is away; the last for as long as that takes
TRIAL = ("1 + 1 = ?", ["2"])


class Guarded:
    """`scorer`, which this closes as well. While it is away every call says so at once, and it is tried on something small."""

    def __init__(self, scorer: RewardScorer, *, pauses: Sequence[float] = PAUSES) -> None:
        self._scorer = scorer
        self._pauses = pauses
        self._away = ""  # why; "" while it answers
        self._trying: asyncio.Task[None] | None = None

    @property
    def model(self) -> str:
        return self._scorer.model

    async def ready(self) -> None:
        await self._ask(self._scorer.ready)

    async def score(self, problem: str, responses: Sequence[str], *, prompt: str | None = None) -> list[float]:
        return await self._ask(lambda: self._scorer.score(problem, responses, prompt=prompt))

    async def score_steps(self, problem: str, steps: Sequence[str]) -> list[float]:
        return await self._ask(lambda: self._scorer.score_steps(problem, steps))

    async def close(self) -> None:
        if self._trying:
            self._trying.cancel()
            await asyncio.wait({self._trying})
        await self._scorer.close()

    async def _ask[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        if self._away:
            raise RewardUnavailable(f"{self._away} It is not asked for scores until it answers again.")
        try:
            return await ask()
        except RewardLoading:
            raise
        except RewardUnavailable as error:
            self._give_up(error)
            raise

    def _give_up(self, error: RewardUnavailable) -> None:
        if self._away:
            return
        logger.warning("The reward model is not asked until it answers again: %s", error)
        self._away = str(error)
        self._trying = asyncio.create_task(self._try(), name="trying the reward model")

    async def _try(self) -> None:
        for pause in itertools.chain(self._pauses, itertools.repeat(self._pauses[-1])):
            await asyncio.sleep(pause)
            if await self._answers():
                break
        self._away = ""
        logger.warning("The reward model answers again.")

    async def _answers(self) -> bool:
        """Also with a refusal, which the next caller is to hear."""
        try:
            await self._scorer.score(*TRIAL)
        except RewardUnavailable as error:
            self._away = str(error)
            return False
        except RewardError:
            return True
        return True
