"""A whole lesson over a scripted model."""

import pytest

from inference.tests.tutoring_engine import solver
from inference.tests.tutoring_student import HINTS, SOLVES, Student
from inference.tutoring.events import Working


async def test_a_lesson_in_chinese():
    problem = "小明有12个苹果，吃了3个，又买了5个，现在有几个苹果？"
    solution = "吃了以后还剩 $12 - 3 = 9$ 个。\n现在有 $9 + 5 = 14$ 个。\n答案是 $\\boxed{14}$。"
    hints = ("绝不说出最终答案", ["现在是十四个吗？", "小红还剩几个苹果？", "那么小明现在有几个苹果？", "吃了3个苹果以后还剩几个？"])
    replied = ("先不要回答这个问题", ["$12 - 3 = 9$，\\boxed{9}"])
    student = Student(*solver(solution, "14"), replied, hints, problem=problem, output="14", language="zh")
    end = await student.ask()
    assert "你试过什么" in end.text
    end = await student.ask("hint", "不会")
    assert "“小明有12个苹果，吃了3个”" in end.text
    end = await student.ask("hint", "还是不会")
    assert end.text == "吃了3个苹果以后还剩几个？"
    end = await student.ask("attempt", "12 - 3 = 8")
    assert "第 1 行还不对" in end.text


async def test_the_student_sees_what_the_tutor_is_at():
    student = Student(*SOLVES, HINTS)
    await student.ask()
    assert [event.stage for event in student.of(Working)] == ["preparing"]
    await student.ask("hint", "48/2 = 24")
    assert [event.stage for event in student.of(Working)] == ["reading", "wording"]


async def test_a_wish_for_a_hint_is_no_attempt():
    student = Student(*SOLVES, HINTS)
    await student.ask()
    end = await student.ask("attempt", "a hint, please")
    assert end.text.startswith("What have you tried?")
    assert not end.progress.tried
    assert (await student.ask("attempt", "I do not know how to begin")).progress.tried


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I am stuck", "There is nothing to check in this yet. Write what you calculate next, or ask for a hint."),
        ("full solution", "The full solution is not to be had yet."),
        ("thanks", "You are welcome."),
        ("it is half of 48", "There is nothing in this that I can check"),
    ],
)
async def test_who_has_no_lines_to_be_marked_is_answered_all_the_same(text, said):
    student = Student(*SOLVES, HINTS)
    await student.ask()
    before = await student.ask("attempt", "I do not know how to begin")
    end = await student.ask("attempt", text)
    assert end.text.startswith(said)
    assert end.offers == before.offers
