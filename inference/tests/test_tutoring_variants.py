"""Problems like another one, over a scripted model: what is kept, and what falls out."""

from dataclasses import replace

import pytest

from inference.engines import EngineUnavailable
from inference.sandbox import SandboxUnavailable
from inference.sandbox.absent import NoSandbox
from inference.tests.tutoring_engine import WORDS, Sandbox, ScriptedEngine, solver
from inference.tutoring.key import Key
from inference.tutoring.variants import CHANGES, is_sound, write_variant

CLIPS = "Natalia sold 48 clips in April and half as many in May. How many clips did she sell altogether?"
NEW = "Natalia sold 60 clips in April and half as many in May. How many clips did she sell altogether?"
SOLUTION = "In May she sold $60/2 = 30$ clips.\nAltogether she sold $60 + 30 = 90$ clips.\nThe answer is $\\boxed{90}$."
WRITES = "New problem:\n"


async def write(*replies, output="90", question=CLIPS, answer="72", language="en", **more):
    engine = ScriptedEngine(*replies)
    made = await write_variant(question, answer, engine=engine, sandbox=Sandbox(output), language=language, samples=2, **more)
    return made, engine


async def test_a_problem_whose_solutions_agree_is_kept():
    made, engine = await write((WRITES, [NEW]), *solver(SOLUTION, "90"))
    assert (made.question, made.answer, made.count) == (NEW, "90", 4)
    assert "60/2" in made.first_step
    assert "90" not in made.first_step
    assert engine.asked[WRITES] == 1
    assert CLIPS in engine.prompts[0]


async def test_a_first_step_that_comes_to_the_answer_is_not_shown():
    all_at_once = "She sold $60 + 60/2 = 90$ clips.\nIn May alone she sold $60/2 = 30$ clips.\nThe answer is $\\boxed{90}$."
    made, _ = await write((WRITES, [NEW]), *solver(all_at_once, "90"))
    assert (made.answer, made.first_step) == ("90", "")


async def test_a_chinese_one_is_written_in_chinese():
    asked, new = "小明有12个苹果，吃了3个，又买了5个。现在有几个？", "小红有20个梨，吃了6个，又买了4个。现在有几个？"
    made, _ = await write(("新题目：\n", [new]), *solver("剩 $20 - 6 = 14$ 个，\n现在有 $14 + 4 = 18$ 个。\n答案是 $\\boxed{18}$。", "18"),
                          output="18", question=asked, answer="14", language="zh")  # fmt: skip
    assert (made.question, made.answer) == (new, "18")


@pytest.mark.parametrize(
    ("solves", "output"),
    [
        (solver(SOLUTION.replace("90", "91"), "90"), "90"),  # words against Python
        (solver(SOLUTION, "90"), "30"),  # an answer that its program did not print
        (solver("I do not know.", ""), "90"),
        (solver("It is $\\boxed{22.5}$.", "22.5"), "22.5"),  # of clips
    ],
)
async def test_what_is_not_confirmed_is_not_kept(solves, output):
    made, engine = await write((WRITES, [NEW]), *solves, output=output)
    assert made is None
    assert engine.asked[WRITES] == len(CHANGES)
    assert engine.asked[WORDS] == 2  # a text that comes again is not solved again


@pytest.mark.parametrize(
    ("agreeing", "count", "checked", "sound"), [(3, 3, True, True), (2, 2, True, False), (3, 4, True, False), (4, 4, False, False)]
)
def test_more_solutions_than_of_one_kind_have_to_agree(agreeing, count, checked, sound):
    assert is_sound(Key(answer="90", solution="", agreeing=agreeing, count=count, checked=checked), 2) is sound


@pytest.mark.parametrize(
    "reply", [CLIPS, CLIPS.upper(), "The answer is 90.", "Natalia has 60 clips and is happy.", "小红有几个苹果？她有3个。"]
)
async def test_what_is_no_new_problem_is_not_solved(reply):
    made, engine = await write((WRITES, [reply]), *solver(SOLUTION, "90"))
    assert made is None
    assert set(engine.asked) == {WRITES}


async def test_a_problem_that_was_cut_off_is_not_solved():
    class Cut(ScriptedEngine):
        async def stream(self, prompt, sampling, request_id):
            async for chunk in super().stream(prompt, sampling, request_id):
                yield replace(chunk, finish="length") if chunk.finish else chunk

    engine = Cut((WRITES, [NEW]))
    assert await write_variant(CLIPS, "72", engine=engine, sandbox=Sandbox("90"), language="en") is None
    assert set(engine.asked) == {WRITES}


@pytest.mark.parametrize(("digits", "is_kept"), [(200, True), (201, False)])
async def test_an_answer_that_no_student_types_is_none(digits, is_kept):
    long = "9" * digits
    made, _ = await write((WRITES, [NEW]), *solver(f"It is $\\boxed{{{long}}}$.", long), output=long, answer="")
    assert (made is not None) is is_kept


async def test_what_the_student_had_is_not_given_again():
    other = NEW.replace("60", "80")
    replies = ((WRITES, [NEW, other]), *solver(SOLUTION, "90"))
    made, engine = await write(*replies, had=[NEW.lower().replace(".", "!")])
    assert made.question == other
    assert engine.asked[WRITES] == 2


async def test_a_sandbox_that_is_away_is_said_as_it_is():
    engine = ScriptedEngine((WRITES, [NEW]), *solver(SOLUTION, "90"))
    with pytest.raises(SandboxUnavailable):
        await write_variant(CLIPS, "72", engine=engine, sandbox=NoSandbox("No namespaces here."), language="en")


async def test_an_engine_that_is_away_is_said_as_it_is():
    class Away(ScriptedEngine):
        async def stream(self, prompt, sampling, request_id):
            if WRITES not in prompt:
                raise EngineUnavailable("The engine is away.")
            async for chunk in super().stream(prompt, sampling, request_id):
                yield chunk

    with pytest.raises(EngineUnavailable):
        await write_variant(CLIPS, "72", engine=Away((WRITES, [NEW])), sandbox=Sandbox("90"), language="en")
