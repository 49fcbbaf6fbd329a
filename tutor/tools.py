"""The engine and the sandbox of a worker process, and what to say while one of them is missing."""

import asyncio
import logging
import threading

from inference.engines import Engine, EngineError, EngineLoading
from inference.sandbox import Sandbox
from tutor.absent import NoEngine, NoSandbox
from tutor.opening import engine_from_settings

logger = logging.getLogger(__name__)

LOOK_LOADING = 0.25  # seconds between looks at an engine that is loading
LOOK_AGAIN = 5.0  # seconds between looks at an engine that is not ready, and at a sandbox that did not open
LOOK_AFTER = 15.0  # seconds between looks at an engine that is ready


class Tools:
    """Opened on the runtime's event loop and watched for as long as the process lives."""

    def __init__(self) -> None:
        self.engine: Engine = NoEngine("The model is not loaded yet.")
        self.sandbox: Sandbox = NoSandbox("The sandbox is not open yet.")
        self.engine_loading = True
        self.engine_error = ""
        self.sandbox_error = ""
        self.decided = threading.Event()  # the engine is ready, or said why it is not
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._watch_engine()), asyncio.create_task(self._open_sandbox())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self.engine.close()
        await self.sandbox.close()

    async def _watch_engine(self) -> None:
        while True:
            error = await self._engine_error()
            self.engine_loading = isinstance(error, EngineLoading)
            self._say("" if error is None or self.engine_loading else str(error))
            await asyncio.sleep(LOOK_LOADING if self.engine_loading else LOOK_AGAIN if self.engine_error else LOOK_AFTER)

    def _say(self, engine_error: str) -> None:
        if engine_error and engine_error != self.engine_error:
            logger.warning("The engine is not ready: %s", engine_error)
        self.engine_error = engine_error
        if not self.engine_loading:
            self.decided.set()

    async def _engine_error(self) -> EngineError | None:
        try:
            if isinstance(self.engine, NoEngine):
                self.engine = await asyncio.to_thread(engine_from_settings)
            await self.engine.ready()
        except EngineError as error:
            return error
        return None

    async def _open_sandbox(self) -> None:
        return
