"""A turn's event log: every append, and the bell that tells the sockets of it.

Whoever appends has seen the whole log, because `seq` is unique in a turn: a worker that lost its lease collides with what
was appended since, and writes nothing more. Of a turn that is over for long, the tokens are joined; `tutor.flusher` looks for that.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypedDict
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from redis.exceptions import RedisError

from tutor.models import Turn, TurnEvent

logger = logging.getLogger(__name__)


class Entry(TypedDict):
    """An event as the sockets and the page get it."""

    seq: int
    run: int
    kind: str
    data: dict[str, Any]


FINAL = ("done", "failed", "stopped")  # kinds that end a turn
PAGE = 500  # entries that one query reads
BELL_LIMIT = 8_000  # characters of payload that a bell carries; above it the consumer reads the database
LOOK_BACK = 512  # entries: more candidates than that are never written at once
JOINED_AFTER = timedelta(days=1)  # behind a turn's end: no socket is in the middle of its log any more
JOINED_AT_ONCE = 4  # turns; a worker's watcher has other things to do, four times a second
FINISH_TRIES = 5  # against a worker that still writes; each of its writes can make us collide once


def merge(entries: list[Entry], entry: Entry) -> None:
    """Add `entry`; a token is joined to what the same candidate said last, where that is a token of the same run and part.

    What other candidates said in between does not matter: between candidates there is no order. The last entry's `seq` is always the
    newest.
    """
    said = _said_last(entries, entry) if entry["kind"] == "token" else None
    if said is None:
        entries.append(entry)
    else:
        said["data"]["text"] += entry["data"]["text"]
        entries[-1]["seq"] = entry["seq"]


def _said_last(entries: list[Entry], token: Entry) -> Entry | None:
    for entry in reversed(entries[-LOOK_BACK:]):
        if entry["run"] != token["run"] or "candidate" not in entry["data"]:
            return None
        if entry["data"]["candidate"] == token["data"]["candidate"]:
            same = entry["kind"] == "token" and entry["data"]["part"] == token["data"]["part"]
            return entry if same else None
    return None


def finish(turn_id: UUID, condition: Q, kind: str, data: dict[str, Any], *, state: Turn.State, failure: str = "") -> bool:
    """Change a turn's state and append the event that says so, together; False when `condition` does not hold (any more).

    For everybody but the worker that holds the turn.
    """
    for attempt in range(1, FINISH_TRIES + 1):
        try:
            with transaction.atomic():
                return _finish(turn_id, condition, kind, data, {"state": state, "failure": failure})
        except IntegrityError:  # the lost worker wrote between our reading and our writing: read again
            if attempt == FINISH_TRIES:
                raise
    raise AssertionError("unreachable")


def _finish(turn_id: UUID, condition: Q, kind: str, data: dict[str, Any], fields: dict[str, Any]) -> bool:
    finished = None if fields["state"] == Turn.State.QUEUED else timezone.now()
    if not Turn.objects.filter(condition, pk=turn_id).update(lease_expires=None, finished=finished, **fields):
        return False
    turn = Turn.objects.get(pk=turn_id)
    last = turn.events.aggregate(last=Max("seq"))["last"] or 0
    entry = Entry(seq=last + 1, run=turn.run, kind=kind, data=data)
    TurnEvent.objects.bulk_create(rows(turn_id, [entry]))
    transaction.on_commit(lambda: _ring_now(turn.conversation_id, turn_id, [entry]))
    return True


def join_old() -> None:
    """Make the logs of some turns short that are over for long: a row for each token that was ever written is hundreds a question."""
    ended = Exists(TurnEvent.objects.filter(turn=OuterRef("pk"), kind__in=FINAL))  # or a page would wait for the end, and be sent away
    old = Turn.objects.filter(ended, joined=False, finished__lt=timezone.now() - JOINED_AFTER)
    for pk in old.order_by("finished").values_list("pk", flat=True)[:JOINED_AT_ONCE]:
        join(pk)


def join(turn_id: UUID) -> None:
    """Store the log of a turn that is over as `merge` makes it, numbered anew: once, by one worker, wholly or not at all."""
    with transaction.atomic():
        if not Turn.objects.filter(pk=turn_id, joined=False, finished__isnull=False).update(joined=True):
            return
        log = TurnEvent.objects.filter(turn=turn_id)
        entries: list[Entry] = []
        for event in log:
            merge(entries, Entry(seq=event.seq, run=event.run, kind=event.kind, data=event.payload))
        for seq, entry in enumerate(entries, 1):
            entry["seq"] = seq
        log.delete()
        TurnEvent.objects.bulk_create(rows(turn_id, entries))


def group(conversation_id: UUID) -> str:
    """The channel-layer group that the sockets of a conversation join."""
    return f"conversation.{conversation_id.hex}"


async def ring(conversation_id: UUID, turn_id: UUID, entries: list[Entry]) -> None:
    """Tell the sockets of new entries; raises RedisError or OSError.

    A bell that is lost costs a second: the sockets look into the database themselves.
    """
    layer = get_channel_layer()
    assert layer is not None  # settings have one
    size = sum(len(str(entry["data"])) for entry in entries)
    message = {"type": "turn.events", "turn": str(turn_id), "events": entries if size <= BELL_LIMIT else []}
    await layer.group_send(group(conversation_id), message)


def _ring_now(conversation_id: UUID, turn_id: UUID, entries: list[Entry]) -> None:
    try:
        async_to_sync(ring)(conversation_id, turn_id, entries)
    except (RedisError, OSError) as error:
        logger.warning("No bell for turn %s: %s", turn_id, error)


def read(turn_id: UUID, after: int) -> list[Entry]:
    """The turn's entries behind `seq` `after`, in order; `PAGE` at most."""
    events = TurnEvent.objects.filter(turn=turn_id, seq__gt=after)[:PAGE]
    return [Entry(seq=event.seq, run=event.run, kind=event.kind, data=event.payload) for event in events]


def rows(turn_id: UUID, entries: Iterable[Entry]) -> list[TurnEvent]:
    """Entries as database rows."""
    return [TurnEvent(turn_id=turn_id, seq=e["seq"], run=e["run"], kind=e["kind"], payload=e["data"]) for e in entries]
