"""No request fills the disk, whoever sends it."""

import asyncio

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

from config import bounds

pytestmark = pytest.mark.django_db(transaction=True)


async def answer(path, body, headers):
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [(b"host", b"testserver"), *headers]}
    app = ApplicationCommunicator(bounds.bounded(get_asgi_application()), scope)
    for _piece in range(2):
        await app.send_input({"type": "http.request", "body": body, "more_body": True})
    await app.send_input({"type": "http.request", "body": b""})
    await app.wait(10)
    return app.output_queue.get_nowait()["status"], app.output_queue.get_nowait()["body"].decode()


@pytest.mark.parametrize(
    ("path", "says_so", "status", "words"),
    [
        ("/accounts/login/", True, 413, "内容太大"),
        ("/accounts/login/", False, 413, "内容太大"),
        ("/v1/chat/completions", True, 400, '"code": "context_length_exceeded"'),
        ("/training/data/import/", True, 403, ""),  # it is Django's to refuse
        ("/training/data/import/", False, 403, ""),
    ],
)
async def test_a_request_is_taken_up_to_a_size(monkeypatch, path, says_so, status, words):
    monkeypatch.setattr(bounds, "LARGEST", 1_000)
    size = (b"content-length", b"1200") if says_so else (b"transfer-encoding", b"chunked")
    got, page = await answer(path, b"x" * 600, [(b"accept-language", b"zh-CN,zh"), size])
    assert got == status
    assert words in page


async def test_all_requests_together_do_not_fill_the_disk_and_small_ones_are_taken(monkeypatch):
    monkeypatch.setattr(bounds, "FREE", 500)
    monkeypatch.setattr(bounds, "TOGETHER", 1_000)
    reading, ended = asyncio.Event(), asyncio.Event()

    async def slow(scope, receive, send):
        await receive()
        reading.set()
        await ended.wait()

    holder = ApplicationCommunicator(bounds.bounded(slow), {"type": "http", "path": "/accounts/login/", "headers": []})
    await holder.send_input({"type": "http.request", "body": b"x" * 1_400, "more_body": True})
    await reading.wait()
    size = [(b"transfer-encoding", b"chunked")]
    assert (await answer("/accounts/login/", b"x" * 400, size))[0] == 503
    assert (await answer("/v1/chat/completions", b"x" * 400, size))[0] == 503
    assert (await answer("/accounts/login/", b"x" * 200, size))[0] == 403  # it is Django's to refuse
    ended.set()
    await holder.wait(10)
    assert (await answer("/accounts/login/", b"x" * 400, size))[0] == 403
