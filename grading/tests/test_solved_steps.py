"""Workings that calculation finds to solve the problem, beside the right answer."""

import pytest

from grading.checking.steps import check_steps

SOLVED = [
    ("Solve 2x - 3 = 7", ["2x = 10", "x = 5", "Check: 2*5 - 3 = 7"], "5"),
    ("Solve x^2 = 4", ["x = 2 or x = -2", "Check: 2^2 = 4 and (-2)^2 = 4"], "±2"),
    ("解方程组 x+y=10, x-y=4", ["2x=14", "x=7", "y=3"], "x=7, y=3"),
    ("解方程组 x+y=10, x-y=4", ["2x=14", "x=7", "y=3"], "(7, 3)"),
    ("Solve 7x = 22, to 2 decimals", ["x = 22/7", "x = 3.14"], "3.14"),
    ("Solve 2x^2 - 9x + 10 = 0", ["x1 = 2,5", "x2 = 2"], "x = 5/2 or x = 2"),
    ("Löse die Gleichung 2x - 3 = 7", ["2x = 10", "x = 5", "Probe: 2*5 - 3 = 7"], "5"),
    ("解不等式 5-2x≤11", ["-2x≤6", "两边同时除以-2，不等号方向改变：x≥-3"], "x≥-3"),
]


@pytest.mark.parametrize(("problem", "steps", "answer"), SOLVED)
def test_what_solves_the_problem_is_the_answer_whatever_is_written_with_it(problem, steps, answer):
    report = check_steps(problem, steps, answer=answer)
    assert (report.first_error, report.answer_is_right) == (None, True)


WRONG = [
    ("Solve 2x^2 - 9x + 10 = 0", ["x1 = 2,5", "x2 = 3"], 1),
    ("Bestimme die Lösungen von 2x + 3 = 9", ["2x = 12", "x = 6"], 0),
    ("Résous l'équation 2x + 3 = 9", ["2x = 12", "x = 6"], 0),
    ("Berechne 2(3+4)", ["2*3+4", "10"], 0),
    ("Développe 2(x+4)", ["2x+4"], 0),
    ("Löse die Klammern auf: 2(x+4)", ["2x+8"], None),
    ("Bestimme die Ableitung von f(x)=x^3+2x", ["f'(x)=3x+2"], 0),
    ("Die Seite x eines Rechtecks: bestimme x mit x(x+2) = 24", ["x^2+2x-24=0", "x = 4"], None),
]


@pytest.mark.parametrize(("problem", "steps", "first"), WRONG)
def test_the_first_wrong_line_is_found_in_the_language_of_the_class(problem, steps, first):
    assert check_steps(problem, steps).first_error == first


def test_so_it_is_beside_a_reference_alone():
    report = check_steps("Solve 2x - 3 = 7", ["2x = 10", "x = 5", "Check: 2*5 - 3 = 7"], reference="2x = 10\nx = 5")
    assert (report.first_error, report.answer_is_right) == (None, True)


def test_but_not_another_answer_that_is_said_to_be_it():
    report = check_steps("Solve 2x - 3 = 7", ["2x = 10", "x = 5", "So the answer is 6"], answer="5")
    assert (report.first_error, report.answer_is_right) == (2, False)


@pytest.mark.parametrize(
    ("problem", "steps", "answer"),
    [
        ("Solve x + y = 10, x - y = 4", ["2x = 14", "x = 7"], "(7, 3)"),
        ("Solve 2x - 3 = 7 and give 3x", ["2x = 10", "x = 5"], "15"),
        ("Solve 2x - 3 = 7", ["2x = 10"], "5"),
    ],
)
def test_a_working_that_stops_too_early_has_no_answer_but_no_wrong_step(problem, steps, answer):
    report = check_steps(problem, steps, answer=answer)
    assert (report.first_error, report.answer_is_right) == (None, False)


def test_a_line_that_follows_is_not_blamed_for_a_later_one():
    report = check_steps("Solve log(x)+log(x-3)=1", ["x(x-3)=10", "x^2-3x-10=0", "x=5 or x=-2"], answer="5")
    assert [step.status for step in report.steps] == ["checked", "checked", "wrong"]


@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        ("Solve 7x = 22, to 2 decimals", ["x = 22/7", "x = 3.15"]),
        ("3 pens cost 10 euros. What does one pen cost, to the cent?", ["3x = 10", "x = 3.34"]),
        ("Solve x^2 + 2x - 1 = 0", ["x = (-2 ± √8)/2", "x = 0.41 or x = -2.42"]),
    ],
)
def test_what_is_rounded_wrongly_does_not_solve_the_equation(problem, steps):
    assert check_steps(problem, steps).first_error == 1


@pytest.mark.parametrize(("problem", "is_right"), [("Solve 7x = 22, to 2 decimals", True), ("Solve 7x = 22", None)])
def test_a_rounded_solution_is_known_to_be_the_answer_only_where_it_is_asked_for(problem, is_right):
    report = check_steps(problem, ["x = 3.14"])
    assert (report.first_error, report.answer_is_right) == (None, is_right)


@pytest.mark.parametrize(
    ("problem", "step", "status"),
    [
        ("Solve sin x = 1/2", "x = 13π/6", "checked"),
        ("Solve sin x = 1/2", "x = 5π/6", "checked"),
        ("Solve sin x = 1/2", "x = 6.81", "unverified"),
        ("Solve sin x = 1/2", "x = π/3", "wrong"),
        ("Solve 2 sin x - 1 = 0", "sin x = 1/2", "checked"),
        ("Solve 2 sin x - 1 = 0", "sin x = 1/3", "wrong"),
        ("Solve cos x = 0", "x = π/2 or x = 3π/2 or x = 5π/2", "checked"),
        ("解方程 tan x = 1", "x = 5π/4", "checked"),
        ("Solve sin(2x) = 0", "x = 0 or x = π/2", "checked"),
    ],
)
def test_an_equation_with_endlessly_many_solutions_is_not_held_to_those_that_are_listed(problem, step, status):
    report = check_steps(problem, [step])
    assert ([verdict.status for verdict in report.steps], report.answer_is_right) == ([status], None)
