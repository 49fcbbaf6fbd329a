"""What becomes of a step that a student doubts."""

import pytest

from inference.prompts import Exchange
from inference.tests.tutoring_engine import solver
from inference.tests.tutoring_student import CLIPS, SOLUTION, SOLVES, Student
from inference.tutoring.events import Keyed


async def test_a_wrong_step_is_admitted_and_mended():
    shown = SOLUTION.replace("48/2 = 24", "48/2 = 22").replace("48 + 24 = 72", "48 + 22 = 70").replace("{72}", "{70}")
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=shown, quote="In May she sold $48/2 = 22$ clips.")
    assert "this step is wrong" in end.text
    assert end.answer == "72"
    assert "48/2 = 24" in end.text


async def test_a_formula_in_a_reason_is_one_on_the_page_and_a_heading_states_no_value():
    raised = "**第一步：求涨价的金额。**\n2. 金额是 \\(200 \\times \\frac{10}{100} = 20\\) 元。"
    solution = f"{raised}\n**第二步：求现价。**\n现价是 \\(200 + 20 = 220\\) 元。\n答案是 \\(\\boxed{{220}}\\)。"
    student = Student(*solver(solution, "220"), aim="explain", problem="原价200元，涨价10%，现价多少元？", output="220", language="zh")
    wrong = "2. 金额是 \\(200 \\times \\frac{10}{100} = 2\\) 元。"
    end = await student.ask("challenge", shown=solution.replace("= 20\\)", "= 2\\)"), quote=wrong)
    assert "$200 \\times \\frac{10}{100}$" in end.text
    end = await student.ask("challenge", shown=solution, quote="**第二步：求现价。**")
    assert "无法用计算判定" in end.text


async def test_a_key_that_a_doubt_proves_wrong_is_made_anew():
    wrong = "In May she sold $48/4 = 12$ clips.\nAltogether she sold $48 + 12 = 60$ clips.\nThe answer is $\\boxed{60}$."
    student = Student(*solver(wrong, "60"), aim="steps", output="60")
    await student.ask()
    shown = (await student.ask("answer")).text
    assert "48/4 = 12" in shown
    student.engine.replies = SOLVES
    end = await student.ask("challenge", shown=shown, quote="In May she sold $48/4 = 12$ clips.")
    assert [event.instead for event in student.of(Keyed)] == [True]
    assert end.answer == student.key.answer == "72"
    assert "48/2 = 24" in (await student.ask("answer")).text


async def test_a_doubt_that_changes_nothing_leaves_the_key():
    student = Student(*SOLVES, aim="steps")
    await student.ask()
    await student.ask("challenge", shown=SOLUTION, quote="In May she sold $48/2 = 24$ clips.")
    assert student.of(Keyed) == []


async def test_a_right_step_is_defended_with_the_evidence():
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=SOLUTION, quote="In May she sold $48/2 = 24$ clips.", wording=lambda r: f"[{r.template}]")
    assert "it stands: [The calculation is right.]" in end.text
    assert "4 of 4 new solutions" in end.text
    assert end.answer is None


async def test_each_doubt_is_looked_into_with_new_solutions():
    wrong = "In May she sold $48/4 = 12$ clips.\nAltogether she sold $48 + 12 = 60$ clips.\nThe answer is $\\boxed{60}$."
    student = Student(*solver(wrong, "60"), aim="explain", output="60")
    assert "48/4 = 12" in (await student.ask("", "48/2 = 24")).text
    student.engine.replies = SOLVES
    for _ in range(2):
        before = len(student.engine.prompts)
        end = await student.ask("challenge", shown=wrong, quote="In May she sold $48/4 = 12$ clips.")
        assert "this step is wrong" in end.text
        assert end.answer == "72"
        assert len(student.engine.prompts) > before


async def test_what_was_mended_can_be_doubted_again():
    shown = SOLUTION.replace("48/2 = 24", "48/2 = 22")
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=shown, quote="Altogether she sold $48 + 24 = 72$ clips.")
    assert "goes on from an earlier one that is wrong" in end.text
    for _ in range(2):
        end = await student.ask("challenge", shown=end.progress.solution, quote="Altogether she sold $48 + 24 = 72$ clips.")
        assert "it stands" in end.text
        assert end.answer is None


WHY = "Why do you divide by 2?"
BECAUSE = "She sold half as many in May.\nHalf of 48 clips are $48/2 = 24$ clips."


async def test_a_doubted_reply_is_judged_in_the_conversation_that_it_belongs_to():
    student = Student((CLIPS, [BECAUSE]), *solver("You divide because of $1 + 1 = 2$.\nThe answer is $\\boxed{2}$.", "2"), problem=WHY)
    asked = {"shown": BECAUSE, "quote": "Half of 48 clips are $48/2 = 24$ clips.", "history": [Exchange(CLIPS, SOLUTION)]}
    end = await student.ask("challenge", **asked)
    assert all(CLIPS in prompt for prompt in student.engine.prompts)
    assert "it stands: The calculation is right." in end.text
    assert "Mended" not in end.text


@pytest.mark.parametrize("shown", [BECAUSE, f"{BECAUSE}\nThe answer is: it depends on the month."])
async def test_what_comes_to_no_answer_that_can_be_compared_is_not_mended(shown):
    student = Student(*SOLVES, problem=WHY, aim="explain")
    end = await student.ask("challenge", shown=shown, quote="Half of 48 clips are $48/2 = 24$ clips.")
    assert end.text == "I looked at this step again, and it stands: The calculation is right."
    end = await student.ask("challenge", shown=shown, quote="She sold half as many in May.")
    assert "cannot decide this step" in end.text
    assert end.answer is None


async def test_the_answer_that_was_shown_with_a_solution_is_the_one_to_compare():
    shown = "In May she sold $48/4 = 12$ clips.\nSo she sold $48 + 12 = 60$ of them."
    student = Student(*SOLVES, aim="explain")
    end = await student.ask("challenge", shown=shown, shown_answer="60", quote="In May she sold $48/4 = 12$ clips.")
    assert "this step is wrong" in end.text
    assert end.answer == "72"
