"""A turn's log read by whoever is no socket: to its end, and not for ever where nobody writes it."""

import asyncio
from contextlib import aclosing

import pytest
from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from tutor import asking, eventlog, following, standing
from tutor.models import TurnEvent, Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_haste(monkeypatch):
    for name, seconds in (("SOON", 0.01), ("LATER", 0.02), ("PATIENCE", 0.2)):
        monkeypatch.setattr(following, name, seconds)


@pytest.fixture
def turn(db):
    return asking.ask(User.objects.create_user("student"), "What is 1 + 1?", "cot", "en")


@pytest.fixture
def worker(db):
    return Worker.objects.create(name="one", seen=timezone.now())


async def kinds(turn):
    return [entry["kind"] async for entry in following.follow(turn) if entry]


async def test_the_log_is_read_to_its_end_while_it_grows(turn, worker):
    reading = asyncio.create_task(kinds(turn))
    for seq, kind in enumerate(("started", "token", "done"), 2):
        await asyncio.sleep(0.05)
        await TurnEvent.objects.acreate(turn=turn, seq=seq, run=1, kind=kind, payload={})
    assert await reading == ["queued", "started", "token", "done"]


async def test_without_a_worker_the_wait_has_an_end(turn):
    with pytest.raises(following.TurnLost):
        await kinds(turn)


async def test_with_a_worker_it_is_waited_for(turn, worker):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await kinds(turn)


async def test_a_deleted_turn_ends_the_wait(turn, worker):
    reading = asyncio.create_task(kinds(turn))
    await database_sync_to_async(turn.conversation.delete)()
    with pytest.raises(following.TurnLost):
        await reading


def away(*_arguments, **_named):
    raise OperationalError("the database is away")


async def test_a_database_that_is_away_for_a_moment_is_looked_into_again(turn, worker, monkeypatch):
    read, errors = eventlog.read, iter((OperationalError, InterfaceError))

    def read_later(*arguments):
        if error := next(errors, None):
            raise error
        return read(*arguments)

    monkeypatch.setattr(eventlog, "read", read_later)
    await TurnEvent.objects.acreate(turn=turn, seq=2, run=1, kind="done", payload={})
    assert await kinds(turn) == ["queued", "done"]


async def test_a_database_that_stays_away_ends_the_wait(turn, worker, monkeypatch):
    for place, name in ((eventlog, "read"), (standing, "state"), (QuerySet, "update")):
        monkeypatch.setattr(place, name, away)
    with pytest.raises(following.TurnLost):
        await kinds(turn)


async def test_silence_is_told(turn, worker):
    async with aclosing(following.follow(turn)) as entries:
        assert (await anext(entries))["kind"] == "queued"
        assert [await anext(entries) for _second in range(2)] == [None, None]


async def test_the_workers_see_that_somebody_follows(turn, worker, monkeypatch):
    monkeypatch.setattr(following, "SIGN", 0.1)
    assert turn.followed is None
    reading, seen = asyncio.create_task(kinds(turn)), set()
    for _ in range(5):
        await asyncio.sleep(0.2)
        await turn.arefresh_from_db()
        seen.add(turn.followed)
    reading.cancel()
    assert len(seen) > 2
    assert None not in seen
