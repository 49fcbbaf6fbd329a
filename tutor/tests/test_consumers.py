"""What a socket does that real processes cannot be made to do on demand: a client that stands still, bells that are lost."""

import asyncio
import json
import subprocess
import tempfile
from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.urls import path

from accounts import sockets
from accounts.models import User
from accounts.sockets import BellConsumer
from tutor import asking, consumers, eventlog
from tutor.models import Turn, TurnEvent
from tutor.supervisor import answers, valkey_command, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
application = URLRouter([path("ws/<uuid:pk>/", consumers.ConversationConsumer.as_asgi())])


@pytest.fixture(autouse=True)
def layer_in_memory(settings):
    """These tests are about what is sent, not about Redis."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def turn(db):
    return asking.ask(User.objects.create_user("student"), "What is 1 + 1?", "cot", "en")


def token(turn, seq):
    data = {"candidate": 0, "part": "text", "text": str(seq)}
    TurnEvent.objects.create(turn=turn, seq=seq, run=1, kind="token", payload=data)
    return eventlog.Entry(seq=seq, run=1, kind="token", data=data)


async def ring(turn, *entries):
    message = {"type": "turn.events", "turn": str(turn.pk), "events": list(entries)}
    await get_channel_layer().group_send(eventlog.group(turn.conversation_id), message)


class Socket:
    """A client's end, without a network between."""

    def __init__(self, turn, user):
        scope = {"type": "websocket", "path": f"/ws/{turn.conversation_id}/", "user": user, "headers": []}
        self.ends = ApplicationCommunicator(application, scope)

    async def watch(self, turn, after):
        await self.ends.send_input({"type": "websocket.receive", "text": json.dumps({"watch": str(turn.pk), "after": after})})

    async def seqs(self, count):
        found = []
        while len(found) < count:
            frame = json.loads((await self.ends.receive_output(3))["text"])
            if frame["kind"] != "position":
                found.append(frame["seq"])
        return found

    async def close_code(self):
        while (message := await self.ends.receive_output(3))["type"] != "websocket.close":
            pass
        await self.leave()
        return message["code"]

    async def leave(self):
        await self.ends.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.ends.wait(3)


async def connected(turn):
    socket = Socket(turn, await User.objects.aget(username="student"))
    await socket.ends.send_input({"type": "websocket.connect"})
    assert (await socket.ends.receive_output(3))["type"] == "websocket.accept"
    await socket.watch(turn, after=1)
    return socket


async def test_bells_that_come_late_twice_or_not_at_all(turn):
    socket = await connected(turn)
    entries = [await database_sync_to_async(token)(turn, seq) for seq in range(2, 8)]
    await ring(turn, entries[2])  # seq 4: 2 and 3 were not told of
    assert await socket.seqs(6) == [2, 3, 4, 5, 6, 7]
    await ring(turn, entries[0], entries[1])
    await ring(turn)  # too large for the bell: look yourself
    entries.append(await database_sync_to_async(token)(turn, 8))
    assert await socket.seqs(1) == [8]  # by the healer alone
    assert await socket.ends.receive_nothing(0.2)
    await socket.leave()


async def test_without_a_broker_the_database_is_followed(turn, no_broker, monkeypatch):
    monkeypatch.setattr(consumers, "HEAL", 0.1)
    socket = await connected(turn)
    for seq in (2, 3):
        await database_sync_to_async(token)(turn, seq)
        assert await socket.seqs(1) == [seq]
    await socket.leave()


async def test_a_long_log_is_replayed_in_pages(turn, monkeypatch):
    monkeypatch.setattr(eventlog, "PAGE", 3)
    for seq in range(2, 12):
        await database_sync_to_async(token)(turn, seq)
    socket = await connected(turn)
    assert await socket.seqs(10) == list(range(2, 12))
    await socket.leave()


async def test_a_client_that_stands_still_is_closed_and_told_to_resume(turn, monkeypatch):
    monkeypatch.setattr(consumers, "SLOW", 0.05)
    student = await User.objects.aget(username="student")
    scope = {"type": "websocket", "path": f"/ws/{turn.conversation_id}/", "user": student, "headers": []}
    asked = asyncio.Queue()
    for message in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": json.dumps({"watch": str(turn.pk), "after": 0})}):
        asked.put_nowait(message)
    closed = asyncio.Future()

    async def send(message):
        if message["type"] == "websocket.send":
            await asyncio.sleep(60)
        elif message["type"] == "websocket.close":
            closed.set_result(message["code"])
            asked.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    await asyncio.wait_for(application(scope, asked.get, send), 5)
    assert closed.result() == consumers.TRY_LATER


async def test_a_socket_watches_so_many_turns(turn, monkeypatch):
    monkeypatch.setattr(consumers, "WATCHED", 1)
    again = await database_sync_to_async(asking.regenerate)(turn)
    socket = await connected(turn)
    await socket.watch(turn, after=1)  # the same one again
    await socket.watch(again, after=0)
    assert await socket.close_code() == consumers.BAD_MESSAGE


async def test_a_turn_that_has_ended_makes_room_for_another(turn, monkeypatch):
    monkeypatch.setattr(consumers, "WATCHED", 1)
    again = await database_sync_to_async(asking.regenerate)(turn)
    await TurnEvent.objects.acreate(turn=turn, seq=2, run=1, kind="done", payload={})
    socket = await connected(turn)
    assert await socket.seqs(1) == [2]
    await socket.watch(again, after=0)
    assert await socket.seqs(1) == [1]
    await socket.leave()


async def test_a_place_in_the_queue_is_told_once_and_not_behind_it(turn, monkeypatch):
    monkeypatch.setattr(consumers, "HEAL", 0.02)
    again = await database_sync_to_async(asking.regenerate)(turn)
    socket = await connected(again)
    frame = {"turn": str(again.pk), "kind": "position", "data": {"position": 2}}
    assert json.loads((await socket.ends.receive_output(3))["text"]) == frame
    assert await socket.ends.receive_nothing(0.3)
    await Turn.objects.filter(pk=turn.pk).aupdate(state="running")
    assert json.loads((await socket.ends.receive_output(3))["text"]) == frame | {"data": {"position": 1}}
    await Turn.objects.filter(pk=again.pk).aupdate(state="running")
    assert await socket.ends.receive_nothing(0.3)
    await socket.leave()


async def test_a_database_that_is_away_for_a_moment_is_looked_into_again(turn, monkeypatch):
    monkeypatch.setattr(consumers, "HEAL", 0.02)
    read, away = consumers._read, iter((OperationalError, InterfaceError))

    def read_later(*arguments):
        if error := next(away, None):
            raise error
        return read(*arguments)

    monkeypatch.setattr(consumers, "_read", read_later)
    await database_sync_to_async(token)(turn, 2)
    socket = await connected(turn)
    assert await socket.seqs(1) == [2]
    await socket.leave()


@pytest.mark.parametrize("after", [-1, "0", None])
async def test_what_is_no_place_in_a_log_closes_the_socket(turn, after):
    socket = await connected(turn)
    await socket.watch(turn, after)
    assert await socket.close_code() == sockets.BAD_MESSAGE


async def test_a_watch_of_who_may_not_read_here_is_not_answered(turn):
    for user, code in ((None, sockets.LOGGED_OUT), (AnonymousUser(), sockets.LOGGED_OUT), (await stranger(), sockets.NOT_THERE)):
        socket = Socket(turn, user)
        await socket.ends.send_input({"type": "websocket.connect"})
        await socket.watch(turn, after=0)
        assert await socket.close_code() == code


async def stranger():
    return await User.objects.acreate(username="stranger")


async def test_a_frame_that_is_too_long_is_not_read(turn):
    socket = await connected(turn)
    long = json.dumps({"watch": str(turn.pk), "after": 1, "more": [{}] * sockets.LONGEST})
    await socket.ends.send_input({"type": "websocket.receive", "text": long})
    assert await socket.close_code() == sockets.BAD_MESSAGE


def handed_over(turn):
    turn.conversation.owner = User.objects.create_user("other")
    turn.conversation.save()


def deactivated(turn):
    User.objects.filter(username="student").update(is_active=False)


@pytest.mark.parametrize("end", [lambda turn: turn.conversation.delete(), handed_over, deactivated])
async def test_a_conversation_that_is_no_longer_the_readers_closes_its_sockets_even_while_bells_ring(turn, end):
    socket = await connected(turn)
    await database_sync_to_async(end)(turn)
    await ring(turn, eventlog.Entry(seq=2, run=1, kind="token", data={"candidate": 0, "part": "text", "text": "2"}))
    assert await socket.close_code() == consumers.NOT_THERE


@pytest.fixture
def broker(settings):
    """A real one: a layer in memory forgets by itself."""
    with tempfile.TemporaryDirectory(prefix="lm-") as place:
        socket = Path(place) / "valkey.sock"
        hosts = {"hosts": [f"unix://{socket}"]}
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": hosts}}
        process = subprocess.Popen(valkey_command(Path(place) / "data", socket), stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(socket), "no broker")
        yield
        process.terminate()
        process.wait(10)


class Ending(BellConsumer):
    """A socket that ends just when its bell has rung, before it has listened."""

    async def receive(self, text_data=None, bytes_data=None):
        for _ring in range(2):
            await self.channel_layer.send(self.channel_name, {"type": "rung"})
        while self.channel_layer.channels[self.channel_name].qsize() != 1:  # noqa: ASYNC110 (the other was taken, and waits)
            await asyncio.sleep(0.01)
        raise StopConsumer


async def test_a_socket_that_ends_as_its_bell_rings_leaves_nothing_behind(broker):
    layer = get_channel_layer()
    socket = ApplicationCommunicator(Ending.as_asgi(), {"type": "websocket"})
    await socket.send_input({"type": "websocket.connect"})
    await socket.send_input({"type": "websocket.receive", "text": ""})
    await socket.wait(5)
    assert layer.channels == {}
    await layer.flush()
