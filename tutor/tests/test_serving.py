"""Another model is chosen while a turn is being solved: the turn ends on the old one, the next begins on the new one. Over the real small
model, twice.
"""

import asyncio

import pytest
from channels.db import database_sync_to_async

from inference import weights
from inference.engines import EngineUnavailable, Sampling
from tutor import serving, tools
from tutor.tools import Tools

pytestmark = pytest.mark.django_db(transaction=True)
PROMPT = "<|im_start|>user\nCount from one to a hundred.<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture
def file(settings, monkeypatch):
    settings.ENGINE_URL = ""
    monkeypatch.setattr(tools, "LOOK_CHOSEN", 0.1)
    return str(weights.find(weights.SMOLLM2))


async def until(holds):
    async with asyncio.timeout(300):
        while not holds():  # noqa: ASYNC110 (what is waited for is another task's)
            await asyncio.sleep(0.05)


async def serve(name, file):
    await database_sync_to_async(serving.serve)(name, file)


async def solve(opened, began):
    """As a turn does: `began` is set with its first text; how its text ended."""
    with opened.using() as (engine, _scorer):
        finish = None
        async for chunk in engine.stream(PROMPT, Sampling(max_tokens=120), "turn"):
            began.set()
            finish = chunk.finish
        return engine, finish


async def test_a_running_turn_ends_on_its_model_and_the_next_begins_on_the_new_one(file):
    await serve("first", file)
    opened = Tools()
    opened.start()
    try:
        await until(lambda: opened.loaded.is_set())
        assert opened.serving.name == "first"
        began = asyncio.Event()
        running = asyncio.create_task(solve(opened, began))
        await began.wait()
        old = opened.engine
        await serve("second", file)
        await until(lambda: opened.serving.name == "second")
        await opened.engine.ready()
        assert opened.engine is not old
        engine, finish = await running
        assert engine is old
        assert finish in ("stop", "length")  # not cut off
        with pytest.raises(EngineUnavailable, match="closed"):
            await until_closed(old)

        await serve("broken", "/nowhere/model.gguf")
        await until(lambda: opened.serving_error)
        assert (opened.serving.name, "/nowhere/model.gguf" in opened.serving_error) == ("second", True)
        await opened.engine.ready()
        await serve("second", file)  # taken back
        await until(lambda: not opened.serving_error)
    finally:
        await opened.close()


async def until_closed(engine):
    async with asyncio.timeout(30):
        while True:
            await engine.ready()
            await asyncio.sleep(0.05)
