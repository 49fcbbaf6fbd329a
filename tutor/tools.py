"""The engine and the sandbox of a worker process, and what to say while one of them is missing."""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from accounts.workers import in_database
from inference.engines import Engine, EngineError, EngineLoading, EngineRefused
from inference.engines.opening import LOADING
from inference.loading import wait_until_ready
from inference.reward import RewardScorer
from inference.sandbox import Sandbox, SandboxError
from inference.sandbox.absent import NoSandbox
from inference.sandbox.jail import open_sandbox
from tutor.absent import NoEngine
from tutor.opening import engine_from_settings, engine_scorer, guarded_scorer
from tutor.serving import Served, ranked

logger = logging.getLogger(__name__)

LOOK_LOADING = 0.25  # seconds between looks at an engine that is loading
LOOK_AGAIN = 5.0  # seconds between looks at an engine that is not there
SANDBOX_AGAIN = 60.0  # seconds before a sandbox that did not open is tried again
LOOK_AFTER = 15.0  # seconds between looks at an engine that is ready
LOOK_CHOSEN = 2.0  # seconds between looks at which model is to be served
CHOSEN_AGAIN = 60.0  # seconds before a chosen model that could not be loaded is tried again


class Tools:
    """Opened on the runtime's event loop and watched for as long as the process lives.

    Where another model is chosen to be served, its engine is opened beside this one, and takes its place once it is ready. A chosen model
    that cannot be had leaves what serves; at the start, what served before. Who works with an engine says so by `using`: one that was
    replaced is closed when nobody does any more.
    """

    def __init__(self) -> None:
        self.engine: Engine = NoEngine("The model is not loaded yet.")
        self.sandbox: Sandbox = NoSandbox("The sandbox is not open yet.")
        self._named_scorer = guarded_scorer()
        self.scorer = self._named_scorer  # or the engine's own
        self.loaded = asyncio.Event()  # no model is being loaded
        self.engine_error = ""
        self.sandbox_error = ""
        self.serving = Served()  # the model that `engine` is
        self.serving_error = ""  # why it is not the one that was chosen last
        self._worked = False  # an engine was ready
        self._failed = Served()  # a chosen model that could not be had,
        self._again = 0.0  # and when it is tried again
        self.decided = threading.Event()  # engine and sandbox are ready, or said why they are not
        self._users: Counter[int] = Counter()  # of each engine, by its id
        self._replaced: dict[int, Engine] = {}  # engines that are closed when their last user has gone
        self._closing: set[asyncio.Task[None]] = set()
        self._undecided = {"engine", "sandbox"}
        self.watches: list[asyncio.Task[None]] = []

    def start(self) -> None:
        watches = {"engine": self._watch_engine(), "sandbox": self._open_sandbox(), "chosen model": self._watch_chosen()}
        self.watches = [asyncio.create_task(watch, name=f"watch over the {name}") for name, watch in watches.items()]

    @contextmanager
    def using(self) -> Iterator[tuple[Engine, RewardScorer | None]]:
        """The engine and its reward model, which stay open until the block ends."""
        engine, scorer = self.engine, self.scorer
        self._users[id(engine)] += 1
        try:
            yield engine, scorer
        finally:
            self._users[id(engine)] -= 1
            self._close_unused()

    @property
    def engine_loading(self) -> bool:
        return not self.loaded.is_set()

    async def close(self) -> None:
        for task in self.watches:
            task.cancel()
        await asyncio.wait(self.watches)
        if self._named_scorer:
            await self._named_scorer.close()
        for engine in (self.engine, *self._replaced.values()):
            await engine.close()
        await asyncio.gather(*self._closing)
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
                chosen, *_ = await self._ranked()
                self.engine = await asyncio.to_thread(engine_from_settings, chosen)
                self.serving, self.scorer = chosen, self._named_scorer or engine_scorer(self.engine)
            await self.engine.ready()
        except EngineLoading as error:
            return error
        except EngineError as error:
            return error if self._worked else await self._fall_back(error)
        self._worked = True
        return None

    # --- Another model --------------------------------------------------------------------------------------------------

    async def _fall_back(self, error: EngineError) -> EngineError | None:
        """The chosen model cannot be had at the start: serve what stands in for it. `error`, where nothing does."""
        server_is_away = settings.ENGINE_URL and not isinstance(error, EngineRefused)
        if server_is_away or time.monotonic() < self._again:
            return error
        chosen, *others = await self._ranked()
        if not others:
            return error
        self._put_off(chosen, error)
        for served in others:
            try:
                await self._replace(served)
            except EngineError as other:
                logger.warning("The model %s cannot stand in: %s", served.name or "of the settings", other)
            else:
                self.serving_error = str(error)
                return None
        return error

    async def _watch_chosen(self) -> None:
        while True:
            await asyncio.sleep(LOOK_CHOSEN)
            chosen, *_ = await self._ranked()
            if chosen == self.serving or isinstance(self.engine, NoEngine):
                self.serving_error = ""
            elif chosen != self._failed or time.monotonic() >= self._again:
                try:
                    await self._replace(chosen)
                except EngineError as error:
                    self._put_off(chosen, error)

    def _put_off(self, chosen: Served, error: EngineError) -> None:
        logger.warning("The model %s, which was chosen to serve, cannot be had: %s", chosen.name or "of the settings", error)
        self.serving_error = str(error)
        self._failed, self._again = chosen, time.monotonic() + CHOSEN_AGAIN

    async def _ranked(self) -> list[Served]:
        """What may be served, the chosen model first; while the database cannot say, what is served."""
        try:
            return await in_database(ranked)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("Which model is to be served cannot be read: %s", error)
            return [self.serving]

    async def _replace(self, served: Served) -> None:
        """Load this model, and let new turns go to it. Raises `EngineError`; then the old one stays."""
        engine = await asyncio.to_thread(engine_from_settings, served)
        try:
            await wait_until_ready(engine, LOADING)
        except (EngineError, asyncio.CancelledError):
            await engine.close()
            raise
        self._replaced[id(self.engine)] = self.engine
        self.engine, self.scorer = engine, self._named_scorer or engine_scorer(engine)
        self.serving, self.serving_error = served, ""
        logger.info("New turns go to %s", engine.model)
        self._close_unused()

    def _close_unused(self) -> None:
        for key in [key for key in self._replaced if not self._users[key]]:
            task = asyncio.create_task(self._replaced.pop(key).close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

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
