"""A claimed turn as a worker solves it, over a scripted engine; where it is about the sandbox, over a real one."""

import asyncio
import math
from contextlib import suppress
from functools import partial

import pytest
from channels.db import database_sync_to_async

from accounts.models import User
from inference.best_of import Budget
from inference.engines import Chunk, EngineRefused
from inference.prompts import Exchange
from inference.sandbox import SandboxBusy
from inference.sandbox.jail import open_sandbox
from inference.sandbox.limits import SandboxConfig
from inference.tests.tutoring_engine import PROGRAM, Sandbox, ScriptedEngine
from tutor import asking, leases, solving
from tutor.absent import NoScorer
from tutor.flusher import Flusher, LeaseLost, TurnLog
from tutor.models import Turn
from tutor.tools import Tools

pytestmark = pytest.mark.django_db(transaction=True)

PROBLEM = "What is 2 + 3?"


@pytest.fixture(autouse=True)
def quickly(settings, monkeypatch):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    monkeypatch.setattr(solving, "AGAIN", (0.01, 0.01, 0.01))


@pytest.fixture
def claim(db):
    return leases.claim(asking.ask(User.objects.create_user("student"), PROBLEM, "tir", "en").pk)


@pytest.fixture
async def flusher():
    flusher = Flusher()
    running = asyncio.create_task(flusher.run())
    yield flusher
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    flusher.close()


@pytest.fixture
def tools():
    tools = Tools()
    tools.engine = ScriptedEngine(("```output", ["It is $\\boxed{5}$."]), (PROGRAM, ["print(5)\n```\n"]))
    tools.sandbox = Sandbox("5")
    tools.loaded.set()
    return tools


@pytest.fixture
async def one_place(tools):
    """A real sandbox with one place in it."""
    tools.sandbox = sandbox = await open_sandbox(SandboxConfig(sessions=1, wait_seconds=0.2))
    yield sandbox
    await sandbox.close()


@database_sync_to_async
def outcome(turn):
    turn.refresh_from_db()
    return turn.state, turn.run, turn.answer, turn.failure, list(turn.events.values_list("kind", flat=True))


class Leaving:
    """A sandbox whose other user goes as soon as somebody has waited in vain."""

    def __init__(self, sandbox, other):
        self.sandbox, self.other = sandbox, other

    async def open(self):
        try:
            return await self.sandbox.open()
        except SandboxBusy:
            await self.other.close()
            raise

    async def close(self):
        await self.sandbox.close()


async def test_a_full_sandbox_is_asked_again(claim, flusher, tools, one_place):
    tools.sandbox = Leaving(one_place, await one_place.open())
    job = solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools)
    await asyncio.wait_for(job.run(), 20)
    state, run, answer, _, kinds = await outcome(claim.turn)
    assert (state, run, answer) == ("done", 2, "5")
    assert [kind for kind in kinds if kind != "token"] == ["queued", "started", "code", "queued", "started", "code", "output", "done"]


async def test_a_sandbox_that_stays_full_is_said(claim, flusher, tools, one_place):
    await one_place.open()
    job = solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools)
    await asyncio.wait_for(job.run(), 20)
    state, run, _, failure, _ = await outcome(claim.turn)
    assert (state, run, failure) == ("failed", leases.RUNS, "sandbox_busy")


class Full:
    """A sandbox that never has a place; what happens meanwhile, happens while it is asked for one."""

    def __init__(self, **meanwhile):
        self.asked, self.meanwhile = 0, meanwhile

    async def open(self):
        self.asked += 1
        await Turn.objects.aupdate(**self.meanwhile)
        raise SandboxBusy


async def test_runs_of_other_workers_count_where_a_turn_is_begun_again(claim, flusher, tools):
    await Turn.objects.aupdate(state="queued", run=leases.RUNS - 2)
    claim = await database_sync_to_async(leases.claim)(claim.turn.pk)
    tools.sandbox = Full(stop_requested=False)
    await asyncio.wait_for(solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools).run(), 20)
    assert (await outcome(claim.turn))[:4:3] == ("failed", "sandbox_busy")
    assert tools.sandbox.asked == 2


async def test_a_turn_that_went_on_elsewhere_is_not_begun_again(claim, flusher, tools):
    tools.sandbox = Full(run=2)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools).run(), 20)
    assert tools.sandbox.asked == 1


class Refusing(ScriptedEngine):
    async def stream(self, prompt, sampling, request_id):
        raise EngineRefused("Unknown field: seed")
        yield


async def test_the_log_says_why_an_engine_refused(claim, flusher, tools, caplog):
    """The page sends the student to the administrator, who needs to know."""
    tools.engine = Refusing()
    await asyncio.wait_for(solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools).run(), 20)
    assert (await outcome(claim.turn))[3] == "engine_refused"
    assert f"Turn {claim.turn.pk} failed: Unknown field: seed" in caplog.text


async def test_the_log_says_why_solutions_were_not_rated(flusher, tools, caplog):
    student = await database_sync_to_async(User.objects.create_user)("student")
    turn = await database_sync_to_async(asking.ask)(student, PROBLEM, "cot", "en", n=4)
    claim = await database_sync_to_async(leases.claim)(turn.pk)
    tools.engine = ScriptedEngine((PROBLEM, ["It is $\\boxed{5}$."]))
    tools.scorer = NoScorer("rm", "The reward server refused the request (401).")
    await asyncio.wait_for(solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools).run(), 20)
    assert (await outcome(claim.turn))[0] == "done"
    assert "could not be rated: The reward server refused the request (401)." in caplog.text


def completed():
    """The turn that answers what was asked back."""
    first = asking.ask(User.objects.create_user("student"), "Solve the equation", "cot", "en")
    Turn.objects.filter(pk=first.pk).update(state="done", text="What is the equation?", progress={"asked_back": True})
    return leases.claim(asking.ask(first.conversation.owner, "2x + 3 = 11", "cot", "en", conversation=first.conversation).pk)


async def test_what_completes_a_question_is_solved_with_it_as_one(flusher, tools):
    claim = await database_sync_to_async(completed)()
    tools.engine = ScriptedEngine(("put your final answer within", ["It is $\\boxed{4}$."]))
    job = solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools)
    await asyncio.wait_for(job.run(), 20)
    assert (await outcome(claim.turn))[2] == "4"
    assert "user\nSolve the equation\n2x + 3 = 11<|im_end|>" in tools.engine.prompts[-1]
    assert "What is the equation?" not in tools.engine.prompts[-1]


def thanked():
    first = asking.ask(User.objects.create_user("student"), PROBLEM, "cot", "en")
    Turn.objects.filter(pk=first.pk).update(state="done", text="It is 5.")
    return leases.claim(asking.ask(first.conversation.owner, "ok, thanks!", "auto", "auto", conversation=first.conversation).pk)


async def test_thanks_are_not_the_same_problem_once_more(flusher, tools):
    claim = await database_sync_to_async(thanked)()
    job = solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools)
    await asyncio.wait_for(job.run(), 20)
    assert (await outcome(claim.turn))[::4] == ("done", ["queued", "started", "token", "done"])
    assert tools.engine.prompts == []


def lost():
    """A program's dialogue: there is no turn above it."""
    history = [Exchange(PROBLEM, "It is 5.")]
    return leases.claim(asking.ask_once(User.objects.create_user("student"), "why?", "cot", 1, history).pk)


async def test_who_did_not_understand_is_explained_to_in_a_program_as_well(flusher, tools):
    claim = await database_sync_to_async(lost)()
    tools.engine = ScriptedEngine(("in simpler words and smaller steps", ["It is $\\boxed{5}$."]))
    await asyncio.wait_for(solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools).run(), 20)
    assert (await outcome(claim.turn))[2] == "5"


class Sampled(ScriptedEngine):
    """Notes how it was asked to sample."""

    async def stream(self, prompt, sampling, request_id):
        self.sampling = sampling
        async for chunk in super().stream(prompt, sampling, request_id):
            yield chunk


async def test_what_is_solved_once_more_is_sampled_otherwise(claim, flusher, tools):
    again = await database_sync_to_async(asking.regenerate)(claim.turn)
    sampled = set()
    for each in (claim, await database_sync_to_async(leases.claim)(again.pk)):
        tools.engine = Sampled(*tools.engine.replies)
        await asyncio.wait_for(solving.Job(each, TurnLog(flusher, each.turn, each.last), tools).run(), 20)
        sampled.add((tools.engine.sampling.temperature, tools.engine.sampling.seed))
    assert sampled == {(0.0, 0), (leases.AGAIN_TEMPERATURE, 1)}


@pytest.mark.parametrize("end", ["stopped", "released", "fails"])
async def test_what_is_done_stays_done_whatever_comes_while_it_is_cleaned_up(claim, flusher, tools, monkeypatch, caplog, end):
    solve = solving.solve

    async def cleaned_up(*problem, **how):
        async for event in solve(*problem, **how):
            yield event
        if end == "fails":
            raise RuntimeError("could not clean up")
        await asyncio.sleep(60)

    monkeypatch.setattr(solving, "solve", cleaned_up)
    job = solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools)
    running = asyncio.create_task(job.run())
    while not job.log.ended:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    if end != "fails":
        job.interrupt(end)
    await asyncio.wait_for(running, 20)
    state, _, answer, failure, kinds = await outcome(claim.turn)
    assert (state, answer, failure, kinds[-1]) == ("done", "5", "", "done")
    assert ("could not clean up" in caplog.text) == (end == "fails")


class Differing(ScriptedEngine):
    """Comes to 6 in the first solution, and to 5 in the others."""

    async def stream(self, prompt, sampling, request_id):
        yield Chunk(f"There are $\\boxed{{{5 if sampling.seed else 6}}}$.", 1)
        yield Chunk("", 0, "stop")


class Rating:
    model = "rm"

    async def score(self, problem, responses, *, prompt=None):
        return [9.0 if "6" in response else -9.0 for response in responses]


@pytest.mark.parametrize(("scorer", "answer", "scores"), [(Rating(), "6", {9.0, -9.0}), (None, "5", {None})])
async def test_where_there_is_a_reward_model_it_has_a_say_in_the_pick_and_its_scores_are_kept(
    flusher, tools, monkeypatch, scorer, answer, scores
):
    monkeypatch.setattr(solving, "Budget", partial(Budget, patience=math.inf))
    student = await database_sync_to_async(User.objects.create_user)("student")
    turn = await database_sync_to_async(asking.ask)(student, "How many socks are in the drawer?", "cot", "en", n=4)
    claim = await database_sync_to_async(leases.claim)(turn.pk)
    tools.engine, tools.scorer = Differing(), scorer
    await asyncio.wait_for(solving.Job(claim, TurnLog(flusher, claim.turn, claim.last), tools).run(), 20)
    assert (await outcome(turn))[2] == answer
    candidates = [each async for each in turn.candidates.all()]
    assert {each.score for each in candidates} == scores
    assert [each.answer for each in candidates if each.picked] == [answer]
