"""The worker process: one event loop on which all its turns are solved, and one thread that watches over them."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts import workers
from tutor import leases, standing
from tutor.flusher import Flusher, LeaseLost, TurnLog
from tutor.solving import Interruption, Job
from tutor.tools import Tools

logger = logging.getLogger(__name__)

LOOK = 0.25  # seconds between looks at the stop flags: Stop has a second for everything
# Seconds between renewals of leases, reports and sweeps; with long leases, too, a worker must not seem silent (`standing`).
HEARTBEAT = min(settings.LEASE_SECONDS, standing.WORKER_SILENT.total_seconds()) / 3


class Runtime:
    """One a worker process. The methods without underscore are called from any thread but the loop's."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._jobs: set[Job] = set()  # a turn that was lost and comes back has a job that cleans up and one that holds it
        self._lent: set[asyncio.Task[None]] = set()
        self._background = threading.Semaphore(settings.BACKGROUND_TURNS)
        self._ending = threading.Event()
        self._next_heartbeat = 0.0
        self._solver = threading.Thread(target=self._loop.run_forever, name="solver")
        self._watcher = threading.Thread(target=self._watch, name="watcher")

    def start(self) -> None:
        self._solver.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        self._watcher.start()

    def solve_turn(self, turn_id: UUID) -> None:
        """Claim a turn and solve it to its end; returns at once where it is not to be had."""
        self._tools.decided.wait()  # a turn waits, visibly queued, while the model is loading
        if self._ending.is_set():
            return
        holds_place = self._background.acquire(blocking=False)
        try:
            claim = leases.claim(turn_id, background=holds_place)
            connection.close()  # a database has fewer connections than a worker has turns
            if holds_place and not (claim and claim.turn.background):
                self._background.release()
                holds_place = False
            if claim is not None:
                asyncio.run_coroutine_threadsafe(self._solve(claim), self._loop).result()
        finally:
            if holds_place:
                self._background.release()

    def lend(self, work: Callable[[Tools], Coroutine[Any, Any, None]]) -> None:
        """Run `work` on the loop with this worker's tools; returns when it has ended. Cancelled when the worker is to end."""
        self._tools.decided.wait()
        if self._ending.is_set():
            return
        asyncio.run_coroutine_threadsafe(self._lend(work), self._loop).result()

    def release(self) -> None:
        """Give every turn back to the queue, and end what was lent the tools: this worker is asked to end."""
        self._ending.set()
        self._tools.decided.set()
        self._interrupt(self._jobs.copy(), "released")
        for lent in list(self._lent):
            self._loop.call_soon_threadsafe(lent.cancel)

    def close(self) -> None:
        self.release()
        self._watcher.join()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._solver.join()
        self._loop.close()
        leases.sign_off()

    # --- On the loop ----------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        self._tools = Tools()
        self._tools.start()
        self._flusher = Flusher()
        self._flushing = asyncio.create_task(self._flusher.run(), name="flusher")
        for task in (self._flushing, *self._tools.watches):
            task.add_done_callback(_task_ended)

    async def _close(self) -> None:
        await asyncio.gather(*(job.gone.wait() for job in self._jobs), *self._lent, return_exceptions=True)
        self._flushing.cancel()
        self._flusher.close()
        await self._tools.close()

    async def _solve(self, claim: leases.Claim) -> None:
        log = TurnLog(self._flusher, claim.turn, claim.last)
        job = Job(claim, log, self._tools)
        for earlier in self._jobs:
            if earlier.turn.pk == claim.turn.pk:
                earlier.interrupt("lost")
        self._jobs.add(job)
        if self._ending.is_set():
            job.interrupt("released")
        try:
            await job.run()
        except LeaseLost:
            logger.info("Turn %s goes on elsewhere", claim.turn.pk)
        finally:
            self._jobs.remove(job)
            job.gone.set()

    async def _lend(self, work: Callable[[Tools], Coroutine[Any, Any, None]]) -> None:
        with self._tools.using():
            lent = asyncio.create_task(work(self._tools))
            self._lent.add(lent)
            try:
                await asyncio.wait({lent})
            finally:
                self._lent.discard(lent)
        if not lent.cancelled():
            lent.result()  # an error is the caller's

    def _interrupt(self, jobs: Iterable[Job], why: Interruption) -> None:
        for job in jobs:
            self._loop.call_soon_threadsafe(job.interrupt, why)

    # --- On the watcher's thread ----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        workers.watch("watcher", self._look, every=LOOK, ending=self._ending)

    def _held(self) -> dict[UUID, Job]:
        return {job.turn.pk: job for job in self._jobs.copy() if not job.lost}

    def _look(self) -> None:
        self._find_interrupted()
        if time.monotonic() >= self._next_heartbeat:
            self._next_heartbeat = time.monotonic() + HEARTBEAT
            self._heartbeat()

    def _find_interrupted(self) -> None:
        held = self._held()
        if held:
            found = leases.look({turn_id: job.log.run for turn_id, job in held.items()})
            self._interrupt((held[turn_id] for turn_id in found.stopped), "stopped")
            self._interrupt((held[turn_id] for turn_id in found.lost), "lost")

    def _heartbeat(self) -> None:
        tools = self._tools
        leases.renew(self._held())
        leases.report(
            model=tools.engine.model,
            loading=tools.engine_loading,
            engine_error=tools.engine_error,
            sandbox_error=tools.sandbox_error,
            scorer=tools.scorer.model if tools.scorer else "",
            serving=tools.serving.name,
            serving_error=tools.serving_error,
        )
        leases.sweep(idle=not tools.engine_loading and len(self._jobs) < settings.TURNS_PER_WORKER)


def _task_ended(task: "asyncio.Task[None]") -> None:
    """Of a task that fails only by a mistake of ours. It is cancelled where this worker closes."""
    if not task.cancelled() and (error := task.exception()):
        workers.end_process(task.get_name(), error)
