"""Several candidates and the pick among them, over candidates that come to their ends when a test says so."""

import asyncio
from contextlib import aclosing
from operator import eq

import pytest

from inference.best_of import NO_SCORER, WAITING, Budget, Contest, Kept
from inference.engines import ContextOverflow, EngineUnavailable
from inference.events import Done, Dropped, Scored, Selected, Solved, Started, Token
from inference.reward import RewardUnavailable
from inference.sandbox import SandboxBusy, SandboxUnavailable, SessionLost


class Writer:
    """Writes its answer, `times`, and then `finish` is awaited; `seconds` is what it says it took."""

    def __init__(self, answer, *, prompt="Q", seconds=1.0, error=None, tokens=3, refuted=False, times=1):
        self.refuted, self.times = refuted, times
        self.answer, self.prompt, self.seconds, self.error, self.tokens = answer, prompt, seconds, error, tokens
        self.finish = asyncio.Event()
        self.begun = self.closed = False

    async def write(self):
        self.begun = True
        try:
            yield Started(mode="cot", language="en", model="m")
            for _ in range(self.times):
                yield Token(text=f"It is {self.answer}.")
            await self.finish.wait()
            if self.error:
                raise self.error
            yield Done(
                answer=self.answer,
                checked=False,
                differs=False,
                refuted=self.refuted,
                finish="stop",
                text=f"text {self.answer}",
                tokens=self.tokens,
                rounds=0,
                seconds=self.seconds,
            )
        finally:
            self.closed = True


class Scorer:
    """Scores a text by the number in it."""

    def __init__(self, scores, error=None):
        self.scores, self.error, self.calls = scores, error, []
        self.gate = asyncio.Event()
        self.gate.set()

    async def score(self, problem, responses, *, prompt=None):
        self.calls.append((prompt, list(responses)))
        await self.gate.wait()
        if self.error:
            raise self.error
        return [self.scores[response.removeprefix("text ")] for response in responses]


class Run:
    """A contest in the background; `events` is what it has yielded."""

    def __init__(self, writers, rule="majority", **options):
        self.writers, self.events = writers, []
        self.task = asyncio.create_task(self.collect(Contest("P", writers, rule=rule, same=eq, **options)))

    async def collect(self, contest):
        async with aclosing(contest.run()) as events:
            async for event in events:
                self.events.append(event)

    async def finish(self, *numbers):
        """One after another, each until it has been taken note of."""
        for number in numbers:
            self.writers[number].finish.set()
            await until(lambda number=number: self.task.done() or number in {event.candidate for event in self.of((Solved, Dropped))})

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


async def until(condition):
    """Wait, at most 10 s: comparing answers visits a thread."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not come about")


async def settle():
    """Let everything that waits for nothing happen."""
    for _ in range(20):
        await asyncio.sleep(0)


def writers(*answers, **options):
    return [Writer(answer, **options) for answer in answers]


async def test_what_the_problem_refutes_neither_settles_the_majority_nor_counts():
    run = Run([*writers("5", "5", "5", refuted=True), *writers("4")])
    await run.finish(0, 1, 2)
    assert run.of(Dropped) == []
    await run.finish(3)
    await run.task
    assert [(event.candidate, event.agreeing, event.count, event.unsure) for event in run.of(Selected)] == [(3, 1, 1, False)]


async def test_what_an_earlier_run_completed_is_not_written_again_but_scored_and_counted():
    earlier = {"checked": False, "differs": False, "finish": "stop", "tokens": 10, "rounds": 0, "seconds": 1.0}
    kept = {
        0: Kept(Solved(candidate=0, answer="4", text="text 4", **earlier), 0.5),
        2: Kept(Solved(candidate=2, answer="5", text="text 5", **earlier), None),
    }
    scorer = Scorer({"4": 9.0, "5": 1.0, "6": 0.2})
    run = Run(writers("4", "6", "5"), rule="reward", scorer=scorer, kept=kept)
    await settle()
    assert [writer.begun for writer in run.writers] == [False, True, False]
    await run.finish(1)
    await run.task
    assert [event.candidate for event in run.of(Solved)] == [1]
    assert scorer.calls == [("Q", ["text 5"]), ("Q", ["text 6"])]
    assert [(event.candidate, event.count) for event in run.of(Selected)] == [(2, 3)]


async def test_candidates_run_side_by_side_and_the_majority_is_picked():
    run = Run(writers("4", "5", "5", "4", "5"))
    await settle()
    assert all(writer.begun for writer in run.writers)
    assert {event.candidate for event in run.of(Token)} == {0, 1, 2, 3, 4}
    await run.finish(3, 1, 0, 2, 4)
    await run.task
    assert run.of(Started) == []
    assert [event.candidate for event in run.of(Solved)] == [3, 1, 0, 2, 4]
    groups = {0: 0, 1: 1, 2: 1, 3: 0, 4: 1}
    assert run.of(Selected) == [Selected(candidate=1, rule="majority", agreeing=3, count=5, unsure=False, groups=groups)]
    done = run.events[-1]
    assert (done.kind, done.candidate, done.answer, done.tokens) == ("done", 1, "5", 15)


async def test_what_cannot_change_the_majority_is_dropped_and_given_back():
    run = Run(writers("5", "5", "5", "4", "4"))
    await settle()
    await run.finish(0, 1, 2)
    await asyncio.wait_for(run.task, 5)
    assert run.of(Dropped) == [Dropped(candidate=3, reason="settled"), Dropped(candidate=4, reason="settled")]
    assert all(writer.closed for writer in run.writers)
    assert run.of(Selected)[0].groups == {0: 0, 1: 0, 2: 0}


async def test_other_rules_wait_for_everybody():
    run = Run(writers("5", "5", "5", "4"), "reward", scorer=Scorer({"5": 1.0, "4": 2.0}))
    await settle()
    await run.finish(0, 1, 2)
    assert not run.task.done()
    await run.finish(3)
    await run.task
    assert run.of(Selected)[0].candidate == 3
    assert run.of(Selected)[0].unsure


async def test_finished_candidates_are_scored_together_while_others_are_written():
    scorer = Scorer({"4": 0.5, "5": 1.5, "6": -1.0})
    run = Run(writers("4", "5", "6", "5"), "weighted", scorer=scorer)
    await settle()
    scorer.gate.clear()
    await run.finish(0, 1, 2)
    scorer.gate.set()
    await until(lambda: len(run.of(Scored)) == 3)
    assert {event.candidate: event.score for event in run.of(Scored)} == {0: 0.5, 1: 1.5, 2: -1.0}
    assert scorer.calls == [("Q", ["text 4"]), ("Q", ["text 5", "text 6"])]
    await run.finish(3)
    await run.task
    assert run.of(Selected)[0].candidate == 1


async def test_solutions_of_different_prompts_are_scored_apart():
    scorer = Scorer({"4": 1.0, "5": 2.0})
    run = Run([Writer("4", prompt="short"), Writer("5", prompt="long")], "reward", scorer=scorer)
    await settle()
    scorer.gate.clear()
    await run.finish(0, 1)
    scorer.gate.set()
    await run.task
    assert scorer.calls == [("short", ["text 4"]), ("long", ["text 5"])]


@pytest.mark.parametrize(
    ("scorer", "told"), [(None, NO_SCORER), (Scorer({}, RewardUnavailable("The reward model is away.")), "The reward model is away.")]
)
async def test_without_scores_the_majority_decides_and_it_is_said(scorer, told):
    run = Run(writers("4", "5", "5"), "weighted", scorer=scorer)
    await settle()
    await run.finish(0, 1, 2)
    await run.task
    selected = run.of(Selected)[0]
    assert (selected.candidate, selected.rule, selected.scorer_error) == (1, "majority", told)
    assert scorer is None or len(scorer.calls) == 1


async def test_a_candidate_that_takes_much_longer_than_the_others_is_dropped():
    run = Run(writers("4", "5", "6", "7", seconds=0.05), "first", budget=Budget(patience=2.0))
    await settle()
    await run.finish(0, 1)
    await asyncio.wait_for(run.task, 5)
    assert run.of(Dropped) == [Dropped(candidate=2, reason="slow"), Dropped(candidate=3, reason="slow")]


async def test_no_candidate_is_slow_before_half_of_them_are_complete():
    run = Run(writers("4", "5", "6", "7", seconds=0.0), "first")
    await run.finish(0)
    await settle()
    assert run.of(Dropped) == []
    await run.finish(1)
    await asyncio.wait_for(run.task, 5)
    assert len(run.of(Dropped)) == 2


async def test_the_budgets_end_what_is_still_written():
    run = Run(writers("4", "5"), "first", budget=Budget(seconds=0.0))
    await settle()
    assert not run.task.done()  # not before there is one solution
    await run.finish(1)
    await asyncio.wait_for(run.task, 5)
    assert run.of(Dropped) == [Dropped(candidate=0, reason="seconds")]
    run = Run(writers("4", "5", tokens=50), "first", budget=Budget(tokens=80))
    await settle()
    await run.finish(1)
    await asyncio.wait_for(run.task, 5)
    assert run.of(Dropped) == [Dropped(candidate=0, reason="tokens")]


async def test_what_is_dropped_is_given_back_while_the_others_are_scored():
    scorer = Scorer({"5": 1.0})
    scorer.gate.clear()
    run = Run(writers("4", "5", tokens=50), "reward", scorer=scorer, budget=Budget(tokens=80))
    await settle()
    await run.finish(1)
    await until(lambda: run.writers[0].closed)
    assert not run.task.done()
    scorer.gate.set()
    await run.task


async def test_candidates_that_are_long_wait_until_what_they_said_is_taken():
    run = Run(writers("4", "5", times=WAITING), "first")
    await run.finish(0, 1)
    await asyncio.wait_for(run.task, 5)
    assert len(run.of(Token)) == 2 * WAITING


async def test_more_than_may_run_together_come_in_waves():
    run = Run(writers("4", "5", "6", "7"), "first", budget=Budget(together=2))
    await settle()
    assert [writer.begun for writer in run.writers] == [True, True, False, False]
    await run.finish(1)
    await until(lambda: run.writers[2].begun)
    await run.finish(0, 2, 3)
    await run.task
    assert len(run.of(Solved)) == 4


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ContextOverflow, "context"), (SessionLost, "sandbox"), (SandboxBusy, "sandbox"), (SandboxUnavailable, "sandbox")],
)
async def test_one_that_cannot_be_written_is_not_the_end_but_all_are(error, reason):
    run = Run([Writer("4", error=error("full")), Writer("5")], "first")
    await settle()
    await run.finish(0, 1)
    await run.task
    assert run.of(Dropped) == [Dropped(candidate=0, reason=reason)]
    assert run.events[-1].answer == "5"
    run = Run([Writer(answer, error=error("full")) for answer in "45"], "first")
    await settle()
    await run.finish(0, 1)
    with pytest.raises(error, match="full"):
        await run.task


async def test_an_engine_that_goes_away_ends_all_and_everything_is_given_back():
    run = Run([Writer("4", error=EngineUnavailable("gone")), *writers("5", "6")])
    await settle()
    await run.finish(0)
    with pytest.raises(EngineUnavailable, match="gone"):
        await run.task
    assert all(writer.closed for writer in run.writers)


async def test_an_engine_that_fails_one_candidate_does_not_lose_those_that_are_complete():
    run = Run([*writers("4"), Writer("5", error=EngineUnavailable("too slow")), *writers("4")], "first")
    await settle()
    await run.finish(0, 1, 2)
    await run.task
    assert run.of(Dropped) == [Dropped(candidate=1, reason="engine")]
    assert (run.events[-1].answer, run.of(Selected)[0].count) == ("4", 2)


async def test_closing_gives_everything_back():
    run = Run(writers("4", "5", "6"), budget=Budget(together=2))
    await settle()
    run.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run.task
    assert [(writer.begun, writer.closed) for writer in run.writers] == [(True, True), (True, True), (False, False)]


async def test_candidates_without_an_answer_are_picked_only_where_there_is_no_other():
    run = Run(writers(None, "5", None))
    await settle()
    await run.finish(0, 1, 2)
    await run.task
    assert run.of(Selected)[0].candidate == 1
    run = Run(writers(None, None))
    await settle()
    await run.finish(0, 1)
    await run.task
    selected = run.of(Selected)[0]
    assert (selected.candidate, selected.agreeing, selected.unsure, selected.groups) == (0, 0, True, {0: None, 1: None})


@pytest.mark.parametrize("count", [1, 257])
async def test_how_many_there_may_be(count):
    with pytest.raises(ValueError, match="2 to 256"):
        Contest("P", writers(*["4"] * count), rule="first")
