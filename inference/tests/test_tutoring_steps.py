"""A lesson that goes step by step, by showing or by asking."""

import pytest

from inference.tests.tutoring_engine import solver
from inference.tests.tutoring_student import FACTORED, LEAKING, QUADRATIC, REPLIED, SOLVES, Student
from inference.tutoring.events import Reviewed
from inference.tutoring.key import Step
from inference.tutoring.socratic import Question, is_right


async def test_step_by_step():
    student = Student(*SOLVES, aim="steps")
    end = await student.ask()
    assert end.offers == ("attempt", "next")
    end = await student.ask("next")
    assert "48/2 = 24" in end.text
    assert "72" not in end.text
    end = await student.ask("attempt", "48 + 24 = 73")
    assert student.of(Reviewed)[0].review.first_error == 0
    end = await student.ask("attempt", "48 + 24 = 72")
    assert end.progress.finished
    assert end.offers == ("answer",)


@pytest.mark.parametrize("wish", ["next step", "下一步"])
async def test_whoever_wants_another_step_behind_the_last_one_is_told_so(wish):
    student = Student(*SOLVES, aim="steps")
    for request in ("", "next", "next"):
        await student.ask(request)
    assert (await student.ask("attempt", wish)).text == "That was the last step."


APPLES = "Ann has 30 apples, buys 20 and gives 20 to Bob. How many apples has she now?"
COUNTED = "First: $30 + 20 = 50$.\nThen: $50 - 20 = 30$.\nThe answer is $\\boxed{30}$."


@pytest.mark.parametrize(
    ("attempt", "at"),
    [
        ("I am stuck, what should I do with the 30 apples?", 0),
        ("30 + 20", 0),
        ("30 + 20 = 50", 1),
        ("After buying she has 50 apples.", 1),
        ("30 + 20 = 50\nApples now: 50 - 20 = 30", 2),
    ],
)
async def test_a_number_of_the_problem_is_no_step_that_was_done(attempt, at):
    student = Student(*solver(COUNTED, "30"), aim="steps", problem=APPLES, output="30")
    await student.ask()
    assert (await student.ask("attempt", attempt)).progress.at == at


async def test_of_two_steps_with_one_result_the_first_is_the_one_that_was_done():
    solution = "First: $10 + 20 = 30$.\nThen: $30 + 5 = 35$.\nLast: $35 - 5 = 30$.\nThe answer is $\\boxed{30}$."
    student = Student(*solver(solution, "30"), aim="steps", problem="Add 10 to 20 and then 5. Take 5 away.", output="30")
    await student.ask()
    assert (await student.ask("attempt", "10 + 20 = 30, and then?")).progress.at == 1


@pytest.mark.parametrize(
    ("attempt", "at"),
    [
        ("x^2 + x - 6 = 0, and now?", 0),
        ("(x - 2)(x + 3) = 0", 1),
        ("0 = (x + 3)(x - 2)", 1),
        ("(x - 2)(x + 3) = 0\nx + 3 = 0 or x - 2 = 0", 2),
        ("x - 2 = 0", 0),  # half of a step
    ],
)
async def test_a_step_without_a_number_as_its_result_is_done_where_its_equations_are_written(attempt, at):
    student = Student(*solver(FACTORED, "x = 2, x = -3"), aim="steps", problem=QUADRATIC, output="2, -3")
    await student.ask()
    assert (await student.ask("attempt", attempt)).progress.at == at


async def test_questions_are_asked_one_at_a_time_and_replies_checked():
    wording = ("short question whose reply", ["How many clips did she sell in May?"])
    student = Student(*SOLVES, REPLIED, wording, aim="socratic")
    end = await student.ask()
    assert "How many clips did she sell in May?" in end.text
    end = await student.ask("attempt", "25")
    assert "Not yet" in end.text
    assert "24" not in end.text
    end = await student.ask("attempt", "24 clips")
    assert end.text.startswith("Right.")
    assert "what is the answer" in end.text
    end = await student.ask("attempt", "70")
    assert "72" not in end.text
    end = await student.ask("attempt", "it is 72")
    assert end.progress.finished


async def test_a_question_that_comes_to_something_else_is_not_asked():
    wording = ("short question whose reply", ["How many clips did she sell in April?"])
    student = Student(*SOLVES, ("Do not answer that yet", ["It was $\\boxed{48}$."]), wording, aim="socratic")
    end = await student.ask()
    assert "April" not in end.text
    assert "What do you get for $\\frac{48}{2}$?" in end.text


async def test_a_step_that_is_missed_twice_is_shown():
    student = Student(*SOLVES, ("short question whose reply", [LEAKING]), aim="socratic")
    end = await student.ask()
    assert "$\\frac{48}{2}$" in end.text  # the plain question: the model's leaks
    await student.ask("attempt", "1")
    end = await student.ask("attempt", "2")
    assert "$\\frac{48}{2} = 24$" in end.text
    assert "what is the answer" in end.text


async def test_a_step_that_is_a_part_of_the_answer_is_not_shown_however_often_it_is_missed():
    problem = "Ann has 12 cards, Bob has twice as many, and Cid has 5 more than Bob. How many have Bob and Cid?"
    solution = "Bob has $12 \\times 2 = 24$ cards.\nCid has $24 + 5 = 29$ cards.\nThe answer is $\\boxed{24, 29}$."
    wording = ("short question whose reply", ["How many cards has Bob?"])
    student = Student(
        *solver(solution, "24, 29"), ("Do not answer that yet", ["\\boxed{24}"]), wording, aim="socratic", problem=problem, output="24, 29"
    )
    await student.ask()
    for _ in range(6):
        end = await student.ask("attempt", "idk")
        assert "24" not in end.text
        assert "29" not in end.text
    assert end.offers == ("attempt", "answer")
    end = await student.ask("attempt", "24")
    assert end.text.startswith("Right.")
    assert (await student.ask("attempt", "24 and 29")).progress.finished


async def test_work_that_comes_with_the_problem_is_read_before_a_question_is_asked():
    wording = ("short question whose reply", ["How many clips did she sell in May?"])
    student = Student(*SOLVES, REPLIED, wording, aim="socratic")
    end = await student.ask("", "48/2 = 25")
    assert student.of(Reviewed)[0].review.first_error == 0
    assert end.progress.work == "48/2 = 25"
    assert "Line 1 does not hold" in end.text
    assert "How many clips did she sell in May?" in end.text
    student = Student(*SOLVES, REPLIED, wording, aim="socratic")
    end = await student.ask("", "48/2 = 24\n48 + 24 = 72")
    assert end.progress.finished
    assert "?" not in end.text


async def test_a_rounded_reply_is_not_called_wrong():
    solution = "Three pieces have $2 + 8 = 10$ cm.\nOne has $10/3$ cm.\nThe answer is $\\boxed{10/3}$."
    student = Student(*solver(solution, "10/3"), ("", ["?"]), aim="socratic", problem="Cut 2 cm and 8 cm into three.", output="10/3")
    await student.ask("")
    assert "more exactly" in (await student.ask("attempt", "3.33")).text
    assert (await student.ask("attempt", "is it 10/3?")).progress.finished


@pytest.mark.parametrize(
    ("reply", "said"), [("Mia has 24", "Right."), ("Mia has 25", "Not yet."), ("Mia has more than 24", "I could not read")]
)
async def test_a_reply_may_be_a_sentence(reply, said):
    student = Student(*SOLVES, ("", ["?"]), aim="socratic")
    await student.ask("")
    assert (await student.ask("attempt", reply)).text.startswith(said)


@pytest.mark.parametrize(
    ("expected", "is_last", "reply", "right"),
    [
        ("鸡23只，兔12只", True, "23, 12", True),
        ("10/3", False, "3.33", True),  # on the way it may be rounded
        ("10/3", True, "3.33", False),
        ("24", True, "A = l * w", False),  # a formula is a try
        ("24", True, "I have no idea", None),
        ("a + b", True, "a - b", False),  # where no number is asked for, a reply may have none
    ],
)
def test_what_is_right_wrong_or_no_reply(expected, is_last, reply, right):
    step = None if is_last else Step("", value=expected)
    assert is_right(Question(expected, step), reply) is right
