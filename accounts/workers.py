"""Work that waits in the database: telling the workers of it, getting through it, and the end of a worker that cannot."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from celery import current_app
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Model, QuerySet
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

CONTENDED = 20  # rows that others may take before us until we look again


def ring(task: str, *arguments: str) -> None:
    """Send a task's message once the transaction commits. One that is lost costs seconds: the workers look for what waits."""
    transaction.on_commit(partial(ring_now, task, *arguments))


def ring_now(task: str, *arguments: str) -> None:
    """Without waiting for a transaction."""
    try:
        current_app.send_task(task, arguments)
    except OperationalError as error:
        logger.warning("The broker did not take %s: %s", " ".join((task, *arguments)), error)


def end_process(part: str, error: BaseException | None) -> None:
    """A worker of which a part ended by a mistake of ours is none: end it, so that its work is taken back and it is started again."""
    logger.critical("The %s ended; so does this worker", part, exc_info=error)
    os.kill(os.getpid(), signal.SIGKILL)


def watch(part: str, look: Callable[[], None], *, every: float, ending: threading.Event) -> None:
    """What a worker's watching thread does: look every so many seconds until it is `ending`. A database that is away is waited for; a
    mistake of ours ends the process.
    """
    try:
        while not ending.wait(every):
            try:
                look()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The %s could not use the database: %s", part, error)
                connection.close()
    finally:
        connection.close()
        if not ending.is_set():
            end_process(part, sys.exception())


def claim_first[M: Model](waiting: QuerySet[M], **fields: Any) -> Any | None:  # noqa: ANN401 (a key)
    """Take the first of the rows that wait, in their order, by giving it `fields` that end its waiting; its key, None where none waits."""
    for pk in waiting.values_list("pk", flat=True)[:CONTENDED]:
        if waiting.filter(pk=pk).update(**fields):
            return pk
    return None


async def work_off[T](claim: Callable[[], T | None], work: Callable[[T], Awaitable[None]], busy: asyncio.Lock) -> None:
    """One after the other until none waits; returns at once where this process is at that already, and so holds `busy`."""
    if busy.locked():
        return
    async with busy:
        while (claimed := await in_database(claim)) is not None:
            await work(claimed)


async def in_database[**P, T](function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call what uses the database, in a thread."""
    return await asyncio.to_thread(_closing, partial(function, *arguments, **named))


def _closing[T](function: Callable[[], T]) -> T:
    """The thread is any of a pool, and may not be asked again for long."""
    try:
        return function()
    finally:
        connection.close()
