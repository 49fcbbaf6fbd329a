"""Another model is chosen while a turn is being solved: the turn ends on the old one, the next begins on the new one. Over the real small
model, twice.
"""

import asyncio

import pytest
from channels.db import database_sync_to_async

from inference import weights
from inference.engines import EngineUnavailable, Sampling
from tutor import opening, serving, tools
from tutor.tests.recorded_engine import RecordedEngine
from tutor.tools import Tools

pytestmark = pytest.mark.django_db(transaction=True)
PROMPT = "<|im_start|>user\nCount from one to a hundred.<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture
def file(settings, monkeypatch):
    settings.ENGINE_URL = ""
    monkeypatch.setattr(tools, "LOOK_CHOSEN", 0.1)
    found = weights.find(weights.SMOLLM2)
    monkeypatch.setattr(opening, "default_model", lambda: found)
    return str(found)


@pytest.fixture
def damaged(file, tmp_path):
    """Its beginning can be read, and no more."""
    found = tmp_path / "damaged.gguf"
    with open(file, "rb") as whole:
        found.write_bytes(whole.read(20_000_000))
    return str(found)


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


@pytest.fixture
async def opened():
    found = Tools()
    yield found
    await found.close()


async def served_by(opened):
    """Who answers after a start, and why it is not the chosen model."""
    opened.start()
    await until(lambda: opened.loaded.is_set())
    await opened.engine.ready()
    return opened.serving.name, opened.engine_error, opened.serving_error


async def test_a_start_with_a_model_that_cannot_be_loaded_serves_the_one_before(file, damaged, opened):
    await serve("first", file)
    await serve("damaged", damaged)
    await serve("taken back", file)
    await serve("damaged", damaged)
    name, engine_error, why = await served_by(opened)
    assert (name, engine_error) == ("first", "")
    assert why
    with opened.using() as (engine, _scorer):
        assert engine.model == "SmolLM2-135M-Instruct.Q4_1"
    await serve("mended", file)
    await until(lambda: opened.serving.name == "mended")
    assert opened.serving_error == ""


async def test_where_none_was_chosen_before_the_settings_own_model_serves(file, opened):
    await serve("gone", "/nowhere/gone.gguf")
    name, engine_error, why = await served_by(opened)
    assert (name, engine_error, opened.engine.model) == ("", "", "SmolLM2-135M-Instruct.Q4_1")
    assert "/nowhere/gone.gguf" in why


async def test_a_server_that_does_not_know_the_chosen_model_serves_the_settings_own(settings, opened):
    server = await asyncio.start_server(RecordedEngine(rate=50).answer, "127.0.0.1", 0)
    async with server:
        settings.ENGINE_URL = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        settings.ENGINE_MODEL = "recorded"
        await serve("unknown", "")
        assert await served_by(opened) == ("", "", opened.serving_error)
        assert "unknown" in opened.serving_error


@pytest.mark.parametrize(
    ("name", "value", "said"), [("ENGINE_URL", "http://gpu:80o0/v1", "80o0"), ("ENGINE_API_KEY", "schl\u00fcssel", "key")]
)
async def test_settings_that_cannot_be_right_are_said(settings, opened, name, value, said):
    settings.ENGINE_URL = "http://127.0.0.1:9/v1"
    setattr(settings, name, value)
    opened.start()
    await until(lambda: opened.loaded.is_set())
    assert said in opened.engine_error
