"""Solving over a recorded model: what a real model wrote is replayed, cut in different places; what it is asked is looked at."""

import asyncio
from contextlib import aclosing

import pytest

from inference.engines import Chunk, EngineUnavailable
from inference.events import Code, Done, Output, Started, Token
from inference.prompts import Exchange
from inference.sandbox import CellResult, SandboxUnavailable, SessionLost
from inference.solve import FORCED_BOX, SAMPLED, Limits, solve
from inference.tests.recorded_solving import ANSWER, CODE, PLAN, QUESTION, Executor, Recorded, collect, fenced, kinds, prose
from inference.wire import FENCE, TOOL

IN_WORDS = "Let's work it out in words, step by step.\n\n"


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 8, 1000])
async def test_a_solution_with_python(chunk):
    engine = Recorded([PLAN + fenced(CODE) + "made up", ANSWER], chunk=chunk)
    sandbox = Executor([CellResult(output="[-3, 1/2]", images=(b"png",))])
    events = await collect(engine, sandbox, mode="tir")
    assert kinds(events) == ["started", "token", "code", "output", "token", "done"]
    assert events[0] == Started(mode="tir", language="en", model="recorded")
    assert prose(events) == PLAN + ANSWER
    assert prose(events, "code") == CODE
    assert sandbox.cells == [CODE]
    assert (sandbox.opened, sandbox.closed) == (1, 1)
    assert next(event for event in events if isinstance(event, Output)).images == (b"png",)
    done = events[-1]
    assert (done.answer, done.checked, done.differs, done.finish, done.rounds) == ("x = -3, x = \\frac{1}{2}", True, False, "stop", 1)
    assert done.text == PLAN + fenced(CODE).rstrip() + FENCE.output("[-3, 1/2]") + ANSWER
    assert engine.prompts[1] == engine.prompts[0].removesuffix(PLAN + "```python\n") + done.text.removesuffix(ANSWER)
    assert not engine.open_requests


async def test_the_tool_format():
    engine = Recorded([f"{PLAN}<tool>python\n{CODE}\n</tool>", ANSWER])
    events = await collect(engine, Executor([CellResult(output="[-3, 1/2]")]), mode="tir", wire=TOOL)
    assert prose(events) == PLAN + ANSWER
    assert prose(events, "code") == CODE
    assert "</tool>\n<output>\n[-3, 1/2]\n</output>\n" in events[-1].text
    assert events[-1].checked


BARE = "Solve 2x^2 + 5x - 3 = 0"
KEPT = [Exchange("What is 2x?", "Take the equation.")]


@pytest.mark.parametrize(
    ("problem", "options", "refuted"),
    [
        (BARE, {}, True),
        (BARE, {"history": KEPT}, True),
        (BARE.removeprefix("Solve "), {"history": KEPT}, False),
        (BARE, {"instructions": "Give the number of solutions."}, False),
        (QUESTION, {}, False),
    ],
)
async def test_an_answer_that_the_problem_refutes_is_not_checked(problem, options, refuted):
    engine = Recorded([PLAN + fenced("print(2)"), "So $\\boxed{2}$."])
    events = await collect(engine, Executor([CellResult(output="2")]), problem, mode="tir", **options)
    assert (events[-1].answer, events[-1].checked, events[-1].refuted) == ("2", not refuted, refuted)


@pytest.mark.parametrize("mode", ["cot", "tir"])
async def test_no_token_is_empty(mode):
    engine = Recorded([fenced("print(5)"), "That is all.", "5}$."] if mode == "tir" else [ANSWER])
    events = await collect(engine, Executor([CellResult(output="5")]), mode=mode)
    assert all(event.text for event in events if isinstance(event, Token))


@pytest.mark.parametrize("chunk", [1, 5, 1000])
async def test_words_alone_run_nothing_and_make_up_no_output(chunk):
    sandbox = Executor([])
    engine = Recorded([PLAN + fenced(CODE) + "```output\nmade up\n```\nIt is made up.", ANSWER], chunk=chunk)
    events = await collect(engine, sandbox, mode="cot")
    assert kinds(events) == ["started", "token", "done"]
    assert prose(events) == events[-1].text == PLAN + IN_WORDS + ANSWER
    assert engine.prompts[1].endswith(PLAN + IN_WORDS)
    assert sandbox.opened == 0
    assert (events[-1].answer, events[-1].checked, events[-1].differs) == ("x = -3, x = \\frac{1}{2}", False, False)


async def test_who_insists_on_a_program_is_led_back_to_words_twice():
    engine = Recorded([fenced("a"), fenced("b"), fenced("print(5)") + ANSWER])
    events = await collect(engine, Executor([]), mode="cot")
    assert prose(events) == events[-1].text == IN_WORDS + IN_WORDS + fenced("print(5)") + ANSWER


async def test_words_end_where_a_program_would_only_check_the_answer():
    events = await collect(Recorded([ANSWER + "\n" + fenced("print(5)") + "made up"]), Executor([]), mode="cot")
    assert prose(events) == ANSWER + "\n"
    assert events[-1].finish == "stop"


async def test_other_blocks_than_programs_stand_in_words():
    table = "```\n1 2\n3 4\n```\n"
    events = await collect(Recorded([table + ANSWER]), Executor([]), mode="cot")
    assert prose(events) == table + ANSWER


async def test_a_failed_block_is_shown_to_the_model_which_mends_it():
    error = "line 1: prin(5)\nNameError: name 'prin' is not defined"
    engine = Recorded([fenced("prin(5)"), "I misspelt it.\n" + fenced("print(5)"), "It is $\\boxed{5}$."])
    sandbox = Executor([CellResult(output="", error=error), CellResult(output="5")])
    events = await collect(engine, sandbox, mode="tir")
    assert error in engine.prompts[1]
    assert [event.code for event in events if isinstance(event, Code)] == ["prin(5)", "print(5)"]
    assert (sandbox.opened, sandbox.closed) == (1, 1)
    assert (events[-1].checked, events[-1].rounds) == (True, 2)


async def test_another_result_than_the_answer_is_said():
    events = await collect(Recorded([fenced("print(5)"), "$\\boxed{7}$"]), Executor([CellResult(output="5")]), mode="tir")
    assert (events[-1].checked, events[-1].differs) == (False, True)


async def test_a_result_that_cannot_be_compared_is_neither():
    events = await collect(Recorded([fenced("print('?')"), "$\\boxed{7}$"]), Executor([CellResult(output="?")]), mode="tir")
    assert (events[-1].checked, events[-1].differs) == (False, False)


@pytest.mark.parametrize(("language", "words"), [("en", PLAN), ("zh", "下面用 Python 一步一步地计算，变量名用英文（如 total_cost）。\n\n")])
async def test_the_first_block_is_opened_for_the_model(language, words):
    engine = Recorded(["print(2 + 3)\n```\n", "So it is $\\boxed{5}$."])
    events = await collect(engine, Executor([CellResult(output="5")]), mode="tir", language=language)
    assert engine.prompts[0].endswith(f"<|im_start|>assistant\n{words}```python\n")
    assert prose(events) == f"{words}So it is $\\boxed{{5}}$."
    assert prose(events, "code") == "print(2 + 3)"
    assert events[-1].text.startswith(words + fenced("print(2 + 3)"))
    assert (events[-1].checked, events[-1].rounds) == (True, 1)


async def test_a_cut_solution_is_not_checked():
    engine = Recorded(["so " * 100], chunk=1)
    events = await collect(engine, Executor([]), mode="tir", limits=Limits(tokens=50))
    assert (len(engine.prompts), events[-1].finish, events[-1].rounds) == (1, "length", 0)


async def test_rounds_are_bounded_and_the_last_word_is_prose():
    engine = Recorded([fenced("1"), fenced("2"), fenced("3") + "$\\boxed{4}$", "$\\boxed{3}$"])
    sandbox = Executor([CellResult(output="1"), CellResult(output="2")])
    events = await collect(engine, sandbox, mode="tir", limits=Limits(rounds=2))
    assert sandbox.cells == ["1", "2"]
    assert prose(events) == PLAN + IN_WORDS + "$\\boxed{3}$"
    assert (events[-1].answer, events[-1].rounds) == ("3", 2)


async def test_a_block_that_fails_twice_in_the_same_way_is_the_last():
    engine = Recorded(["```python\nx\n```\n", "I mend it.\n```python\nx\n```\n", "In words: 1 and 2 is $\\boxed{3}$. ```python\nx\n```\n"])
    error = CellResult(output="", error="NameError: name 'x' is not defined")
    sandbox = Executor([error, error])
    events = await collect(engine, sandbox, mode="tir")
    assert sandbox.cells == ["x", "x"]
    assert engine.prompts[-1].endswith("The code fails again. Let's work it out in words, step by step.\n\n")
    assert Token(text="The code fails again. Let's work it out in words, step by step.\n\n") in events
    assert (events[-1].answer, events[-1].rounds, events[-1].checked) == ("3", 2, False)


async def test_another_block_that_fails_may_be_mended():
    engine = Recorded(["```python\nx\n```\n", "```python\ny\n```\n", "```python\nx\n```\n", "```python\nprint(3)\n```\n", "$\\boxed{3}$"])
    error = CellResult(output="", error="NameError")
    sandbox = Executor([error, error, error, CellResult(output="3\n", error=None)])
    events = await collect(engine, sandbox, mode="tir")
    assert (events[-1].answer, events[-1].rounds, events[-1].checked) == ("3", 4, True)


async def test_tokens_are_bounded_over_all_rounds():
    engine = Recorded([fenced("print(1)"), "so " * 100, "1}$."], chunk=1)  # one token a character
    events = await collect(engine, Executor([CellResult(output="1")]), mode="tir", limits=Limits(tokens=50))
    assert engine.samplings[1].max_tokens == 50 - len("print(1)\n```")
    assert events[-1].tokens == 50 + len("1}$.")
    assert (events[-1].finish, events[-1].answer) == ("length", "1")


async def test_nothing_is_asked_where_the_first_block_used_the_budget_up():
    engine = Recorded([fenced("print(1)"), "1}$."], chunk=1)
    events = await collect(engine, Executor([CellResult(output="1")]), mode="tir", limits=Limits(tokens=len("print(1)\n```")))
    assert prose(events) == PLAN + FORCED_BOX + "1}$."
    assert (events[-1].finish, events[-1].answer) == ("length", "1")


async def test_a_block_that_the_end_of_the_message_leaves_open_runs():
    events = await collect(Recorded(["print(5)", "It is $\\boxed{5}$."]), Executor([CellResult(output="5")]), mode="tir")
    assert (events[-1].answer, events[-1].checked, events[-1].rounds) == ("5", True, 1)


async def test_a_block_may_come_twice_where_it_does_not_fail():
    sandbox = Executor([CellResult(output="5")] * 2)
    events = await collect(Recorded([fenced("print(5)"), fenced("print(5)"), "It is $\\boxed{5}$."]), sandbox, mode="tir")
    assert sandbox.cells == ["print(5)"] * 2
    assert prose(events) == PLAN + "It is $\\boxed{5}$."


async def test_a_block_that_the_budget_cut_does_not_run():
    sandbox = Executor([])
    events = await collect(Recorded([fenced("print(1)")], chunk=1), sandbox, mode="tir", limits=Limits(tokens=4))
    assert sandbox.cells == []
    assert prose(events, "code") == "prin"
    assert (events[-1].finish, events[-1].answer) == ("length", None)


async def test_an_answer_that_was_not_boxed_is_asked_for():
    engine = Recorded([fenced("print(5)"), "That is all.", "5}$.\nAnd more"])
    events = await collect(engine, Executor([CellResult(output="5")]), mode="tir")
    assert engine.prompts[2].endswith("That is all." + FORCED_BOX)
    assert prose(events).endswith(FORCED_BOX + "5}$.")
    assert (events[-1].answer, events[-1].checked) == ("5", True)


async def test_a_box_in_a_program_is_no_answer():
    engine = Recorded([fenced("# final: \\boxed{x}\nx = 3 + 4\nprint(x)"), "That is all.", "7}$."])
    events = await collect(engine, Executor([CellResult(output="7")]), mode="tir")
    assert prose(events).endswith(FORCED_BOX + "7}$.")
    assert (events[-1].answer, events[-1].checked, events[-1].differs) == ("7", True, False)


@pytest.mark.parametrize("code", ['print(f"\\\\boxed{{{resul}}}")', 'print("The answer is:", resul)'])
async def test_a_failed_program_says_no_answer(code):
    error = CellResult(output="", error="NameError: name 'resul' is not defined")
    engine = Recorded([fenced(code), fenced(code), "3 + 4 = 7.\n" + fenced("print(7)"), "So it is $\\boxed{7}$."])
    events = await collect(engine, Executor([error, error]), mode="tir")
    assert prose(events).endswith("3 + 4 = 7.\n" + IN_WORDS + "So it is $\\boxed{7}$.")
    assert events[-1].answer == "7"


async def test_without_an_answer_in_words_there_is_none():
    code = 'print("The answer is:", resul)'
    error = CellResult(output="The answer is: 3", error="NameError: name 'resul' is not defined")
    events = await collect(Recorded([fenced(code), "I cannot do it."]), Executor([error]), mode="tir")
    assert events[-1].answer is None


async def test_a_printed_box_is_said_again_and_compared():
    engine = Recorded([fenced("show()"), "That is all.", "8}$."])
    events = await collect(engine, Executor([CellResult(output="\\boxed{7}")]), mode="tir")
    assert (events[-1].answer, events[-1].checked, events[-1].differs) == ("8", False, True)


@pytest.mark.parametrize("wire", [FENCE, TOOL])
async def test_an_answer_is_asked_for_behind_a_program_that_the_budget_cut(wire):
    opening = f"Again:\n{wire.opening}x = 5 * 7 * 9 * 11"
    engine = Recorded([f"print(5)\n{wire.end}", opening, "5}$."], chunk=1)
    budget = Limits(tokens=len(f"print(5)\n{wire.end}") + len(opening) - 4)
    events = await collect(engine, Executor([CellResult(output="5")]), mode="tir", wire=wire, limits=budget)
    assert engine.prompts[2].endswith(f"x = 5 * 7 * 9\n{wire.end}{FORCED_BOX}")
    assert (events[-1].answer, events[-1].checked) == ("5", True)


async def test_stopping_frees_the_engine_and_the_sandbox():
    engine = Recorded([fenced("print(1)"), "one two three four"])
    sandbox = Executor([CellResult(output="1")])
    events = solve(QUESTION, engine=engine, sandbox=sandbox, mode="tir")
    async for event in events:
        if isinstance(event, Token) and event.text == "one t":
            assert engine.open_requests
            break
    await events.aclose()
    assert not engine.open_requests
    assert sandbox.closed == 1


@pytest.mark.parametrize("error", [SessionLost("gone"), SandboxUnavailable("no jail")])
async def test_a_lost_sandbox_is_an_error(error):
    sandbox = Executor([error])
    with pytest.raises(type(error)):
        await collect(Recorded([fenced("print(1)")]), sandbox, mode="tir")
    assert sandbox.closed == 1


async def test_a_lost_engine_is_an_error_and_closes_the_sandbox():
    class Dies(Recorded):
        async def stream(self, prompt, sampling, request_id):
            if "```output" in prompt:
                raise EngineUnavailable("gone")
            async with aclosing(super().stream(prompt, sampling, request_id)) as chunks:
                async for chunk in chunks:
                    yield chunk

    sandbox = Executor([CellResult(output="1")])
    with pytest.raises(EngineUnavailable):
        await collect(Dies([fenced("print(1)")]), sandbox, mode="tir")
    assert sandbox.closed == 1


@pytest.mark.parametrize("mode", ["cot", "tir"])
async def test_a_request_that_somebody_aborted_is_an_error(mode):
    class Aborted(Recorded):
        async def stream(self, prompt, sampling, request_id):
            yield Chunk("It is", 2)

    with pytest.raises(EngineUnavailable):
        await collect(Aborted([]), Executor([]), mode=mode)


async def test_sampling_is_greedy_unless_asked():
    engine = Recorded(["$\\boxed{1}$", "$\\boxed{1}$"])
    await collect(engine, Executor([]), mode="cot")
    await collect(engine, Executor([]), mode="cot", temperature=0.7, seed=3)
    assert (engine.samplings[0].temperature, engine.samplings[0].top_p) == (0.0, 1.0)
    assert (engine.samplings[1].temperature, engine.samplings[1].top_p, engine.samplings[1].seed) == (0.7, 0.8, 3)


async def test_candidates_differ_and_the_first_has_the_seed_of_one_alone():
    engine = Recorded([ANSWER] * 2)
    events = await collect(engine, Executor([]), "Why is 2x^2 + 5x - 3 = 0?", n=2, select="majority", seed=3)
    assert [event for event in events if isinstance(event, Started)] == [Started(mode="cot", language="en", model="recorded", n=2)]
    assert {sampling.temperature for sampling in engine.samplings} == {SAMPLED}
    first, second = [sampling.seed for sampling in engine.samplings]
    assert first == 3 != second
    assert events[-1].answer == "x = -3, x = \\frac{1}{2}"


def test_done_is_last_of_all():
    events = asyncio.run(collect(Recorded([ANSWER]), Executor([]), mode="cot"))
    assert isinstance(events[-1], Done)
    assert events[-1].seconds >= 0


@pytest.mark.parametrize("mode", ["cot", "tir"])
@pytest.mark.parametrize(
    "again", ["- Add 3 to both sides of it.\n", "2", " = 2 x", "这一步和上一步一样，再来一次。\n", "A whole paragraph. " * 8]
)
async def test_a_model_that_repeats_itself_is_stopped(mode, again):
    engine = Recorded(["x = 1\n" if mode == "tir" else "First we look.\n"])
    engine.continuations[0] += again * (3000 // len(again))
    end = (await collect(engine, Executor([]), mode=mode, limits=Limits(tokens=5000)))[-1]
    assert end.finish == "length"
    assert end.tokens * engine.chunk < 1000
    assert not engine.open_requests


@pytest.mark.parametrize(
    "text", ["2 × " * 40 + "2", "| 1 | 2 |\n" * 12, "We go on. " * 4, "".join(f"Step {n}: add 1.\n" for n in range(80))]
)
async def test_what_is_said_a_few_times_is_let_be(text):
    assert (await collect(Recorded([text]), Executor([]), mode="cot"))[-1].text == text
