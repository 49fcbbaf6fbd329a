"""Many requests at once: how many, and what becomes of them when something ends."""

import asyncio
import gc
from contextlib import aclosing
from pathlib import Path

import pytest

from inference.engines import EngineRefused, EngineUnavailable
from inference.sandbox import SandboxUnavailable
from inference.sandbox.absent import NoSandbox
from training.pipeline import engine
from training.pipeline.engine import EngineConfig, in_flight
from training.pipeline.stage import Folder, StopAsked

FOUR = EngineConfig(out=Path("."), sequences=4)


class Work:
    """Tasks that last until they are let go; `running` counts those under way, `most` the most that ever were."""

    def __init__(self):
        self.running = self.most = self.cancelled = 0
        self.begun = []
        self.go = asyncio.Event()

    async def __call__(self, task):
        self.begun.append(task)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        return task


async def collect(work, folder, count=10):
    async with aclosing(in_flight(range(count), work, FOUR, folder)) as results:
        return [result async for result in results]


async def eventually(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.01)


async def test_so_many_are_under_way_and_no_more(tmp_path):
    work = Work()
    collecting = asyncio.create_task(collect(work, Folder(tmp_path)))
    await eventually(lambda: work.running == 4)
    work.go.set()
    assert sorted(await collecting) == list(range(10))
    assert work.most == 4


async def test_several_that_fail_at_once_are_one_error(tmp_path):
    """None is left for asyncio to complain of, with pages of its own."""
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))

    async def fail(_task):
        raise EngineRefused("no such model")

    with pytest.raises(EngineRefused):
        await collect(fail, Folder(tmp_path))
    gc.collect()
    assert complaints == []


async def test_tasks_are_taken_only_when_there_is_a_place_for_them(tmp_path):
    taken = []
    work = Work()
    tasks = (taken.append(number) or number for number in range(10**9))
    results = in_flight(tasks, work, FOUR, Folder(tmp_path))
    pulling = asyncio.ensure_future(anext(results))
    await eventually(lambda: work.running == 4)
    assert taken == [0, 1, 2, 3]
    work.go.set()
    await pulling
    await results.aclose()


async def test_what_is_under_way_when_it_is_asked_to_stop_is_handed_on(tmp_path):
    work, folder, got = Work(), Folder(tmp_path), []

    async def collecting():
        async with aclosing(in_flight(range(10), work, FOUR, folder)) as results:
            async for result in results:
                got.append(result)

    running = asyncio.create_task(collecting())
    await eventually(lambda: work.running == 4)
    folder.ask_stop()
    asyncio.get_running_loop().call_later(1.5, work.go.set)
    with pytest.raises(StopAsked):
        await running
    assert sorted(got) == sorted(work.begun) == [0, 1, 2, 3]


async def test_what_takes_too_long_then_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "GRACE", 0.1)
    work, folder = Work(), Folder(tmp_path)
    running = asyncio.create_task(collect(work, folder))
    await eventually(lambda: work.running == 4)
    folder.ask_stop()
    with pytest.raises(StopAsked):
        await running
    assert (work.running, work.cancelled) == (0, 4)


async def test_one_that_fails_ends_the_others(tmp_path):
    work = Work()

    async def failing(task):
        if task == 3:
            await asyncio.sleep(0.05)
            raise ValueError("three")
        return await work(task)

    with pytest.raises(ValueError, match="three"):
        await collect(failing, Folder(tmp_path))
    assert (work.running, work.cancelled) == (0, 3)


async def test_an_engine_is_asked_again_so_many_times(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "PAUSES", (0.0, 0.01))
    tries = []

    async def down(task):
        tries.append(task)
        if len(tries) < 3 or task == 1:
            raise EngineUnavailable("down")
        return task

    assert await collect(down, Folder(tmp_path), count=1) == [0]
    tries.clear()
    with pytest.raises(EngineUnavailable):
        await engine._patiently(down, 1)
    assert tries == [1, 1, 1]


async def test_without_a_sandbox_no_code_runs():
    with pytest.raises(SandboxUnavailable):
        await NoSandbox("No code is run here.").open()
