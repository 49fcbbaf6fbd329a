"""What is said of a student's work."""

import pytest

from inference.tests.tutoring_engine import solver
from inference.tests.tutoring_student import EQUATION, FACTORED, QUADRATIC, SOLVED, SOLVES, Student
from inference.tutoring.events import Reviewed


async def test_work_is_read_and_the_first_wrong_line_shown():
    student = Student(*SOLVES, aim="check")
    end = await student.ask("", "In May: 48/2 = 24\nTogether: 48 + 24 = 62\nThe answer is 62")
    found = student.of(Reviewed)[0].review
    assert [line.status for line in found.lines] == ["checked", "wrong", "carried"]
    assert found.first_error == 1
    assert "Line 2 is the first" in end.text
    assert "72" not in end.text + str(found)
    end = await student.ask("attempt", "48/2 = 24\n48 + 24 = 72")
    assert end.progress.finished
    assert "right" in end.text
    assert end.offers == ("attempt",)  # another way may be checked as well
    assert "Line 1 does not hold" in (await student.ask("attempt", "48 + 24 = 71")).text


async def test_a_partial_work_is_not_called_wrong_for_not_being_the_answer():
    student = Student(*SOLVES, aim="check")
    end = await student.ask("", "48/2 = 24")
    assert student.of(Reviewed)[0].review.first_error is None
    assert "Go on from there" in end.text


OIL = "一桶油重20千克，用去了2/5，还剩多少千克"
OIL_LEFT = "用去 $20 \\times \\frac{2}{5} = 8$ 千克。\n还剩 $20 - 8 = 12$ 千克。\n答案是 $\\boxed{12}$。"


@pytest.mark.parametrize(
    ("work", "is_right"),
    [("剩下12kg", True), ("用去8千克，剩12千克", True), ("剩8千克", False), ("用去12千克，剩8千克", False), ("用去8千克", False)],
)
async def test_an_answer_in_a_short_chinese_sentence_is_one(work, is_right):
    student = Student(*solver(OIL_LEFT, "12"), aim="check", problem=OIL, output="12", language="zh")
    assert (await student.ask("", work)).progress.finished is is_right


async def test_of_several_equations_in_one_line_the_last_one_says_whether_it_is_finished():
    student = Student(*solver(SOLVED, "x = 2"), aim="check", problem=EQUATION, output="2")
    assert (await student.ask("", "3x = 2 + 4, so x = 2")).progress.finished
    assert (await student.ask("", "移项得3x=2+4，系数化为1得x=2")).progress.finished


@pytest.mark.parametrize("work", ["180/72 = 2.5\nAnswer: 2 h 30 min", "Answer: 2 h 30 min"])
async def test_an_answer_that_cannot_be_compared_is_not_called_wrong(work):
    solution = "He drives $180/72 = 2.5$ hours.\nThe answer is $\\boxed{2.5}$."
    student = Student(*solver(solution, "2.5"), aim="check", problem="How many hours do 180 km take at 72 km/h?", output="2.5")
    end = await student.ask("", work)
    assert student.of(Reviewed)[0].review.answer_is_right is None
    assert "could not compare your answer" in end.text


@pytest.mark.parametrize("work", ["3x - 4 = 2", "$3x - 4 = 2$", "3x - 4 = 2\n3x - 4 = 2", "x + 4 - 4 = 2", "2x - x = 2 + 0"])
async def test_an_equation_that_is_not_solved_yet_is_no_answer(work):
    student = Student(*solver(SOLVED, "x = 2"), aim="check", problem=EQUATION, output="2")
    end = await student.ask("", work)
    assert not end.progress.finished
    assert student.of(Reviewed)[0].review.answer_is_right is None


@pytest.mark.parametrize("work", ["3x = 6\nx = 2", "3x = 6\nx = 6/3 = 2", "3x = 6\nx: 6 / 3 = 2", "3x = 6\n2 = x", "The value of x = 2"])
async def test_a_solved_equation_is_an_answer(work):
    student = Student(*solver(SOLVED, "x = 2"), aim="check", problem=EQUATION, output="2")
    assert (await student.ask("", work)).progress.finished


@pytest.mark.parametrize(
    ("problem", "answer", "work", "is_right"),
    [
        ("Solve x^2 + x = 6", "x = 2, x = -3", "(x - 2)(x + 3) = 0\nx = 2 or x = -3", True),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "x = -3, x = 2", True),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "x = 3 or x = -3", None),
        ("Solve 2x > 14", "x > 7", "x > 7", True),
        ("Solve 2x > 14", "x > 7", "2x > 14", None),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "x1 = 2\nx2 = -3", True),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "2 and -3", True),
        ("Solve x^2 + x = 6", "x = 2, x = -3", "2 and 3", False),
        ("Solve x + y = 5, x - y = 1", "x = 3, y = 2", "2x = 6\nx = 3\ny = 5 - 3 = 2", True),
        ("Solve x + y = 5, x - y = 1", "(3, 2)", "y = 2\nx = 3", True),
        ("Solve x + y = 5, x - y = 1", "x = 3, y = 2", "(3, 2)", True),
        ("Solve x + y = 5, x - y = 1", "x = 3, y = 2", "(2, 3)", False),
        ("Solve x + y = 5, x - y = 1", "x = 3, y = 2", "x = 3", None),
        ("Expand (x + 3)^2", "x^2 + 6x + 9", "9 + 6x + x²", True),
        ("Expand (x + 3)^2", "x^2 + 6x + 9", "x^2 + 3x + 3x + 9", None),  # on the way
        ("Expand (x + 3)^2", "x^2 + 6x + 9", "(x + 3)(x + 3)", None),
        ("Of 48 sweets Ben gets 5/8. How many?", "30", "1/8 is 6\nBen gets 30 sweets!!", True),
        ("Of 48 sweets Ben gets 5/8. How many?", "30", "Ben gets more than 30", None),
        ("The mean of 10, 14 and a number is 12. Which?", "12", "3*12 = 36\nthe mean is 12", None),
        ("Of 28 balls 3 are red. How likely is red?", "3/28", "3 out of 28", True),
    ],
)
async def test_the_values_of_the_last_lines_are_the_answer(problem, answer, work, is_right):
    solution = f"So it is.\nThe answer is $\\boxed{{{answer}}}$."
    student = Student(*solver(solution, answer), aim="check", problem=problem, output=answer)
    await student.ask("", work)
    assert student.of(Reviewed)[0].review.answer_is_right is is_right


async def test_what_the_problem_gives_is_no_answer():
    solution = "Put a in: $2x + 2 = 6$.\nTake 2 away: $2x = 4$.\nThe answer is $\\boxed{2}$."
    student = Student(*solver(solution, "2"), aim="check", problem="Given a = 2, solve ax + 2 = 6.", output="2")
    assert not (await student.ask("", "a = 2")).progress.finished
    assert (await student.ask("attempt", "x = 2")).progress.finished


async def test_what_the_problem_gives_of_something_else_is_no_reason_against_an_answer():
    problem = "AB = 5 cm, and CD is twice as long minus 5 cm. How long is CD?"
    solution = "Twice as long: $2 \\times 5 = 10$.\nMinus 5: $10 - 5 = 5$.\nThe answer is $\\boxed{5}$."
    student = Student(*solver(solution, "5"), aim="check", problem=problem, output="5")
    assert (await student.ask("", "CD = 5")).progress.finished


async def test_a_calculation_with_letters_has_its_answer_on_the_right():
    solution = "The numbers are $3 - 3 = 0$.\nSo $2x + 3 - 3 = 2x$.\nThe answer is $\\boxed{2x}$."
    student = Student(*solver(solution, "2x"), aim="check", problem="Simplify 2x + 3 - 3", output="2*x")
    assert (await student.ask("", "2x + 3 - 3 = 2x + 0 = 2x")).progress.finished


@pytest.mark.parametrize("work", ["48/2 = 24\nclips: 48 + 24 = 72", "48/2 = 24\ntotal = 72", "total clips sold = 48 + 24 = 72 clips"])
async def test_a_line_of_words_and_numbers_has_its_answer_on_the_right(work):
    student = Student(*SOLVES, aim="check")
    assert (await student.ask("", work)).progress.finished


@pytest.mark.parametrize(
    ("problem", "solution", "answer", "work"),
    [
        (EQUATION, SOLVED, "x = 2", "3x = 6"),
        (QUADRATIC, FACTORED, "x = 2, x = -3", "(x - 2)(x + 3) = 0"),
        (QUADRATIC, FACTORED, "x = 2, x = -3", "(x + 3)(x - 2) = 0\nx + 3 = 0 or x - 2 = 0"),
        ("3 times a number minus 4 is 2. Which number?", f"Let it be x: $3x - 4 = 2$.\n{SOLVED}", "x = 2", "3x - 4 = 2\n3x = 6"),
        (QUADRATIC, FACTORED, "x = 2, x = -3", "D = 1^2 - 4*1*(-6) = 25"),  # another way than the key's
    ],
)
async def test_an_equation_on_the_way_is_not_called_wrong(problem, solution, answer, work):
    student = Student(*solver(solution, answer), aim="check", problem=problem, output=answer.replace("x = ", ""))
    await student.ask("", work)
    assert student.of(Reviewed)[0].review.first_error is None
    await student.ask("attempt", f"{work}\n3x - 3x = 1")
    assert student.of(Reviewed)[0].review.first_error == len(work.splitlines())


@pytest.mark.parametrize(
    ("problem", "calculation", "answer", "work"),
    [
        ("What is the 20th of 3, 7, 11, …?", "3 + 19*4 = 79", "79", "20 * 4 = 80"),  # next to the answer, and then - 1
        ("What is half of 10?", "10/2 = 5", "5", "1/2 = 0.5"),
    ],
)
async def test_a_step_whose_value_is_near_the_answer_by_chance_is_not_called_wrong(problem, calculation, answer, work):
    solution = f"It is ${calculation}$.\nThe answer is $\\boxed{{{answer}}}$."
    student = Student(*solver(solution, answer), aim="check", problem=problem, output=answer)
    await student.ask("", work)
    assert student.of(Reviewed)[0].review.first_error is None


@pytest.mark.parametrize(
    ("work", "is_rounded"),
    [
        ("78.5", True),
        ("A = 3.14 * 25 = 78.5", True),
        ("25π = 78.54", False),
        ("ohh so its 25π", False),
        ("could it be 25π?", False),
        ("79", False),
    ],
)
async def test_a_rounded_answer_is_not_called_wrong(work, is_rounded):
    solution = "The area is $\\pi r^2 = \\pi * 25$.\nThe answer is $\\boxed{25\\pi}$."
    student = Student(*solver(solution, "25\\pi"), aim="check", problem="Find the area of a circle with radius 5 cm.", output="25*pi")
    end = await student.ask("", work)
    found = student.of(Reviewed)[0].review
    assert found.is_rounded is is_rounded
    assert (found.first_error is None) is (work != "79")
    assert end.progress.finished is (not is_rounded and work != "79")
    assert ("more exactly" in end.text) is is_rounded


@pytest.mark.parametrize(
    ("work", "is_one_number"),
    [
        ("x = 5", True),
        ("2x < 10\nx = 5", True),
        ("x = 4", True),
        ("The answer is x = 5", True),
        ("x = 5\nx < 5", False),
        ("2x < 10", False),
    ],
)
async def test_one_number_is_not_all_for_which_an_inequality_holds(work, is_one_number):
    solution = "Take 3 away: $2x < 10$.\nDivide by 2: $x < 5$.\nThe answer is $\\boxed{x < 5}$."
    student = Student(*solver(solution, "x < 5"), aim="check", problem="Solve 2x + 3 < 13", output="x < 5")
    end = await student.ask("", work)
    found = student.of(Reviewed)[0].review
    assert found.is_one_number is is_one_number
    assert ("for which the inequality holds" in end.text) is is_one_number
    assert found.first_error is None


async def test_the_one_number_that_an_inequality_is_asked_for_is_its_answer():
    solution = "Take 3 away: $2x < 10$, so $x < 5$.\nThe answer is $\\boxed{4}$."
    student = Student(*solver(solution, "4"), aim="check", problem="Find the largest integer x with 2x + 3 < 13", output="4")
    end = await student.ask("", "x = 5")
    assert not end.progress.finished
    assert "for which the inequality holds" not in end.text
    assert (await student.ask("attempt", "x = 4")).progress.finished


async def test_one_of_two_solutions_is_not_called_wrong_but_not_all():
    student = Student(*solver(FACTORED, "x = 2, x = -3"), aim="check", problem=QUADRATIC, output="2, -3")
    assert (await student.ask("", "x = 2")).text.startswith("Line 1 does not say all")
