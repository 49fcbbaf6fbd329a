"""Following one turn's event log to its end, for whoever is no socket: the database is looked into, no bell is needed."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator

from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from tutor import eventlog, standing
from tutor.eventlog import Entry
from tutor.models import Turn

logger = logging.getLogger(__name__)

SIGN = 5.0  # seconds between the signs that a turn is followed, for the workers
SOON, LATER = 0.1, 1.0  # seconds to the next look: while the log grows, and once it has stood still
PATIENCE = 60.0  # seconds without a worker, or without the database


class TurnLost(Exception):
    """The turn was deleted, or there is nobody left who could work on it."""


async def follow(turn: Turn) -> AsyncGenerator[Entry | None]:
    """The turn's entries in order, from the first to the one that ends it; None for each second of silence. Raises `TurnLost`."""
    sent, pause, attended, signed = 0, SOON, time.monotonic(), -math.inf
    while True:
        if time.monotonic() - signed > SIGN and await _sign(turn):
            signed = time.monotonic()
        entries = await _look(turn, sent)
        for entry in entries:
            yield entry
            sent = entry["seq"]
            if entry["kind"] in eventlog.FINAL:
                return
        pause = SOON if entries else min(2 * pause, LATER)
        if pause == LATER:
            yield None
        if entries or (pause == LATER and await _has_worker()):
            attended = time.monotonic()
        elif time.monotonic() - attended > PATIENCE:
            raise TurnLost
        await asyncio.sleep(pause)


async def _sign(turn: Turn) -> bool:
    """Without it the workers stop the turn (`leases.UNREAD`)."""
    try:
        await database_sync_to_async(Turn.objects.filter(pk=turn.pk).update)(followed=timezone.now())
    except (OperationalError, InterfaceError):
        return False  # `_look` says so
    return True


async def _look(turn: Turn, after: int) -> list[Entry]:
    try:
        return await _entries(turn, after)
    except (OperationalError, InterfaceError) as error:
        logger.warning("A turn's log could not be read; it will be looked into again: %s", error)
        return []


@database_sync_to_async
def _entries(turn: Turn, after: int) -> list[Entry]:
    entries = eventlog.read(turn.pk, after)
    if not entries and not Turn.objects.filter(pk=turn.pk).exists():
        raise TurnLost
    return entries


async def _has_worker() -> bool:
    try:
        return not (await database_sync_to_async(standing.state)()).no_worker
    except (OperationalError, InterfaceError):
        return False
