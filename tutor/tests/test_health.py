"""What probes are told, by a whole stack of which parts are taken away, on both profiles."""

import time

import httpx
import pytest

from tutor.supervisor import wait_until
from tutor.tests.stack import listens


def ask(stack, what, **headers):
    answer = httpx.get(f"http://127.0.0.1:{stack.port}/health/{what}", headers={"Host": "10.0.0.7:8000"} | headers, timeout=10)
    return answer.status_code, answer.json()["missing"]


@pytest.fixture
def tell(stack):
    return lambda what: ask(stack, what)


def wait_for(tell, what, expected, seconds=30):
    wait_until(lambda: tell(what) == expected, f"/health/{what} is not {expected} but {tell(what)}", seconds)


def test_nothing_is_missing(stack, tell):
    for what in ("live", "ready", "whole"):
        wait_for(tell, what, (200, []))
        assert ask(stack, f"{what}/", Host="lemma.example") == (200, []), "by any name, and with a slash as well"
    assert httpx.head(f"http://127.0.0.1:{stack.port}/health/live").status_code == 200


def test_without_a_worker_pages_are_shown_all_the_same(stack, tell):
    stack.worker.kill(15)
    try:
        wait_for(tell, "whole", (503, ["worker"]))
        assert tell("ready") == tell("live") == (200, [])
    finally:
        stack.worker.start()
    wait_for(tell, "whole", (200, []), 60)


def test_without_a_broker(stack, tell):
    stack.broker.kill()
    try:
        wait_for(tell, "whole", (503, ["broker"]))
        assert tell("ready") == (200, [])
    finally:
        stack.broker.start()
    wait_for(tell, "whole", (200, []))


@pytest.mark.parametrize("stack", ["embedded"], indirect=True)
def test_without_the_engine(stack, tell):
    stack.fault(seconds=18)  # an engine that was ready is looked at each 15
    wait_for(tell, "whole", (503, ["model"]))
    assert tell("ready") == (200, [])
    wait_for(tell, "whole", (200, []), 60)


@pytest.mark.parametrize("stack", ["production"], indirect=True)
def test_without_the_database_no_page_can_be_shown(stack, tell):
    server = stack.services[1]
    server.kill(2)
    try:
        wait_for(tell, "ready", (503, ["database"]))
        assert tell("live") == (200, [])
        began = time.monotonic()
        assert tell("whole") == (503, ["database"])
        assert time.monotonic() - began < 5
    finally:
        server.start()
        wait_until(lambda: listens(stack.postgres_port), "no postgres")
    wait_for(tell, "whole", (200, []), 60)


def test_a_database_of_an_older_version_is_not_ready(stack, tell):
    stack.manage("migrate", "--fake", "tutor", "0009")
    try:
        wait_for(tell, "ready", (503, ["migrations"]))
    finally:
        stack.manage("migrate", "--fake", "tutor")
    wait_for(tell, "ready", (200, []))
