"""How a worker writes: what it may no longer write, what it must not write, and what it merges."""

import asyncio

import pytest
from channels.db import database_sync_to_async

from accounts.models import User
from inference.tutoring.events import Keyed
from inference.tutoring.key import Key as Reference
from tutor import asking, leases, teaching
from tutor.flusher import Flusher, LeaseLost, TurnLog
from tutor.models import Candidate, Key, Turn, TurnEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def layer_in_memory(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def claims(db):
    student = User.objects.create_user("student")
    return [leases.claim(asking.ask(student, "What is 1 + 1?", "cot", "en").pk) for _ in range(2)]


@pytest.fixture
async def flusher():
    flusher = Flusher()
    running = asyncio.create_task(flusher.run())
    yield flusher
    running.cancel()
    flusher.close()


def token(text, part="text"):
    return {"candidate": 0, "text": text, "part": part}


@database_sync_to_async
def log_of(claim):
    return list(claim.turn.events.values_list("seq", "run", "kind", "payload"))


@pytest.fixture
def logs(claims, flusher):
    return [TurnLog(flusher, claim.turn, claim.last) for claim in claims]


async def test_tokens_are_joined_and_everything_is_numbered(claims, logs):
    log = logs[0]
    log.add("started", {"mode": "cot"})
    for text, part in (("a", "text"), ("b", "text"), ("c", "code"), ("d", "text")):
        log.add("token", token(text, part))
    log.add("done", {}, state=Turn.State.DONE, answer="2")
    await log.settled()
    events = await log_of(claims[0])
    assert [seq for seq, *_ in events] == [1, 2, 3, 4, 5, 6]
    assert [payload.get("text", kind) for _, _, kind, payload in events] == ["queued", "started", "ab", "c", "d", "done"]
    turn = await Turn.objects.aget(pk=log.turn_id)
    assert (turn.state, turn.answer) == ("done", "2")


async def test_a_key_made_before_stays_unless_it_was_wrong(claims, logs):
    log = logs[0]
    for answer, instead, stored in (("2", False, "2"), ("3", False, "2"), ("4", True, "4"), ("5", True, "5")):
        key = Reference(answer=answer, solution="", agreeing=2, count=2, checked=False)
        log.add_rows(teaching.row(claims[0].turn, Keyed(key=key, instead=instead), "a model"))
        log.add("working", {"stage": "preparing"})
        await log.settled()
        assert (await Key.objects.aget(turn_id=log.turn_id)).content["answer"] == stored


async def test_a_worker_that_lost_a_turn_writes_nothing_of_it_and_all_of_the_others(claims, logs):
    lost, kept = logs
    await TurnEvent.objects.acreate(turn_id=lost.turn_id, seq=2, run=2, kind="queued", payload={})  # another took it back
    lost.add("token", token("mine"))
    kept.add("token", token("kept"))
    with pytest.raises(LeaseLost):
        await lost.settled()
    await kept.settled()
    assert len(await log_of(claims[0])) == 2
    assert (await log_of(claims[1]))[-1][-1]["text"] == "kept"


async def test_a_worker_that_stood_still_for_a_day_adds_nothing_to_a_log_that_was_joined_meanwhile(claims, logs):
    await Turn.objects.filter(pk=logs[0].turn_id).aupdate(state="done", joined=True)
    logs[0].add("token", token("late"))
    with pytest.raises(LeaseLost):
        await logs[0].settled()
    assert len(await log_of(claims[0])) == 1


async def test_an_end_is_written_whole_or_not_at_all(claims, logs):
    log = logs[0]
    await Turn.objects.filter(pk=log.turn_id).aupdate(run=2)
    log.add("done", {}, state=Turn.State.DONE)
    with pytest.raises(LeaseLost):
        await log.settled()
    assert len(await log_of(claims[0])) == 1


async def test_what_postgres_does_not_store_is_replaced(claims, logs):
    said, stored = "a\x00b\ud800c", "a\ufffdb?c"
    log, turn = logs[0], claims[0].turn
    log.add_rows(Candidate(turn=turn, number=0, answer=said, text=said, checked=True, tokens=1, group=0, picked=True))
    key = Reference(answer="2", solution=said, agreeing=2, count=2, checked=False, samples=(said,))
    log.add_rows(teaching.row(turn, Keyed(key=key, instead=False), "a model"))
    log.add("token", token(said))
    log.add("reviewed", {"lines": [{"text": said}]}, progress={"asked": [said]})
    await log.settled()
    assert [payload for _, _, _, payload in await log_of(claims[0])][1:] == [token(stored), {"lines": [{"text": stored}]}]
    assert (await Turn.objects.aget(pk=turn.pk)).progress == {"asked": [stored]}
    candidate = await Candidate.objects.aget()
    assert (candidate.answer, candidate.text) == (stored, stored)
    content = (await Key.objects.aget()).content
    assert content == key.to_json() | {"solution": stored, "samples": [stored]}
