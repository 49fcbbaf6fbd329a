"""The engine and the sandbox of a worker process, and what to say while one of them is missing."""

import asyncio
import logging
import threading

from inference.engines import Engine, EngineError, EngineLoading
from inference.reward import RewardScorer
from inference.sandbox import Sandbox, SandboxError
from inference.sandbox.jail import open_sandbox
from tutor.absent import NoEngine, NoSandbox
from tutor.opening import engine_from_settings, scorer_for

logger = logging.getLogger(__name__)

LOOK_LOADING = 0.25  # seconds between looks at an engine that is loading
LOOK_AGAIN = 5.0  # seconds between looks at an engine that is not there
SANDBOX_AGAIN = 60.0  # seconds before a sandbox that did not open is tried again
LOOK_AFTER = 15.0  # seconds between looks at an engine that is ready


class Tools:
    """Opened on the runtime's event loop and watched for as long as the process lives."""

    def __init__(self) -> None:
        self.engine: Engine = NoEngine("The model is not loaded yet.")
        self.sandbox: Sandbox = NoSandbox("The sandbox is not open yet.")
        self.scorer: RewardScorer | None = None
        self.loaded = asyncio.Event()  # no model is being loaded
        self.engine_error = ""
        self.sandbox_error = ""
        self.decided = threading.Event()  # engine and sandbox are ready, or said why they are not
        self._undecided = {"engine", "sandbox"}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._watch_engine()), asyncio.create_task(self._open_sandbox())]

    @property
    def engine_loading(self) -> bool:
        return not self.loaded.is_set()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        if self.scorer:
            await self.scorer.close()
        await self.engine.close()
        await self.sandbox.close()

    async def _watch_engine(self) -> None:
        while True:
            error = await self._engine_error()
            loading = isinstance(error, EngineLoading)
            self._note(loading, "" if error is None or loading else str(error))
            await asyncio.sleep(LOOK_LOADING if loading else LOOK_AGAIN if self.engine_error else LOOK_AFTER)

    def _note(self, loading: bool, engine_error: str) -> None:
        if engine_error and engine_error != self.engine_error:
            logger.warning("The engine is not ready: %s", engine_error)
        self.engine_error = engine_error
        if loading:
            self.loaded.clear()
        else:
            self.loaded.set()
            self._decide("engine")

    def _decide(self, tool: str) -> None:
        self._undecided.discard(tool)
        if not self._undecided:
            self.decided.set()

    async def _engine_error(self) -> EngineError | None:
        try:
            if isinstance(self.engine, NoEngine):
                self.engine = await asyncio.to_thread(engine_from_settings)
                self.scorer = scorer_for(self.engine)
            await self.engine.ready()
        except EngineError as error:
            return error
        return None

    async def _open_sandbox(self) -> None:
        """Open the sandbox; where it refuses, again later: an administrator may have mended the machine."""
        while isinstance(self.sandbox, NoSandbox):
            try:
                self.sandbox = await open_sandbox()
                self.sandbox_error = ""
                self._decide("sandbox")
            except SandboxError as error:
                self.sandbox = NoSandbox(str(error))
                if str(error) != self.sandbox_error:
                    logger.warning("The sandbox did not open: %s", error)
                self.sandbox_error = str(error)
                self._decide("sandbox")
                await asyncio.sleep(SANDBOX_AGAIN)
