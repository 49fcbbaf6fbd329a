"""What prefix caching must never do: give one student another's answer. Over the real small model, through the front door.

Each answer is compared with that of the same prompt asked by itself, by its beginning: later, a tie may fall otherwise in another batch.
"""

import asyncio
import random
import uuid
from contextlib import aclosing

import pytest

from inference import weights
from inference.engines import Sampling
from inference.engines.openvino import OpenVinoEngine
from inference.loading import wait_until_ready

SYSTEM = "<|im_start|>system\nYou are a patient tutor who explains mathematics to {} in simple words and short sentences.<|im_end|>\n"
QUESTION = "<|im_start|>user\nTell me about {}.<|im_end|>\n<|im_start|>assistant\n"
TOPICS = ["the sun", "a cat", "Paris", "the number seven", "bread", "an ocean", "chess", "a violin"]
ENDINGS = [" One, two, three,", " Monday, Tuesday,", " A, B, C, D,", " 2 + 2 ="]
COMPARED = 15  # characters


def start() -> OpenVinoEngine:
    return OpenVinoEngine(weights.find(weights.SMOLLM2), context=1024, cache_tokens=8192)


@pytest.fixture(scope="module")
def engines():
    """Two alike: one is asked as a test says, the other one thing at a time."""
    both = start(), start()
    for engine in both:
        asyncio.run(wait_until_ready(engine, 60))
    yield both
    for engine in both:
        asyncio.run(engine.close())


@pytest.fixture
def engine(engines):
    return engines[0]


@pytest.fixture
def alone(engines):
    async def ask(prompts: list[str]) -> list[str]:
        return [(await read(engines[1], prompt))[:COMPARED] for prompt in prompts]

    return ask


async def read(engine, prompt: str, **sampling) -> str:
    request_id = uuid.uuid4().hex
    return "".join([chunk.text async for chunk in engine.stream(prompt, Sampling(**{"max_tokens": 12} | sampling), request_id)])


async def together(engine, prompts: list[str]) -> list[str]:
    return [answer[:COMPARED] for answer in await asyncio.gather(*[read(engine, prompt) for prompt in prompts])]


async def test_many_prompts_that_go_on_where_an_ended_one_stopped(engine, alone):
    system = SYSTEM.format("students")
    await read(engine, system, max_tokens=1)
    prompts = [system + QUESTION.format(topic) for topic in TOPICS]
    assert await together(engine, prompts) == await alone(prompts)


async def test_many_prompts_that_go_on_where_a_closed_one_was_left(engine, alone):
    prompt = SYSTEM.format("children") + QUESTION.format("the history of numbers")
    async with aclosing(engine.stream(prompt, Sampling(max_tokens=100), "closed")) as stream:
        prompt += "".join([(await anext(stream)).text for _ in range(5)])
    prompts = [prompt + ending for ending in ENDINGS]
    assert await together(engine, prompts) == await alone(prompts)


async def test_many_prompts_that_go_on_where_another_is_running(engine, alone):
    prompt = SYSTEM.format("adults") + QUESTION.format("the history of numbers")
    stream = engine.stream(prompt, Sampling(max_tokens=40), "running")
    text = "".join([(await anext(stream)).text for _ in range(4)])
    prompts = [prompt + text + ending for ending in ENDINGS]
    assert await together(engine, prompts) == await alone(prompts)
    text += "".join([chunk.text async for chunk in stream])
    assert [text[:COMPARED]] == await alone([prompt])


async def test_a_prompt_that_was_aborted_before_it_was_read_to_its_end(engine, alone):
    """Others generate meanwhile: so the steps in which a long prompt is read do not end where a block does."""
    others = [engine.stream(QUESTION.format(topic), Sampling(max_tokens=600), topic) for topic in TOPICS[:5]]
    await asyncio.gather(*[anext(other) for other in others])
    prompts = [_long_prompt(number) for number in range(4)]
    answers = []
    for number, prompt in enumerate(prompts):
        aborted = asyncio.create_task(read(engine, prompt))
        await asyncio.sleep(0.02 + 0.06 * number)
        aborted.cancel()
        answers.append((await read(engine, prompt))[:COMPARED])
    for other in others:
        await other.aclose()
    assert answers == await alone(prompts)


def _long_prompt(number: int) -> str:
    """About 500 tokens, two steps or three; its beginning is asked for at its end."""
    generator = random.Random(number)
    names = [f"{first}{second}" for first in ("An", "Be", "Ca", "Do", "Em") for second in ("na", "ro", "lia", "mi", "sto")]
    facts = [f"{name}'s secret number is {generator.randrange(100, 999)}." for name in generator.sample(names, len(names)) * 2]
    return f"Case {number}. {' '.join(facts)} To repeat from the start: Case"


async def test_copies_of_a_prompt_at_once_that_goes_on_where_an_ended_one_stopped(engine):
    for length in range(1, 34, 4):  # the ended text fills its last block more and more
        system = SYSTEM.format("readers") + "word " * length
        await read(engine, system, max_tokens=1)
        answers = await together(engine, [f"{system}One, two, three, four, five, six, seven,"] * 8)
        assert {answer[:6] for answer in answers} == {" eight"}


async def test_two_groups_of_copies_at_once(engine, alone):
    system = SYSTEM.format("writers")
    await read(engine, system, max_tokens=1)
    prompts = [system + QUESTION.format(topic) for topic in TOPICS[:2] for _ in range(4)]
    # Their first words: eight at once are computed in another order than one, and later two words may be all but equally likely.
    assert [text[:9] for text in await together(engine, prompts)] == [text[:9] for text in await alone(prompts)]


async def test_samples_of_one_prompt_at_once_and_by_and_by(engine):
    """Each makes sense by itself: sampled answers need not be those of another batch, so what is asked has one answer."""
    prompt = SYSTEM.format("pupils") + QUESTION.format("numbers") + "One, two, three, four, five, six, seven,"
    warm = [asyncio.create_task(read(engine, prompt, temperature=0.2, seed=seed, max_tokens=4)) for seed in range(4)]
    await asyncio.sleep(0.1)
    warm += [asyncio.create_task(read(engine, prompt, temperature=0.2, seed=seed, max_tokens=4)) for seed in range(4, 8)]
    assert {text[:6] for text in await asyncio.gather(*warm)} == {" eight"}
