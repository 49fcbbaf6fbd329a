"""A reward server that hangs, and what those who come after the first wait for, on a real socket."""

import asyncio
import time
from contextlib import suppress

import pytest

from inference.reward import RewardRefused, RewardUnavailable
from inference.reward.guarded import Guarded
from inference.reward.vllm import Limits, VllmScorer
from inference.tests.pooling_server import Server
from inference.tests.scripted_server import HANG, answer

PATIENCE = 0.5


@pytest.fixture
async def server():
    async with Server() as server:
        yield server


@pytest.fixture
async def scorer(server):
    scorer = Guarded(VllmScorer(f"http://127.0.0.1:{server.port}", limits=Limits(answer=PATIENCE, tries=1)), pauses=(0.05, 0.1))
    yield scorer
    await scorer.close()


async def hang(server, scorer):
    await scorer.score("1 + 1", ["a"])
    server.scripts = [[HANG]]
    with pytest.raises(RewardUnavailable, match=r"too slow\.$"):
        await scorer.score("1 + 1", ["a"])


async def test_only_the_first_waits_for_a_server_that_hangs(server, scorer, caplog):
    await hang(server, scorer)
    began = time.monotonic()
    for ask in (scorer.score, scorer.score_steps):
        with pytest.raises(RewardUnavailable, match="too slow. It is not asked for scores until it answers again."):
            await ask("1 + 1", ["b"])
    assert time.monotonic() - began < PATIENCE / 2
    assert "not asked until it answers again: The reward server is too slow." in caplog.text


async def test_it_is_asked_again_once_it_answers(server, scorer, caplog):
    await hang(server, scorer)
    await asyncio.sleep(2 * PATIENCE)  # it is tried, in vain
    with pytest.raises(RewardUnavailable):
        await scorer.score("1 + 1", ["b"])
    server.scripts = []
    scores = []
    async with asyncio.timeout(10):
        while not scores:
            with suppress(RewardUnavailable):
                scores = await scorer.score("1 + 1", ["b", "c"])
            await asyncio.sleep(0.05)
    assert len(scores) == 2
    assert "The reward model answers again." in caplog.text


async def test_a_refusal_is_told_to_everybody(server, scorer):
    server.scripts = [answer(400, {"message": "bad temper"})]
    for _ in range(2):
        with pytest.raises(RewardRefused, match=r"bad temper\.$"):
            await scorer.score("1 + 1", ["a"])


async def test_one_that_is_closed_is_not_tried_any_more(server, scorer):
    await hang(server, scorer)
    await scorer.close()
    asked = len(server.requests)
    await asyncio.sleep(0.3)
    assert len(server.requests) == asked
