"""What breaks, and that no turn is lost, doubled or stuck by it, on both profiles."""

import asyncio
import sqlite3
import subprocess
import sys
import time

import psycopg
import pytest

from tutor.tests.stack import ROOT, check_whole, listens, wait_until


@pytest.fixture
async def running(stack):
    """A student, a turn in the middle of its answer, and the task that reads it over as many sockets as it takes."""
    student = stack.student()
    asked = student.ask("Count to 150")
    seen = []
    await asyncio.wait_for(student.watch(asked, seen, until=("token",)), 30)
    reading = asyncio.create_task(student.watch(asked, seen))
    yield student, asked, reading
    reading.cancel()


async def ends_whole(reading, numbers=150):
    seen = await asyncio.wait_for(reading, 45)
    check_whole(seen, numbers)
    return seen


async def test_killed_web_process(stack, running):
    _, _, reading = running
    stack.web.kill()
    stack.web.start()
    seen = await ends_whole(reading)
    assert seen[-1]["run"] == 1


async def test_killed_worker(stack, running):
    student, _, reading = running
    await asyncio.to_thread(stack.worker.kill)
    stack.worker.start()
    seen = await ends_whole(reading)
    assert seen[-1]["run"] == 2
    assert {"kind": "queued", "data": {"again": True}}.items() <= next(event for event in seen[1:] if event["kind"] == "queued").items()


async def test_ended_worker_gives_its_turns_back_at_once(stack, running):
    _, asked, reading = running
    began = time.monotonic()
    await asyncio.to_thread(stack.worker.kill, 15)
    assert stack.do("turn", turn=asked["turn"])["state"] == "queued"
    assert time.monotonic() - began < 5
    stack.worker.start()
    assert (await ends_whole(reading))[-1]["run"] == 2


async def test_frozen_worker_writes_nothing_more(stack, running):
    """Its turn is solved by another; thawed, it finds that out and keeps silent."""
    _, asked, reading = running
    other = stack.program("other", stack.worker.command)
    other.start()
    stack.worker.process.send_signal(19)  # SIGSTOP
    try:
        await asyncio.to_thread(stack.wait_for, asked["turn"], "queued", "done")
    finally:
        stack.worker.process.send_signal(18)  # SIGCONT, in the middle of the second run
    seen = await ends_whole(reading)
    other.kill(15)
    assert seen[-1]["run"] == 2
    assert len(stack.do("log", turn=asked["turn"])) == len(seen)


async def test_killed_broker(stack, running):
    student, _, reading = running
    stack.broker.kill()
    waiting = student.ask("Count to 10")  # asked while there is no broker
    await asyncio.sleep(0.5)
    stack.broker.start()
    await ends_whole(reading)
    await ends_whole(student.watch(waiting, []), 10)
    await ends_whole(student.watch(student.ask("Count to 11"), []), 11)


async def test_engine_that_goes_away_for_a_moment(stack, running):
    _, _, reading = running
    stack.fault(seconds=0.5)
    seen = await ends_whole(reading)
    assert seen[-1]["run"] == 2


async def test_database_that_goes_away_for_a_moment(stack, running):
    _, _, reading = running
    if stack.profile == "embedded":
        with sqlite3.connect(stack.directory / "lemma.sqlite3") as locking:
            locking.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(2)
        locking.close()
    else:
        server = stack.services[1]
        await asyncio.to_thread(server.kill, 2)  # SIGINT: fast shutdown
        await asyncio.sleep(1)
        server.start()
        wait_until(lambda: listens(stack.postgres_port), "no postgres")
    await ends_whole(reading)


@pytest.mark.parametrize("stack", ["production"], indirect=True)
def test_a_database_that_counts_bytes_is_refused(stack):
    with psycopg.connect(stack.environment["DATABASE_URL"], autocommit=True) as server:
        server.execute("CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0")
    environment = stack.environment | {"DATABASE_URL": stack.environment["DATABASE_URL"].removesuffix("postgres") + "bytes"}
    done = subprocess.run([sys.executable, "manage.py", "migrate"], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The database's encoding is SQL_ASCII." in done.stderr
