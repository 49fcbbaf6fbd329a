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
from tutor.eventlog import Entry
from tutor.following import TurnLost
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


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [("too_long", 400, "context_length_exceeded"), ("sandbox_busy", 503, "sandbox_busy"), (None, 503, "no_worker")],
)
async def test_what_comes_to_no_end_is_said_and_what_was_written_of_it_counted(headers, monkeypatch, reason, status, code, stream):
    async def follow(_turn):
        yield Entry(seq=1, run=1, kind="token", data={"candidate": 0, "text": "1234" * 10, "part": "text"})
        if reason is None:
            raise TurnLost
        yield Entry(seq=2, run=1, kind="failed", data={"reason": reason})

    monkeypatch.setattr(api, "follow", follow)
    answer = await ask(headers, stream=stream)
    if stream:
        error = json.loads([piece async for piece in answer.streaming_content][-1].removeprefix(b"data: "))["error"]
    else:
        error = answer.json()["error"]
        assert answer.status_code == status
    assert error["code"] == code
    assert error["message"]
    assert await database_sync_to_async(keys.used_today)(await User.objects.aget()) == 10


async def test_a_key_that_could_not_be_looked_up(headers, monkeypatch, caplog):
    monkeypatch.setattr(keys, "admit", breaks)
    check((await ask(headers)).json()["error"], caplog)


async def test_who_has_too_many_questions_under_way_is_told_when_to_ask_again(headers, settings):
    settings.ACTIVE_TURNS_PER_USER = 0
    answer = await ask(headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "10")


async def test_before_any_view_is_reached(headers, monkeypatch):
    client = AsyncClient(raise_request_exception=False)
    elsewhere = await client.get("/v1/models", headers=headers | {"Host": "elsewhere.example"})
    assert (elsewhere.status_code, elsewhere.json()["error"]["type"]) == (400, "invalid_request_error")
    assert "text/html" in (await client.get("/history/", headers={"Host": "elsewhere.example"})).headers["Content-Type"]
    monkeypatch.setattr(LogInFirst, "process_view", breaks)
    broken = await AsyncClient(raise_request_exception=False).get("/v1/models", headers=headers)
    assert (broken.status_code, broken.json()["error"]["type"]) == (500, "server_error")


PAGE = {"Origin": "http://chat.example"}
ASKS_BEFORE = PAGE | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/models", "/v1"])
async def test_a_browser_that_asks_beforehand_is_let_in(settings, path):
    settings.SECURE_SSL_REDIRECT = True
    answer = await AsyncClient().options(path, headers=ASKS_BEFORE)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


async def test_a_page_of_another_site_may_read_replies_and_errors_of_the_api_alone(headers, monkeypatch):
    monkeypatch.setattr(api, "follow", follow_breaks)
    client = AsyncClient(raise_request_exception=False)
    answers = [
        await client.get("/v1/models", headers=headers | PAGE),
        await ask(headers | PAGE, stream=True),
        await client.get("/v1/models", headers=PAGE),
        await client.get("/v1/models", headers=headers | PAGE | {"Host": "elsewhere.example"}),
    ]
    assert [(answer.status_code, answer.headers["Access-Control-Allow-Origin"]) for answer in answers] == [
        (200, "*"),
        (200, "*"),
        (401, "*"),
        (400, "*"),
    ]
    assert "Access-Control-Allow-Origin" not in (await client.get("/accounts/login/", headers=PAGE)).headers
    assert (await client.options("/accounts/login/", headers=ASKS_BEFORE)).status_code != 204


@pytest.mark.parametrize("path", ["/models", "/chat/completions", "/v1"])
async def test_a_client_that_leaves_v1_out_is_told_so(headers, path):
    answer = await AsyncClient().post(path, {}, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_url")
    assert path == "/v1" or "ends in /v1" in answer.json()["error"]["message"]
