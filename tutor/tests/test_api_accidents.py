"""What nobody expected while a program's request was answered: it has the API's own error as well, and the log says where it happened."""

import json

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError
from django.test import AsyncClient

from accounts import keys
from accounts.middleware import LogInFirst
from accounts.models import User
from tutor import api, asking, queue
from tutor.models import Turn

pytestmark = pytest.mark.django_db(transaction=True)
OURS = {"type": "server_error", "param": None, "code": None}


@pytest.fixture
def headers(db, monkeypatch):
    monkeypatch.setattr(queue, "send", lambda pk: None)
    return {"Authorization": f"Bearer {keys.make(User.objects.create_user('student'), 'mine')}"}


async def ask(headers, **more):
    body = {"model": "lemma", "messages": [{"role": "user", "content": "1 + 1?"}]} | more
    return await AsyncClient().post("/v1/chat/completions", body, content_type="application/json", headers=headers)


def breaks(*_args, **_named):
    raise OperationalError("the secret name of a table")


async def follow_breaks(_turn):
    yield None
    breaks()


def check(error, caplog):
    assert {name: error[name] for name in OURS} == OURS
    assert error["message"]
    assert "secret" not in error["message"]
    assert [record.exc_info[0] for record in caplog.records if record.name == "tutor.api"] == [OperationalError]


@pytest.mark.parametrize("stream", [False, True])
async def test_before_there_is_an_answer(headers, monkeypatch, caplog, stream):
    monkeypatch.setattr(asking, "ask_once", breaks)
    answer = await ask(headers, stream=stream)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/json")
    check(answer.json()["error"], caplog)


async def test_while_an_answer_is_waited_for(headers, monkeypatch, caplog):
    monkeypatch.setattr(api, "follow", follow_breaks)
    answer = await ask(headers)
    assert answer.status_code == 500
    check(answer.json()["error"], caplog)


async def test_in_the_middle_of_a_stream(headers, monkeypatch, caplog):
    monkeypatch.setattr(api, "follow", follow_breaks)
    answer = await ask(headers, stream=True)
    pieces = [piece async for piece in answer.streaming_content]
    check(json.loads(pieces[-1].removeprefix(b"data: "))["error"], caplog)
    turn = await database_sync_to_async(Turn.objects.get)()
    assert turn.state == Turn.State.STOPPED, "nobody reads on"


async def test_a_key_that_could_not_be_looked_up(headers, monkeypatch, caplog):
    monkeypatch.setattr(keys, "admit", breaks)
    check((await ask(headers)).json()["error"], caplog)


async def test_before_any_view_is_reached(headers, monkeypatch):
    client = AsyncClient(raise_request_exception=False)
    elsewhere = await client.get("/v1/models", headers=headers | {"Host": "elsewhere.example"})
    assert (elsewhere.status_code, elsewhere.json()["error"]["type"]) == (400, "invalid_request_error")
    assert "text/html" in (await client.get("/history/", headers={"Host": "elsewhere.example"})).headers["Content-Type"]
    monkeypatch.setattr(LogInFirst, "process_view", breaks)
    broken = await AsyncClient(raise_request_exception=False).get("/v1/models", headers=headers)
    assert (broken.status_code, broken.json()["error"]["type"]) == (500, "server_error")
