"""What every engine must do. Runs over OpenVINO, over the HTTP client with a server on this host, and (`make test-vllm`) over vLLM."""

import asyncio
import os
from contextlib import aclosing

import pytest

from inference.engines import Chunk, ContextOverflow, Engine, EngineRefused, Sampling
from inference.engines.opening import open_engine
from inference.loading import wait_until_ready
from inference.tests.completions_server import CompletionsApp, serve

QUESTION = "<|im_start|>user\nTell me about {}.<|im_end|>\n<|im_start|>assistant\n"
STORY = QUESTION.format("the history of mathematics")


@pytest.fixture(params=["openvino", "openai", pytest.param("vllm", marks=pytest.mark.vllm)])
async def engine(request, smollm2):
    if request.param == "vllm":
        engine = open_engine(url=os.environ["VLLM_URL"])
        await wait_until_ready(engine, 10)
        yield engine
        await engine.close()
        return
    if request.param == "openvino":
        yield smollm2
        return
    async with serve(CompletionsApp(smollm2)) as url:
        engine = open_engine(url=url)
        yield engine
        await engine.close()


async def read(engine: Engine, prompt: str, request_id: str = "r", **sampling) -> list[Chunk]:
    return [chunk async for chunk in engine.stream(prompt, Sampling(**sampling), request_id)]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


async def test_it_says_what_it_serves(engine):
    await engine.ready()
    assert "smollm2" in engine.model.lower()
    assert engine.context >= 1024


async def test_text_streams_and_ends_once(engine):
    chunks = await read(engine, STORY, max_tokens=40)
    assert len([chunk for chunk in chunks if chunk.text]) > 5
    assert [chunk.finish for chunk in chunks] == [None] * (len(chunks) - 1) + ["length"]
    assert sum(chunk.tokens for chunk in chunks) == 40
    assert len(text_of(chunks).split()) > 15


async def test_it_stops_at_the_end_of_the_message_and_hides_the_mark(engine):
    chunks = await read(engine, "<|im_start|>user\nWhat is 2+2?<|im_end|>\n<|im_start|>assistant\n", max_tokens=200)
    assert chunks[-1].finish == "stop"
    assert "<|" not in text_of(chunks)
    assert 0 < sum(chunk.tokens for chunk in chunks) < 200


async def test_the_prompt_is_continued_raw(engine):
    """A half-written message goes on where it stops: no template comes between."""
    text = text_of(await read(engine, STORY + "One, two, three, four, five, six, seven,", max_tokens=12))
    assert text.startswith(" eight")


@pytest.mark.parametrize("width", [1, 9])
async def test_a_stop_string_ends_the_text_and_is_no_part_of_it(engine, width):
    whole = text_of(await read(engine, STORY, max_tokens=40))
    stop = whole[60 : 60 + width]
    chunks = await read(engine, STORY, max_tokens=40, stop=("never to be seen", stop))
    assert chunks[-1].finish == "stop"
    assert text_of(chunks) == whole.partition(stop)[0]


async def test_text_that_only_begins_like_a_stop_string_comes_through(engine):
    whole = text_of(await read(engine, STORY, max_tokens=20))
    assert text_of(await read(engine, STORY, max_tokens=20, stop=(whole[-5:] + "\0", whole[10:20] + "\0"))) == whole


async def test_greedy_is_the_same_twice_and_seeds_make_the_difference(engine):
    greedy = [text_of(await read(engine, STORY, max_tokens=16)) for _ in range(2)]
    assert greedy[0] == greedy[1]
    warm = {"max_tokens": 16, "temperature": 1.0, "top_p": 0.95}
    one, again, other = [text_of(await read(engine, STORY, seed=seed, **warm)) for seed in (1, 1, 2)]
    assert one == again
    assert one != other


async def test_samples_that_run_together_differ(engine):
    samples = await asyncio.gather(*[read(engine, STORY, f"r{n}", max_tokens=12, temperature=1.0, seed=n) for n in range(4)])
    assert len({text_of(chunks) for chunks in samples}) > 1


async def test_many_run_at_once(engine):
    begun: list[int] = []
    ended: list[int] = []

    async def one(number: int) -> None:
        async for chunk in engine.stream(QUESTION.format(f"the number {number}"), Sampling(max_tokens=40), f"r{number}"):
            if number not in begun:
                begun.append(number)
            if chunk.finish:
                ended.append(len(begun))

    await asyncio.gather(*[one(number) for number in range(8)])
    assert ended == [8] * 8  # none ended before all had begun


async def test_characters_come_whole(engine):
    chunks = await read(engine, "你好世界🎉" * 12, max_tokens=60)
    assert "你好世界🎉" in text_of(chunks)
    assert not any("\ufffd" in chunk.text or any("\ud800" <= c <= "\udfff" for c in chunk.text) for chunk in chunks)


@pytest.mark.parametrize("room", [-100, 0])
async def test_what_does_not_fit_is_refused_before_it_begins(engine, room):
    """`room` is what the prompt leaves of the context."""
    prompt = "word " * (engine.context - room)
    with pytest.raises(ContextOverflow) as caught:
        await anext(engine.stream(prompt, Sampling(max_tokens=8), "r"))
    assert "\n" not in str(caught.value)


async def test_an_answer_that_does_not_fit_is_refused_before_it_begins(engine):
    with pytest.raises(ContextOverflow):
        await anext(engine.stream(STORY, Sampling(max_tokens=engine.context), "r"))
    with pytest.raises(ContextOverflow):
        await anext(engine.stream(STORY, Sampling(max_tokens=engine.context - 1), "r"))
    assert await read(engine, STORY, max_tokens=2)


@pytest.mark.parametrize("sampling", [{"temperature": -1.0}, {"top_p": 1.5, "temperature": 0.5}, {"max_tokens": 0}])
async def test_nonsense_is_refused(engine, sampling):
    with pytest.raises(EngineRefused):
        await read(engine, STORY, **{"max_tokens": 4} | sampling)


async def test_half_a_character_in_a_prompt_is_refused_and_hurts_nobody_else(engine):
    async with aclosing(engine.stream(STORY, Sampling(max_tokens=400), "other")) as other:
        await anext(other)
        with pytest.raises(EngineRefused, match="no Unicode text"):
            await read(engine, STORY + "\ud800", max_tokens=2)
        assert await anext(other)


async def test_abort_ends_the_stream_without_a_finish(engine):
    finishes = []
    async for chunk in engine.stream(STORY, Sampling(max_tokens=400), "r"):
        finishes.append(chunk.finish)
        await engine.abort("r")
    assert finishes == [None]


async def test_abort_reaches_a_stream_that_waits(engine):
    stream = engine.stream(STORY, Sampling(max_tokens=400), "r")
    await anext(stream)
    asyncio.get_running_loop().call_soon(lambda: waiting.append(asyncio.ensure_future(engine.abort("r"))))
    waiting: list[asyncio.Future[None]] = []
    rest = [chunk async for chunk in stream]
    assert len(rest) < 100
    assert not any(chunk.finish for chunk in rest)
    await waiting[0]


async def test_abort_of_something_else_is_ignored(engine):
    await engine.abort("never heard of")
    await read(engine, STORY, max_tokens=2)
    await engine.abort("r")


async def test_an_abandoned_stream_gives_its_id_back(engine):
    async with aclosing(engine.stream(STORY, Sampling(max_tokens=400), "r")) as stream:
        await anext(stream)
        with pytest.raises(EngineRefused, match="already running"):
            await read(engine, STORY, max_tokens=2)
    assert await read(engine, STORY, max_tokens=2)


async def test_a_cancelled_reader_gives_its_id_back(engine):
    task = asyncio.create_task(read(engine, STORY, max_tokens=400))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await read(engine, STORY, max_tokens=2)


async def test_a_slow_reader_loses_nothing(engine):
    quick = await read(engine, STORY, max_tokens=30)
    slow = []
    async for chunk in engine.stream(STORY, Sampling(max_tokens=30), "r"):
        slow.append(chunk)
        await asyncio.sleep(0.05)
    assert text_of(slow) == text_of(quick)
    assert sum(chunk.tokens for chunk in slow) == 30
