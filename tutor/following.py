"""Following one turn's event log to its end, for whoever is no socket: the bell tells, the database is the truth."""

import asyncio
from collections.abc import AsyncGenerator

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from tutor import eventlog
from tutor.eventlog import Entry
from tutor.models import Turn, TurnEvent

HEAL = 1.0  # seconds without a bell after which the database is looked into
FINAL = ("done", "failed", "stopped")


async def follow(turn: Turn) -> AsyncGenerator[Entry | None]:
    """The turn's entries in order, from the first to the one that ends it; None for each second in which nothing came."""
    layer = get_channel_layer()
    assert layer is not None  # settings have one
    channel = await layer.new_channel()
    group = eventlog.group(turn.conversation_id)
    await layer.group_add(group, channel)  # before the first look: what comes after it rings
    try:
        sent = 0
        while True:
            entries = await _entries(turn, sent)
            for entry in entries:
                yield entry
                sent = entry["seq"]
                if entry["kind"] in FINAL:
                    return
            if not entries:
                yield None
            await _bell(channel)
    finally:
        await layer.group_discard(group, channel)


async def _bell(channel: str) -> None:
    """Until something may be new. A bell's own entries are not used: they may come in any order, and the database is at hand."""
    layer = get_channel_layer()
    assert layer is not None
    try:
        async with asyncio.timeout(HEAL):
            await layer.receive(channel)
    except TimeoutError:
        return


@database_sync_to_async
def _entries(turn: Turn, after: int) -> list[Entry]:
    events = TurnEvent.objects.filter(turn=turn, seq__gt=after)
    return [Entry(seq=event.seq, run=event.run, kind=event.kind, data=event.payload) for event in events]
