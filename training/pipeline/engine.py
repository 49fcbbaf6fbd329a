"""What the stages that ask a language model share: the engine, and many requests at once."""

import asyncio
import itertools
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from inference import weights
from inference.engines import Engine, EngineError, EngineUnavailable
from inference.engines.opening import LOADING, open_engine
from inference.loading import wait_until_ready
from inference.reward.heads import trained_head
from inference.sandbox import Sandbox, SandboxError
from inference.sandbox.absent import NoSandbox
from inference.sandbox.jail import open_sandbox
from training.pipeline.stage import Folder, StageConfig, StageError, StopAsked, free, require
from training.pipeline.training_config import require_extra

GRACE = 30.0  # seconds for what is under way when the stage is asked to stop
PAUSES = (1.0, 5.0, 20.0, 60.0)  # seconds before a request is made again that the engine could not serve


@dataclass(frozen=True, kw_only=True)
class EngineConfig(StageConfig):
    """`url` is an OpenAI-compatible server, and `model` which of its models. Without one, the model is loaded here: a `checkpoint` as the
    stages that train leave it (needs the extra `train`), the model file at `gguf`, or else the default model.

    `sequences` is how many texts are written at once. A server's key is no part of a config, which is written down: it is taken from the
    environment, ENGINE_API_KEY.
    """

    sequences: int = free(32)
    url: str = free("")
    model: str = ""
    gguf: Path | None = None
    checkpoint: str = ""

    def __post_init__(self) -> None:
        require(self.sequences > 0, "sequences: at least one text must be written at a time.")
        named = sum(map(bool, (self.url, self.checkpoint, self.gguf)))
        require(named <= 1, "url, checkpoint, gguf: at most one of them says which model is asked.")


@asynccontextmanager
async def opened(config: EngineConfig, *, python: bool, head: bool = False) -> AsyncGenerator[tuple[Engine, Sandbox]]:
    """The engine that the config says, and a sandbox, which runs code where `python` says so. With `head`, the embedded engine can score.

    Raises `StageError` where they cannot be had, or fail for good later.
    """
    try:
        async with AsyncExitStack() as stack:
            engine = await asyncio.to_thread(_engine, config, head)
            stack.push_async_callback(engine.close)
            await wait_until_ready(engine, LOADING)
            sandbox: Sandbox = await open_sandbox() if python else NoSandbox("No code is run here.")
            stack.push_async_callback(sandbox.close)
            yield engine, sandbox
    except (EngineError, SandboxError, weights.WeightsError) as error:
        raise StageError(str(error)) from error


def _engine(config: EngineConfig, head: bool) -> Engine:
    if config.checkpoint:
        require_extra()
        from training.pipeline.serving import open_checkpoint

        return open_checkpoint(config.checkpoint, sequences=config.sequences)
    path = None if config.url else config.gguf or weights.find()
    reward = trained_head(path) if head and path else None
    return open_engine(
        url=config.url, model=config.model, api_key=os.environ.get("ENGINE_API_KEY", ""), path=path, sequences=config.sequences, head=reward
    )


async def in_flight[T, R](
    tasks: Iterable[T], write: Callable[[T], Awaitable[R]], config: EngineConfig, folder: Folder
) -> AsyncGenerator[R]:
    """Results as they come; `sequences` are being written at any time.

    Asked to stop, begins nothing more, hands on what is finished within `GRACE`, and raises `StopAsked`.
    """
    waiting = iter(tasks)
    running: set[asyncio.Task[R]] = set()
    end: float | None = None
    try:
        while True:
            if end is None and folder.stop_asked:
                end = asyncio.get_running_loop().time() + GRACE
            if end is None:
                free_places = config.sequences - len(running)
                running |= {asyncio.create_task(_patiently(write, task)) for task in itertools.islice(waiting, free_places)}
            if not running or (end is not None and asyncio.get_running_loop().time() >= end):
                break
            finished, _ = await asyncio.wait(running, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for result in finished:
                running.remove(result)
                yield result.result()
    finally:
        for left in running:
            left.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    if end is not None:
        raise StopAsked


async def _patiently[T, R](write: Callable[[T], Awaitable[R]], task: T) -> R:
    """An engine that goes away for a minute does not end a run of days."""
    for pause in PAUSES:
        try:
            return await write(task)
        except EngineUnavailable:
            await asyncio.sleep(pause)
    return await write(task)
