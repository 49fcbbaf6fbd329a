"""No request fills the disk, whoever sends it."""

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

from config import bounds

pytestmark = pytest.mark.django_db(transaction=True)


async def status(path, body, headers):
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [(b"host", b"testserver"), *headers]}
    app = ApplicationCommunicator(bounds.bounded(get_asgi_application()), scope)
    for _piece in range(2):
        await app.send_input({"type": "http.request", "body": body, "more_body": True})
    await app.send_input({"type": "http.request", "body": b""})
    await app.wait(10)
    return None if app.output_queue.empty() else app.output_queue.get_nowait()["status"]


@pytest.mark.parametrize(
    ("path", "said", "expected"),
    [
        ("/accounts/login/", True, 413),
        ("/accounts/login/", False, None),  # broken off
        ("/training/data/import/", True, 403),  # it is Django's to refuse
        ("/training/data/import/", False, 403),
    ],
)
async def test_a_request_is_taken_up_to_a_size(monkeypatch, path, said, expected):
    monkeypatch.setattr(bounds, "LARGEST", 1_000)
    headers = [(b"content-length", b"1200")] if said else [(b"transfer-encoding", b"chunked")]
    assert await status(path, b"x" * 600, headers) == expected
