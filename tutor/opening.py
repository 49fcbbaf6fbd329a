"""The engine, the sandbox and the reward model that the settings name."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, cast

from django.conf import settings

from inference.engines import Engine
from inference.engines.opening import LOADING, default_model, open_engine
from inference.engines.openvino import OpenVinoEngine
from inference.loading import wait_until_ready
from inference.reward import RewardError, RewardScorer
from inference.reward.embedded import EmbeddedScorer
from inference.reward.guarded import Guarded
from inference.reward.heads import trained_head
from inference.reward.opening import open_scorer
from inference.sandbox import Sandbox, SandboxUnavailable
from inference.sandbox.absent import NoSandbox
from inference.sandbox.jail import open_sandbox
from tutor.absent import NoScorer
from tutor.serving import Served

if TYPE_CHECKING:
    from inference.reward.model import Precision


def engine_from_settings(served: Served = Served()) -> Engine:  # noqa: B008 (frozen)
    """The server at `ENGINE_URL`, or an engine of our own; with the model that was chosen to serve, or the default one. Raises
    `EngineError`.
    """
    if settings.ENGINE_URL:
        return open_engine(url=settings.ENGINE_URL, model=served.name or settings.ENGINE_MODEL, api_key=settings.ENGINE_API_KEY)
    path = served.path or default_model()
    return open_engine(path=path, head=trained_head(path))


def scorer_for(engine: Engine) -> RewardScorer | None:
    """The reward model that the settings name, or else the one that goes with the engine; None where there is none."""
    return named_scorer() or engine_scorer(engine)


def named_scorer() -> RewardScorer | None:
    """The reward model that the settings name. One that cannot be opened says why whenever it is asked."""
    if not (settings.REWARD_URL or settings.REWARD_MODEL):
        return None
    precision = cast("Precision", settings.REWARD_PRECISION)  # another is refused by the scorer
    try:
        return open_scorer(url=settings.REWARD_URL, model=settings.REWARD_MODEL, api_key=settings.REWARD_API_KEY, precision=precision)
    except RewardError as error:
        return NoScorer(settings.REWARD_MODEL or settings.REWARD_URL, str(error))


def guarded_scorer() -> RewardScorer | None:
    """The same for many who wait: a server is asked only while it answers."""
    scorer = named_scorer()
    return Guarded(scorer) if scorer and settings.REWARD_URL else scorer


def engine_scorer(engine: Engine) -> RewardScorer | None:
    """The reward model inside the embedded engine, where it has one."""
    return EmbeddedScorer(engine) if isinstance(engine, OpenVinoEngine) and engine.head else None


@asynccontextmanager
async def opened(patience: float = LOADING) -> AsyncGenerator[tuple[Engine, Sandbox]]:
    """Engine, ready within `patience` seconds, and sandbox. Where nothing can be isolated, words alone are still to be had."""
    async with AsyncExitStack() as stack:
        engine = await asyncio.to_thread(engine_from_settings)
        stack.push_async_callback(engine.close)
        await wait_until_ready(engine, patience)
        sandbox: Sandbox
        try:
            sandbox = await open_sandbox()
        except SandboxUnavailable as error:
            sandbox = NoSandbox(str(error))
        stack.push_async_callback(sandbox.close)
        yield engine, sandbox
