"""The worker's process: turns that it loses and gets back, and what becomes of it when a part of it ends."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models import Q

from accounts.models import User
from inference.engines import Chunk
from inference.sandbox import SandboxError
from tutor import asking, eventlog, flusher, leases, runtime, solving, tools
from tutor.models import Turn
from tutor.runtime import Runtime
from tutor.supervisor import wait_until
from tutor.tests.stack import ROOT


class SlowEngine:
    """Says the same again and again until it has said enough; what is broken off may take until it is let go."""

    model = "slow"
    context = 100_000

    def __init__(self):
        self.enough, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    async def ready(self):
        pass

    async def stream(self, prompt, sampling, request_id):
        try:
            while not self.enough.is_set():
                yield Chunk("and ", 1)
                await asyncio.sleep(0.02)
            yield Chunk("\\boxed{2}", 1, "stop")
        finally:
            while not self.let_go.is_set():  # noqa: ASYNC110 (set by another thread)
                await asyncio.sleep(0.02)

    async def abort(self, request_id):
        pass

    async def close(self):
        pass


@pytest.fixture
def engine(monkeypatch):
    engine = SlowEngine()
    monkeypatch.setattr(tools, "engine_from_settings", lambda served: engine)
    return engine


@pytest.fixture
def worker(transactional_db, engine, settings, monkeypatch):
    """A runtime in this process, and threads that call it as Celery's do. It looks after its leases all the time."""

    async def no_sandbox():
        raise SandboxError("none")

    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    monkeypatch.setattr(tools, "open_sandbox", no_sandbox)
    monkeypatch.setattr(runtime, "HEARTBEAT", 0.2)
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=3))
    monkeypatch.setattr("accounts.workers.current_app.send_task", lambda name, arguments: None)
    worker = Runtime()
    worker.start()
    with ThreadPoolExecutor() as threads:
        worker.begin = lambda turn: threads.submit(worker.solve_turn, turn.pk)
        yield worker
        engine.let_go.set()
        worker.close()


@pytest.fixture
def turn(worker):
    return asking.ask(User.objects.create_user("student"), "What is 1 + 1?", "cot", "en")


def until(turn, **fields):
    wait_until(Turn.objects.filter(pk=turn.pk, **fields).exists, f"the turn does not come to {fields}", 20)


def tokens(turn):
    return turn.events.filter(kind="token")


def test_a_turn_that_an_outage_cost_its_log_is_ended_and_taken_back(worker, turn, engine, monkeypatch):
    first = worker.begin(turn)
    wait_until(tokens(turn).exists, "nothing is said")
    with monkeypatch.context() as outage:
        outage.setattr(flusher, "OUTAGE", 0.0)
        outage.setattr(flusher, "_insert", away)
        first.result(20)
    until(turn, state="queued")
    engine.enough.set()
    worker.begin(turn).result(20)
    turn.refresh_from_db()
    assert (turn.state, turn.run) == ("done", 2)


def test_a_turn_that_comes_back_while_its_lost_run_is_cleaned_up_is_held_and_can_be_stopped(worker, turn, engine, monkeypatch):
    monkeypatch.setattr(solving, "CLEANUP", 60.0)
    first = worker.begin(turn)
    wait_until(tokens(turn).exists, "nothing is said")
    engine.let_go.clear()
    taken_back = Q(state=Turn.State.RUNNING)  # by another worker, to which this one seemed dead
    eventlog.finish(turn.pk, taken_back, "queued", {"again": True}, state=Turn.State.QUEUED)
    second = worker.begin(turn)
    wait_until(tokens(turn).filter(run=2).exists, "the second run says nothing")
    assert not first.done()
    engine.let_go.set()
    first.result(20)
    turn.refresh_from_db()
    until(turn, state="running", run=2, lease_expires__gt=turn.lease_expires)
    Turn.objects.filter(pk=turn.pk).update(stop_requested=True)
    second.result(5)
    until(turn, state="stopped")


def test_a_turn_that_is_given_back_waits_and_is_sent_to_another_worker(worker, turn, monkeypatch):
    sent = []
    first = worker.begin(turn)
    wait_until(tokens(turn).exists, "nothing is said")
    monkeypatch.setattr("accounts.workers.current_app.send_task", lambda name, arguments: sent.append((name, *arguments)))
    worker.release()
    first.result(20)
    until(turn, state="queued", lease_expires=None, failure="")
    assert sent == [("tutor.tasks.solve_turn", str(turn.pk))]


def away(batches):
    raise OperationalError("the database is away")


BROKEN = """
import django, time
django.setup()
from tutor import runtime, tools

def broken(served):
    raise RuntimeError("nobody thought of this")

tools.engine_from_settings = broken
runtime.Runtime().start()
time.sleep(60)
"""


def test_a_worker_whose_watch_over_the_engine_ends_is_ended_and_says_so(tmp_path):
    embedded = {"LEMMA_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": "", "REDIS_URL": ""}
    ended = subprocess.run([sys.executable, "-c", BROKEN], cwd=ROOT, env=os.environ | embedded, capture_output=True, text=True, timeout=50)
    assert ended.returncode == -signal.SIGKILL
    assert "so does this worker" in ended.stderr
    assert "nobody thought of this" in ended.stderr
