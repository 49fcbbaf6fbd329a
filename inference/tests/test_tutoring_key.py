"""The key of a problem: made once, of solutions that agree."""

import pytest

from inference.sandbox import SandboxError, SessionLost
from inference.sandbox.absent import NoSandbox
from inference.tests.tutoring_engine import Sandbox, ScriptedEngine, solver
from inference.tests.tutoring_student import CLIPS, EQUATION, SOLUTION, SOLVES, Student
from inference.tutoring.events import Keyed, Noted, Progress, Reviewed
from inference.tutoring.key import Key, make_key


async def test_a_key_is_made_once_of_solutions_that_agree():
    student = Student(*SOLVES)
    end = await student.ask()
    assert (student.key.answer, student.key.agreeing, student.key.count, student.key.checked) == ("72", 4, 4, True)
    assert student.key.solution.startswith("In May")
    assert "boxed" not in student.key.solution
    assert end.offers == ("attempt", "hint")
    assert "What have you tried?" in end.text
    assert "72" not in end.text
    solved = len(student.engine.prompts)
    await student.ask("attempt", "48/2 = 24")
    assert len(student.engine.prompts) == solved


async def test_where_the_solutions_do_not_agree_nothing_is_taught():
    words = ("within", ["So $\\boxed{1}$.", "So $\\boxed{2}$."])
    student = Student(("```output", ["$\\boxed{3}$", "$\\boxed{4}$"]), ("programs", ["print()\n```\n"]), words)
    end = await student.ask()
    assert "not sure" in end.text
    assert end.offers == ("attempt",)
    assert [event.note for event in student.of(Noted)] == ["unsure"]
    end = await student.ask("attempt", "48/2 = 25")
    assert student.of(Reviewed)[0].review.first_error == 0  # calculations are still checked
    assert "not sure" not in end.text, "it was said"
    assert [event.note for event in student.of(Noted)] == ["unsure"]
    for wish in ("hint", "full solution"):
        end = await student.ask("attempt", wish)
        assert end.text.startswith("I am not sure"), "and it does not ask what was tried"


async def test_what_the_problem_refutes_is_no_key_however_many_say_it():
    programs = ("programs", ["print()\n```\n"])
    replies = (
        ("```output", ["$\\boxed{5}$", "$x = \\boxed{4}$"]),
        programs,
        ("within", ["No real solutions: $\\boxed{5}$.", "So $\\boxed{4}$."]),
    )
    student = Student(*replies, problem="Solve 2x + 3 = 11")
    await student.ask()
    assert student.key.answer == "4"
    student = Student(("programs", ["print()\n```\n"]), ("within", ["So $\\boxed{5}$."]), problem="Solve 2x + 3 = 11")
    await student.ask(sandbox=NoSandbox("No namespaces here."))
    assert student.key.answer == ""


CAGE = "鸡兔同笼，头35个，脚94只，鸡和兔各几只？"


async def test_values_that_words_tell_apart_are_one_answer_however_they_are_boxed():
    words = ("within", ["兔：$24 ÷ 2 = 12$。\n鸡：$35 - 12 = 23$。\n所以鸡有 $\\boxed{23}$ 只，兔有 $\\boxed{12}$ 只。"])
    boxed = ("```output", ["$\\boxed{23, 12}$", "\\(\\boxed{23 \\text{ 鸡和 } 12 \\text{ 兔}}\\)"])
    student = Student(boxed, ("programs", ["print()\n```\n"]), words, problem=CAGE, output="{x: 23, y: 12}", language="zh", aim="check")
    await student.ask()
    assert (student.key.answer, student.key.agreeing, student.key.checked) == ("鸡有 23 只，兔有 12 只", 4, True)
    lines = "35×2=70\n94-70=24\n兔：24÷2=12（只）\n鸡：35-12=23（只）"
    right = ["答：鸡23只，兔12只", "鸡23只兔12只", "23，12", lines, "x=23\n35-23=12\n答：鸡有23只，兔有12只。"]
    for answer, is_right in [*((answer, True) for answer in right), ("鸡12只，兔23只", False), ("兔：24÷2=12（只）", None)]:
        await student.ask("attempt", answer)
        assert student.of(Reviewed)[0].review.answer_is_right is is_right, answer
        student.progress = Progress()


async def test_the_steps_are_in_the_language_of_the_lesson_where_one_solution_is():
    english = "Of 甲 and 乙:\nTogether they drive $50 + 40 = 90$ km/h.\nThe time is $360 / 90 = 4$ hours.\nSo $\\boxed{4}$."
    chinese = "速度和是 $50 + 40 = 90$ 千米/时。\n时间是 $360 ÷ 90 = 4$ 小时。\n所以 $\\boxed{4}$ 小时后相遇。"
    replies = ("```output", ["$\\boxed{4}$"]), ("programs", ["print()\n```\n"]), ("within", [english, chinese])
    student = Student(*replies, problem="甲乙两地相距360km，甲车每小时行50km，乙车每小时行40km，几小时后相遇", output="4", language="zh")
    await student.ask()
    assert student.key.agreeing == 4
    assert student.key.solution.startswith("速度和是")


class Lost(Sandbox):
    """Its sessions die of whatever they run."""

    async def run(self, code):
        raise SessionLost("The session is gone.")


@pytest.mark.parametrize("sandbox", [NoSandbox("No namespaces here."), Lost("")])
async def test_where_no_python_can_be_run_words_that_agree_are_enough(sandbox):
    student = Student(*SOLVES, aim="check")
    end = await student.ask("", "48/2 = 24\n48 + 24 = 72", sandbox=sandbox)
    assert end.progress.finished
    assert (student.key.answer, student.key.agreeing, student.key.count, student.key.checked) == ("72", 2, 2, False)
    alone = ("within", ["So $\\boxed{1}$.", "So $\\boxed{2}$."])
    student = Student(("programs", ["print()\n```\n"]), alone)
    assert "not sure" in (await student.ask(sandbox=sandbox)).text


async def test_where_python_is_needed_its_absence_is_an_error():
    with pytest.raises(SandboxError):
        await make_key(CLIPS, engine=ScriptedEngine(*SOLVES), sandbox=NoSandbox("No namespaces here."), language="en", samples=2)


@pytest.mark.parametrize(
    "first", ["So they are $\\boxed{72}$.", "In May it were $48/2 = 25$.\nTogether $48 + 24 = 72$.\nThe answer is $\\boxed{72}$."]
)
async def test_what_is_shown_has_steps_and_none_that_is_wrong(first):
    student = Student(*solver(SOLUTION, "72")[:2], ("within", [first, SOLUTION]))
    await student.ask()
    assert (student.key.agreeing, student.key.shown.partition("\n")[0]) == (4, "In May she sold $48/2 = 24$ clips.")


@pytest.mark.parametrize(
    ("answer", "agreeing", "count", "sure"),
    [("72", 2, 2, True), ("72", 1, 1, False), ("72", 2, 4, False), ("72", 3, 5, True), ("", 0, 0, False)],
)
def test_what_is_taught_most_solutions_agree_on(answer, agreeing, count, sure):
    assert Key(answer=answer, solution="", agreeing=agreeing, count=count, checked=True).sure is sure


@pytest.mark.parametrize(
    ("answer", "shown"), [("x = \\frac{1}{2}", "$x = \\frac{1}{2}$"), ("no solution", "no solution"), ("\\text{even}", "$\\text{even}$")]
)
def test_without_a_solution_the_answer_is_shown(answer, shown):
    assert Key(answer=answer, solution="", agreeing=2, count=2, checked=True).shown == shown


async def test_one_solution_that_is_left_is_not_said_to_disagree():
    words = ("within", ["So $\\boxed{2}$.", "So $\\boxed{3}$."])  # the equation refutes 3
    student = Student(("programs", ["print()\n```\n"]), words, problem=EQUATION)
    said = (await student.ask(sandbox=NoSandbox("No namespaces here."))).text
    assert (student.key.agreeing, student.key.count) == (1, 1)
    assert "not sure" in said
    assert "do not agree" not in said


async def test_a_key_has_no_place_in_a_log():
    student = Student(*SOLVES)
    await student.ask()
    with pytest.raises(TypeError):
        student.of(Keyed)[0].payload()
    assert "72" not in repr(student.of(Keyed)[0])
