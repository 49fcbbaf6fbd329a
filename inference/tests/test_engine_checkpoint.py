"""A checkpoint as an engine, over a model of random weights. (The conformance suite needs a model that can speak; it was run once on
SmolLM2, which takes minutes in torch.)
"""

import asyncio

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.engines import ContextOverflow, EngineRefused, EngineUnavailable, Sampling
from inference.engines.checkpoint import CheckpointEngine
from inference.tests import tiny

STORY = "Let's compute this step by step"


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tiny.save(tmp_path_factory.mktemp("tiny"))
    return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


@pytest.fixture
async def engine(parts):
    engine = CheckpointEngine(*parts, "tiny", context=256, max_sequences=3, max_requests=6)
    yield engine
    await engine.close()


async def read(engine, prompt=STORY, request_id="r", **sampling):
    return [chunk async for chunk in engine.stream(prompt, Sampling(**{"max_tokens": 40} | sampling), request_id)]


def text_of(chunks) -> str:
    return "".join(chunk.text for chunk in chunks)


async def test_text_streams_to_its_limit(engine):
    await engine.ready()
    assert (engine.model, engine.context) == ("tiny", 256)
    chunks = await read(engine, temperature=1.0)
    assert [chunk.finish for chunk in chunks] == [None] * (len(chunks) - 1) + ["length"]
    assert sum(chunk.tokens for chunk in chunks) == 40
    assert text_of(chunks)


async def test_it_is_what_the_model_says(engine, parts):
    model, tokenizer = parts
    ids = tokenizer(STORY, return_tensors="pt").input_ids
    wanted = model.generate(ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
    assert text_of(await read(engine, max_tokens=12)) == tokenizer.decode(wanted, skip_special_tokens=True)


async def test_a_stop_string_ends_the_text_and_is_no_part_of_it(engine):
    warm = {"temperature": 1.0, "seed": 3}
    whole = text_of(await read(engine, **warm))
    stop = whole[10:14]
    chunks = await read(engine, stop=("never to be seen", stop), **warm)
    assert (chunks[-1].finish, text_of(chunks)) == ("stop", whole.partition(stop)[0])


async def test_seeds_make_the_difference_and_company_does_not(engine):
    """The same seed gives the same text, alone and beside others that join and leave."""
    alone = [text_of(await read(engine, temperature=1.0, top_p=0.95, seed=seed)) for seed in (1, 2)]
    assert alone[0] != alone[1]
    others = [read(engine, f"a {number}", f"o{number}", max_tokens=5 + 9 * number, temperature=1.0) for number in range(4)]
    ours = [read(engine, STORY, f"r{seed}", temperature=1.0, top_p=0.95, seed=seed) for seed in (1, 2)]
    found = await asyncio.gather(*others, *ours)
    assert [text_of(chunks) for chunks in found[4:]] == alone
    assert [sum(chunk.tokens for chunk in chunks) for chunks in found[:4]] == [5, 14, 23, 32]


@pytest.mark.parametrize("sampling", [{"temperature": -1.0}, {"top_p": 0.0}, {"max_tokens": 0}])
async def test_nonsense_is_refused(engine, sampling):
    with pytest.raises(EngineRefused):
        await read(engine, **sampling)
    with pytest.raises(EngineRefused, match="empty"):
        await read(engine, "")


async def test_what_does_not_fit_is_refused_before_it_begins(engine):
    with pytest.raises(ContextOverflow, match="exceed the context of 256"):
        await read(engine, max_tokens=250)


async def test_abort_ends_the_stream_without_a_finish_and_frees_the_place(engine):
    finishes = []
    async for chunk in engine.stream(STORY, Sampling(max_tokens=200), "r"):
        finishes.append(chunk.finish)
        await engine.abort("r")
    assert set(finishes) == {None}
    assert len(finishes) < 20
    assert len(await asyncio.gather(*[read(engine, STORY, f"r{n}", max_tokens=3) for n in range(3)])) == 3


async def test_more_than_it_may_hold_are_turned_away(engine):
    running = [asyncio.create_task(read(engine, STORY, f"r{n}", max_tokens=20)) for n in range(6)]
    await asyncio.sleep(0)
    with pytest.raises(EngineUnavailable, match="6 requests are under way"):
        await read(engine, STORY, "one too many")
    assert all(chunks[-1].finish for chunks in await asyncio.gather(*running))


async def test_an_id_is_one_requests_at_a_time(engine):
    stream = engine.stream(STORY, Sampling(max_tokens=100), "r")
    await anext(stream)
    with pytest.raises(EngineRefused, match="already running"):
        await read(engine)
    await stream.aclose()
    assert await read(engine, max_tokens=2)


async def test_closing_ends_what_runs(parts):
    engine = CheckpointEngine(*parts, "tiny")
    stream = engine.stream(STORY, Sampling(max_tokens=1000), "r")
    await anext(stream)
    await engine.close()
    assert [chunk async for chunk in stream if chunk.finish] == []
    with pytest.raises(EngineUnavailable, match="closed"):
        await engine.ready()


async def test_a_model_that_fails_fails_its_requests(parts, monkeypatch):
    def out_of_memory(*_args, **_kwargs):
        raise RuntimeError("out of memory\nand a long story")

    monkeypatch.setattr(parts[0], "forward", out_of_memory)
    engine = CheckpointEngine(*parts, "tiny")
    with pytest.raises(EngineUnavailable, match="The model failed: out of memory$"):
        await read(engine)
    with pytest.raises(EngineUnavailable, match="out of memory"):
        await read(engine)
    await engine.close()
