"""Solutions of a problem by the engine that the settings name, outside of a worker: for a command."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

from django.conf import settings

from inference.engines import Engine, EngineUnavailable
from inference.engines.opening import LOADING, default_model, open_engine
from inference.events import Done
from inference.loading import wait_until_ready
from inference.sandbox.absent import NoSandbox
from inference.solve import solve

TEMPERATURE = 0.7  # Qwen2.5-Math's setting for several solutions of one problem (arXiv 2409.12122)


@asynccontextmanager
async def opened_engine() -> AsyncGenerator[Engine]:
    """The server at `ENGINE_URL`, or the default model in this process. Raises `EngineError`."""
    path = None if settings.ENGINE_URL else await asyncio.to_thread(default_model)
    engine = open_engine(url=settings.ENGINE_URL, model=settings.ENGINE_MODEL, api_key=settings.ENGINE_API_KEY, path=path)
    try:
        await wait_until_ready(engine, LOADING)
        yield engine
    finally:
        await engine.close()


async def sample(problem: str, count: int, engine: Engine) -> list[str]:
    """`count` solutions in words, written side by side, each with a seed of its own. Raises `EngineError`."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_solution(problem, seed, engine)) for seed in range(count)]
    return [task.result() for task in tasks]


async def _solution(problem: str, seed: int, engine: Engine) -> str:
    solution = solve(
        problem, engine=engine, sandbox=NoSandbox("These solutions are written in words."), mode="cot", seed=seed, temperature=TEMPERATURE
    )
    async with aclosing(solution) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.text
    raise EngineUnavailable("The engine ended a solution before it was complete.")
