"""The training pages' socket: who may open it, and that it tells of news."""

import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from config.asgi import sockets
from training import consumers, live
from training.models import Run

pytestmark = pytest.mark.django_db(transaction=True)
application = URLRouter(sockets)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(consumers.TrainingConsumer, "seldom", 0.01)


@pytest.fixture
def run(db):
    return Run.objects.create(recipe="small", config={"stages": []}, device="cpu", queued=timezone.now())


async def opened(user, path):
    ends = ApplicationCommunicator(application, {"type": "websocket", "path": path, "user": user, "headers": []})
    await ends.send_input({"type": "websocket.connect"})
    assert (await ends.receive_output(5))["type"] == "websocket.accept"
    return ends, await ends.receive_output(5)


async def leave(ends):
    await ends.send_input({"type": "websocket.disconnect", "code": 1000})
    await ends.wait(5)


async def test_news_is_told_once_with_a_bell_or_without(run, admin, monkeypatch):
    ends, first = await opened(admin, f"/ws/training/{run.pk}/")
    _list, state = await opened(admin, "/ws/training/")
    await database_sync_to_async(Run.objects.update)(state="running", seen=timezone.now())
    await database_sync_to_async(live.ring)()
    assert json.loads((await ends.receive_output(1.5))["text"]) != json.loads(first["text"])
    assert json.loads((await _list.receive_output(1.5))["text"]) != json.loads(state["text"])
    await database_sync_to_async(live.ring)()
    assert await ends.receive_nothing(0.3)
    monkeypatch.setattr(consumers.TrainingConsumer, "look", 0.1)
    await database_sync_to_async(Run.objects.update)(seen=timezone.now())
    assert await ends.receive_output(5)  # no bell came
    await database_sync_to_async(run.delete)()
    assert (await ends.receive_output(5))["code"] == 4404
    await leave(_list)
    await ends.wait(5)


async def test_without_a_broker_news_is_told_all_the_same(run, admin, no_broker, monkeypatch):
    monkeypatch.setattr(consumers.TrainingConsumer, "look", 0.1)
    ends, _first = await opened(admin, f"/ws/training/{run.pk}/")
    await database_sync_to_async(Run.objects.update)(state="running", seen=timezone.now())
    assert json.loads((await ends.receive_output(5))["text"])["at"]
    await leave(ends)


@pytest.mark.parametrize("loss", [{"is_active": False}, {"role": "teacher"}])
async def test_who_administers_no_longer_is_cut_off(run, admin, monkeypatch, loss):
    monkeypatch.setattr(consumers.TrainingConsumer, "look", 0.1)
    sockets = [await opened(admin, path) for path in (f"/ws/training/{run.pk}/", "/ws/training/")]
    await User.objects.filter(pk=admin.pk).aupdate(**loss)
    for ends, _first in sockets:
        assert (await ends.receive_output(5))["code"] == 4404
        await leave(ends)


async def test_others_are_closed_out(run, admin):
    student = await database_sync_to_async(User.objects.create)(username="stu", role="student")
    for user, code in ((student, 4404), (AnonymousUser(), 4401)):
        for path in (f"/ws/training/{run.pk}/", "/ws/training/"):
            ends, said = await opened(user, path)
            assert (said["type"], said["code"]) == ("websocket.close", code)
            await leave(ends)
    await asyncio.sleep(0)
