"""What only the embedded engine can get wrong: its process, its batch, its memory. Over the real small model."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from inference import weights
from inference.engines import EngineLoading, EngineUnavailable, Sampling, openvino
from inference.engines.openvino import OpenVinoEngine
from inference.engines.openvino_model import prepared
from inference.engines.openvino_process import Batch
from inference.loading import wait_until_ready

STORY = "<|im_start|>user\nTell me about the history of mathematics.<|im_end|>\n<|im_start|>assistant\n"


def start(**options: int) -> OpenVinoEngine:
    return OpenVinoEngine(
        weights.find(weights.SMOLLM2), **{"context": 256, "cache_tokens": 352, "max_sequences": 2, "max_requests": 6} | options
    )


@pytest.fixture(scope="module")
def small():
    """Room for two sequences at a time and six requests, and a cache for two of them only if they are short."""
    engine = start()
    asyncio.run(wait_until_ready(engine, 60))
    yield engine
    asyncio.run(engine.close())


@pytest.fixture
async def fresh():
    """An engine that may be broken. It loads."""
    engine = start()
    yield engine
    await engine.close()


def wait_until(condition, message, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, message
        time.sleep(0.02)


def writers(engine):
    """The processes that write its model."""
    children = Path(f"/proc/{engine._process.pid}/task/{engine._process.pid}/children").read_text().split()
    return [found for child in children if b"openvino_model" in ((found := Path("/proc") / child) / "cmdline").read_bytes()]


def ended(process):
    """Whether it is gone, or a dead one of which nobody has taken notice."""
    try:
        return ") Z " in (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def make_batch(**options) -> Batch:
    path = weights.find(weights.SMOLLM2)
    return Batch(path, prepared(path), **{"context": 256, "cache_blocks": 64, "max_sequences": 8} | options)


async def read(engine, request_id: str, prompt: str = STORY, **sampling):
    return [chunk async for chunk in engine.stream(prompt, Sampling(**{"max_tokens": 60} | sampling), request_id)]


def text_of(chunks) -> str:
    return "".join(chunk.text for chunk in chunks)


def test_withdrawing_frees_the_slot_for_the_next_at_once():
    """The batch itself, step by step: two run and the third waits, until the first is withdrawn."""
    batch = make_batch(max_sequences=2)

    def heard_from(steps: int) -> set[int]:
        return {number for _ in range(steps) for number, *_ in batch.step()[0].get("chunks", ())}

    for number in (1, 2, 3):
        batch.add(number, STORY, Sampling(max_tokens=100))
    assert heard_from(steps=8) == {1, 2}
    batch.withdraw(1)
    assert heard_from(steps=4) == {2, 3}
    batch.withdraw(2)
    assert heard_from(steps=1) == {3}
    batch.withdraw(3)
    assert heard_from(steps=1) == set()
    assert not batch.busy()


def test_prompts_that_share_no_half_filled_block_begin_together():
    """The batch itself: eight questions are read in one step; eight samples of one question one after another, each two steps after the
    last."""
    batch = make_batch()
    for number, topic in enumerate(["the sun", "a cat", "Paris", "bread", "chess", "an ocean", "a violin", "the number seven"]):
        batch.add(number, f"<|im_start|>user\n{topic} is what I ask about.<|im_end|>\n", Sampling(max_tokens=3))
    assert {number for number, *_ in batch.step()[0]["chunks"]} == set(range(8))
    while batch.busy():
        batch.step()
    for number in range(8):
        batch.add(number, STORY + "It began" * (number % 2), Sampling(max_tokens=40, temperature=1.0, seed=number))
    assert [len(batch.step()[0]["chunks"]) for _ in range(4)] == [1, 1, 2, 2]
    for number in range(8):
        batch.withdraw(number)
    while batch.busy():
        batch.step()
    for number in range(8):
        batch.add(number, STORY, Sampling(max_tokens=40, temperature=1.0, seed=number))
    assert len(batch.step()[0]["chunks"]) == 8


async def test_a_cache_that_is_too_small_for_both_delays_but_loses_nothing(small):
    prompts = [STORY + f"In the year {year}" for year in (1700, 1800)]
    together = await asyncio.gather(*[read(small, prompt, prompt, max_tokens=200) for prompt in prompts])
    for chunks in together:
        assert chunks[-1].finish
        assert len(text_of(chunks)) > 20


async def test_a_request_that_waits_can_be_withdrawn(small):
    running = [asyncio.create_task(read(small, str(n), max_tokens=30)) for n in range(2)]
    waiting = asyncio.create_task(read(small, "waiting", max_tokens=30))
    await asyncio.sleep(0.05)
    await small.abort("waiting")
    assert await waiting == []
    assert all(chunks[-1].finish for chunks in await asyncio.gather(*running))


async def test_more_than_it_may_hold_are_turned_away(small):
    running = [asyncio.create_task(read(small, str(n), max_tokens=5)) for n in range(6)]
    await asyncio.sleep(0)
    with pytest.raises(EngineUnavailable, match="6 requests are under way"):
        await read(small, "one too many")
    assert all(chunks[-1].finish for chunks in await asyncio.gather(*running))


async def test_an_id_may_come_again_at_once(small):
    """What is still on its way for the aborted request never reaches the next one of that name."""
    alone = text_of(await read(small, "r", "One, two, three,", max_tokens=6))
    for _ in range(5):
        stream = small.stream(STORY, Sampling(max_tokens=100), "r")
        await anext(stream)
        await stream.aclose()
        assert text_of(await read(small, "r", "One, two, three,", max_tokens=6)) == alone


async def test_it_loads_streams_and_closes(fresh):
    with pytest.raises(EngineLoading, match="is loading"):
        await fresh.ready()
    with pytest.raises(EngineLoading):
        await read(fresh, "early")
    await wait_until_ready(fresh, 60)
    stream = fresh.stream(STORY, Sampling(max_tokens=200), "late")
    await anext(stream)
    await fresh.close()
    assert [chunk async for chunk in stream] == []
    with pytest.raises(EngineUnavailable, match="closed"):
        await fresh.ready()
    with pytest.raises(EngineUnavailable, match="closed"):
        await read(fresh, "after")


async def test_a_process_that_dies_fails_its_requests_and_is_started_again(fresh, monkeypatch):
    await wait_until_ready(fresh, 60)
    stream = fresh.stream(STORY, Sampling(max_tokens=200), "r")
    await anext(stream)
    os.kill(fresh._process.pid, signal.SIGSTOP)
    pipe = os.open(f"/proc/self/fd/{fresh._process.stdout.fileno()}", os.O_WRONLY)
    os.write(pipe, b'{"chunks": [[')  # it dies in the middle of a line
    os.close(pipe)
    os.kill(fresh._process.pid, signal.SIGKILL)
    with pytest.raises(EngineUnavailable, match=r"ended \(status -9\)"):
        async for _ in stream:
            pass
    with pytest.raises(EngineUnavailable, match=r"ended \(status -9\)"):
        await fresh.ready()
    command, fresh._command = fresh._command, ["/no/such/python"]
    monkeypatch.setattr(openvino, "_AGAIN_UNLOADED", 0.5)
    await asyncio.to_thread(wait_until, lambda: "could not be started" in str(fresh._unavailable), "it is not tried again", 10)
    fresh._command = command
    await asyncio.to_thread(wait_until, lambda: isinstance(fresh._unavailable, EngineLoading), "it is not tried again", 10)
    await wait_until_ready(fresh, 60)
    assert text_of(await read(fresh, "r", max_tokens=5))


async def test_a_process_that_stands_still_is_ended_and_started_again(fresh, monkeypatch):
    await wait_until_ready(fresh, 60)
    monkeypatch.setattr(openvino, "_LOOK", 0.1)
    monkeypatch.setattr(openvino, "_STILL", 10)
    stream = fresh.stream(STORY, Sampling(max_tokens=200), "r")
    await anext(stream)
    os.kill(fresh._process.pid, signal.SIGSTOP)
    with pytest.raises(EngineUnavailable, match=r"ended \(status -9\)"):
        async for _ in stream:
            pass
    monkeypatch.setattr(openvino, "_STILL", 10**6)  # the next one may take its time to load
    await asyncio.to_thread(wait_until, lambda: isinstance(fresh._unavailable, EngineLoading), "it is not started again", 10)
    await wait_until_ready(fresh, 60)
    assert text_of(await read(fresh, "r", max_tokens=5))
    process = fresh._process
    monkeypatch.setattr(openvino, "_STILL", 10)
    await asyncio.sleep(1.5)  # it has nothing to do, and is left alone
    assert process.poll() is None


@pytest.mark.parametrize("prepared", [False, True])
async def test_a_process_that_stands_still_while_it_loads_is_ended(monkeypatch, prepared):
    """Before its model is there it has longer: another process may be writing it."""
    monkeypatch.setattr(openvino, "_LOOK", 0.05)
    monkeypatch.setattr(openvino, "_PREPARING", 10**6 if prepared else 10)
    monkeypatch.setattr(openvino, "_STILL", 10 if prepared else 10**6)
    engine = start()
    try:
        if prepared:
            await asyncio.to_thread(wait_until, lambda: engine._prepared, "it does not begin to load", 60)
        os.kill(engine._process.pid, signal.SIGSTOP)
        with pytest.raises(EngineUnavailable, match=r"ended \(status -9\)"):
            await wait_until_ready(engine, 20)
    finally:
        await engine.close()


async def test_the_process_ends_with_its_parent(fresh):
    fresh._process.stdin.close()  # as the system does when we are killed
    await asyncio.wait_for(asyncio.to_thread(fresh._process.wait), 60)


async def test_what_writes_the_model_ends_with_the_engine_and_leaves_nothing_for_long(tmp_path, monkeypatch):
    path = weights.find(weights.SMOLLM2)
    monkeypatch.setenv("LEMMA_CACHE", str(tmp_path))
    engine = OpenVinoEngine(path)
    await asyncio.to_thread(wait_until, lambda: writers(engine), "nothing is written", 30)
    (writer,) = writers(engine)
    await engine.close()
    await asyncio.to_thread(wait_until, lambda: ended(writer), "the model is still written", 5)
    place = tmp_path / "openvino"
    assert list(place.glob("new-*"))
    folder = prepared(path)
    assert [found for found in place.iterdir() if found.is_dir()] == [folder]


@pytest.mark.parametrize("content", [b"", b"PK\3\4 no model at all"])
def test_a_file_that_is_no_model_is_refused_at_once(tmp_path, content):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(EngineUnavailable, match="cannot be used"):
        OpenVinoEngine(path)


def test_a_missing_file_is_refused_at_once(tmp_path):
    with pytest.raises(EngineUnavailable, match="No such file"):
        OpenVinoEngine(tmp_path / "missing.gguf")


async def test_a_model_that_does_not_load_is_reported(tmp_path):
    path = tmp_path / "cut.gguf"
    path.write_bytes(weights.find(weights.SMOLLM2).read_bytes()[:3_000_000])
    engine = OpenVinoEngine(path)
    with pytest.raises(EngineUnavailable) as caught:
        await wait_until_ready(engine, 60)
    assert "\n" not in str(caught.value)
    with pytest.raises(EngineUnavailable):
        await read(engine, "r")
    await engine.close()
