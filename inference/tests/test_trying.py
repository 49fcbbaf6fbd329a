"""Another try: where the problem refutes an answer, or the model repeats itself; never where a solution may stand."""

import pytest

from inference.events import Started
from inference.sandbox import CellResult
from inference.solve import SAMPLED, TRIES, Limits
from inference.tests.recorded_solving import PLAN, Executor, Recorded, collect, fenced, prose

BARE = "Simplify (4a^2)^3"
WRONG, RIGHT = "It is $\\boxed{4096}$.", "It is $\\boxed{64a^6}$."
REPEATS = "Let us see. " + "We add 1 and get 2. " * 40


def reasons(events):
    return [event.given_up for event in events if isinstance(event, Started)]


async def test_a_refuted_answer_is_tried_again_from_the_beginning():
    engine = Recorded([WRONG, RIGHT])
    events = await collect(engine, Executor([]), BARE, mode="cot", tries=TRIES)
    assert reasons(events) == [None, "refuted"]
    assert prose(events) == WRONG + RIGHT
    done = events[-1]
    assert (done.answer, done.refuted, done.text) == ("64a^6", False, RIGHT)
    assert [event.kind for event in events].count("done") == 1
    assert done.tokens == -(-len(WRONG) // 5) + -(-len(RIGHT) // 5)
    assert done.seconds > 0
    assert engine.prompts[0] == engine.prompts[1]
    first, second = engine.samplings
    assert (first.temperature, second.temperature) == (0.0, SAMPLED)
    assert first.seed != second.seed


async def test_each_try_has_a_sandbox_session_of_its_own():
    engine = Recorded([PLAN + fenced("print(4**6)"), WRONG, PLAN + fenced("show()"), RIGHT])
    sandbox = Executor([CellResult(output="4096"), CellResult(output="64*a**6")])
    events = await collect(engine, sandbox, BARE, mode="tir", tries=TRIES)
    assert (events[-1].answer, events[-1].checked, events[-1].rounds) == ("64a^6", True, 1)
    assert (sandbox.opened, sandbox.closed) == (2, 2)


async def test_the_last_try_stands_as_it_is():
    events = await collect(Recorded([WRONG] * 3), Executor([]), BARE, mode="cot", tries=3)
    assert reasons(events) == [None, "refuted", "refuted"]
    assert events[-1].refuted


async def test_who_repeats_itself_and_comes_to_nothing_begins_again():
    events = await collect(Recorded([REPEATS, RIGHT]), Executor([]), BARE, mode="cot", tries=TRIES)
    assert reasons(events) == [None, "repeats"]
    assert events[-1].answer == "64a^6"


@pytest.mark.parametrize(
    ("problem", "texts", "options"),
    [
        (BARE, [RIGHT], {"tries": 3}),
        (BARE, [WRONG], {}),
        (BARE, [RIGHT + REPEATS], {"tries": 3}),
        ("What is a prime number?", ["One with two divisors."], {"tries": 3}),
        (BARE, ["We see that " * 10 + f"{n}" for n in range(1)], {"tries": 3, "limits": Limits(tokens=10, with_box=10)}),
        (BARE, [WRONG], {"tries": 3, "limits": Limits(tokens=255, with_box=255)}),
    ],
)
async def test_there_is_no_other_try(problem, texts, options):
    """Of what may stand, of a sample that somebody counts, of what has no answer, and where the tokens are used up."""
    events = await collect(Recorded(texts), Executor([]), problem, mode="cot", **options)
    assert reasons(events) == [None]


async def test_all_tries_share_the_tokens():
    engine = Recorded([WRONG, RIGHT])
    await collect(engine, Executor([]), BARE, mode="cot", tries=2, limits=Limits(tokens=400, with_box=400))
    assert [sampling.max_tokens for sampling in engine.samplings] == [400, 400 - -(-len(WRONG) // 5)]
