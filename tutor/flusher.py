"""How a worker writes the events of all its turns: gathered for a moment, numbered, in one transaction, then announced."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Model
from redis.exceptions import RedisError

from tutor import eventlog
from tutor.eventlog import Entry
from tutor.models import Candidate, Key, Plot, Turn, TurnEvent

logger = logging.getLogger(__name__)

INTERVAL = 0.04  # seconds between flushes: below what a reader sees, above what a row costs
REST = 4.0  # times a flush's own length until the next one: with many turns it gathers longer and so writes less
LONGEST = 0.1  # seconds between flushes at most, however long one takes
OUTAGE = 30.0  # seconds that a database may be away before its turns are left to be taken back
RETRY = 0.5


class LeaseLost(Exception):
    """The turn is no longer this worker's; nothing more of it can be written."""


class TurnLog:
    """One running turn's log, as its worker writes it. Belongs to the flusher's event loop."""

    def __init__(self, flusher: "Flusher", turn: Turn, last: int) -> None:
        self.turn_id: UUID = turn.pk
        self.conversation_id: UUID = turn.conversation_id
        self.run = turn.run
        self.last = last
        self.lost = False
        self.on_lost: Callable[[], None] | None = None  # called once nothing more can be written: whoever solves the turn is to end
        self.ended = False
        self.pending: list[Entry] = []
        self.rows: list[Model] = []  # to be stored with the next event; see `add_rows`
        self.fields: dict[str, Any] = {}
        self._flusher = flusher
        self._quiet = True  # nothing of this run was shown yet: what comes first does not wait

    def add(self, kind: str, data: dict[str, Any], **fields: object) -> None:
        """Append an event; `fields` of the Turn change in the same transaction."""
        eventlog.merge(self.pending, Entry(seq=0, run=self.run, kind=kind, data=_storable(data)))
        self.fields |= _storable(fields)
        self.ended = self.ended or kind in eventlog.FINAL
        self._flusher.wake(self, now=kind != "token" or self._quiet)
        self._quiet = kind != "token"

    def add_rows(self, *rows: Model) -> None:
        """Store rows with the next event."""
        for row in rows:
            for field in row._meta.concrete_fields:
                setattr(row, field.attname, _storable(getattr(row, field.attname)))
        self.rows += rows

    def add_plots(self, images: tuple[bytes, ...]) -> list[str]:
        """Store pictures with the next event; their ids."""
        plots = [Plot(turn_id=self.turn_id, png=png) for png in images]
        self.add_rows(*plots)
        return [str(plot.pk) for plot in plots]

    async def settled(self) -> None:
        """Return when all that was added is written; raises `LeaseLost` where it cannot be."""
        await self._flusher.flushed(self)
        if self.lost:
            raise LeaseLost

    def lose(self) -> None:
        """Nothing more of it can be written."""
        self.lost = True
        if self.on_lost:
            self.on_lost()

    def take(self) -> "Batch":
        """All that waits to be written, numbered."""
        for entry in self.pending:
            self.last += 1
            entry["seq"] = self.last
        batch = Batch(self, self.run, self.pending, self.rows, self.fields)
        self.pending, self.rows, self.fields = [], [], {}
        return batch


def _storable(value: Any) -> Any:  # noqa: ANN401 (what a column or an event holds)
    """Postgres takes neither NUL nor half a surrogate pair, and model-written code prints what it likes."""
    match value:
        case str():
            return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
    return value


class Batch:
    """What one flush writes of one turn."""

    def __init__(self, log: TurnLog, run: int, entries: list[Entry], rows: list[Model], fields: dict[str, Any]) -> None:
        self.log, self.run, self.entries, self.rows, self.fields = log, run, entries, rows, fields

    def write_fields(self) -> None:
        if not self.fields:
            return
        held = Turn.objects.filter(pk=self.log.turn_id, state=Turn.State.RUNNING, run=self.run)
        if not held.update(**self.fields):
            raise LeaseLost


class Flusher:
    """The one writer of a worker process."""

    def __init__(self) -> None:
        self._dirty: set[TurnLog] = set()
        self._wake = asyncio.Event()
        self._now = asyncio.Event()
        self._written = asyncio.Condition()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flusher")
        self._bell_broken = False
        self._writing: set[TurnLog] = set()

    def wake(self, log: TurnLog, *, now: bool) -> None:
        """`log` has something to write; `now`: a reader waits for it."""
        self._dirty.add(log)
        self._wake.set()
        if now:
            self._now.set()

    async def flushed(self, log: TurnLog) -> None:
        async with self._written:
            await self._written.wait_for(lambda: log.lost or not (log in self._dirty or log in self._writing))

    async def run(self) -> None:
        """Flush for ever."""
        loop = asyncio.get_running_loop()
        due = 0.0
        while True:
            await self._wake.wait()
            await self._gather(due - loop.time())
            began = loop.time()
            batches = self._take()
            lost = await loop.run_in_executor(self._thread, _persist, batches)
            await self._ring([batch for batch in batches if batch.log not in lost])
            await self._settle(lost)
            due = began + min(max(INTERVAL, REST * (loop.time() - began)), LONGEST)

    async def _gather(self, seconds: float) -> None:
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._now.wait()
            except TimeoutError:
                return  # nobody was in a hurry

    def _take(self) -> list[Batch]:
        batches = [log.take() for log in self._dirty if not log.lost]
        self._writing = {batch.log for batch in batches}
        self._dirty.clear()
        self._wake.clear()
        self._now.clear()
        return batches

    async def _ring(self, batches: list[Batch]) -> None:
        broken = False
        for batch in batches:
            try:
                await eventlog.ring(batch.log.conversation_id, batch.log.turn_id, batch.entries)
            except (RedisError, OSError) as error:
                if not self._bell_broken:
                    logger.warning("The channel layer is away (%s); sockets read the database until it is back", error)
                broken = True
                break  # the others would only wait for the same error
        self._bell_broken = broken

    async def _settle(self, lost: list[TurnLog]) -> None:
        for log in lost:
            log.lose()
            self._dirty.discard(log)
        async with self._written:
            self._writing = set()
            self._written.notify_all()

    def close(self) -> None:
        self._thread.shutdown()


def _persist(batches: list[Batch]) -> list[TurnLog]:
    """Write, and outlive a database that is locked or away for a while; the logs that could not be written."""
    deadline = time.monotonic() + OUTAGE
    while True:
        try:
            return _write(batches)
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() > deadline:
                logger.error("The database is away; %d turns are left to be taken back: %s", len(batches), error)
                return [batch.log for batch in batches]
            logger.warning("Writing events again in %s s: %s", RETRY, error)
            time.sleep(RETRY)


def _write(batches: list[Batch]) -> list[TurnLog]:
    try:
        _insert(batches)
    except (DataError, IntegrityError, LeaseLost) as error:  # one of them at least cannot be written: which?
        if len(batches) == 1:
            logger.warning("Turn %s is not this worker's any more: %r", batches[0].log.turn_id, error)
            return [batches[0].log]
        return [lost for batch in batches for lost in _write([batch])]
    return []


def _insert_keys(keys: list[Key]) -> None:
    Key.objects.bulk_create([key for key in keys if not key.replaces], ignore_conflicts=True)
    Key.objects.bulk_create(
        [key for key in keys if key.replaces],
        update_conflicts=True,
        unique_fields=["turn"],
        update_fields=["model", "content", "created"],
    )


def _insert_candidates(candidates: list[Candidate]) -> None:
    """Each is stored when it is complete, and again when one of all is picked; both may come in one flush."""
    newest = {(candidate.turn_id, candidate.number): candidate for candidate in candidates}
    Candidate.objects.bulk_create(
        newest.values(),
        update_conflicts=True,
        unique_fields=["turn", "number"],
        update_fields=["answer", "text", "checked", "tokens", "score", "group", "picked"],
    )


def _insert(batches: list[Batch]) -> None:
    with transaction.atomic():
        if Turn.objects.filter(pk__in=[batch.log.turn_id for batch in batches], joined=True).exists():
            raise LeaseLost  # this worker stood still for a day: the log has other numbers now, and ours might be free
        stored = [row for batch in batches for row in batch.rows]
        Plot.objects.bulk_create([row for row in stored if isinstance(row, Plot)])
        _insert_candidates([row for row in stored if isinstance(row, Candidate)])
        _insert_keys([row for row in stored if isinstance(row, Key)])
        TurnEvent.objects.bulk_create([row for batch in batches for row in eventlog.rows(batch.log.turn_id, batch.entries)])
        for batch in batches:
            batch.write_fields()
