"""Vectors in coordinates, as pupils calculate with them."""

import pytest

from grading.checking.steps import check_steps, split_steps

GIVEN = "Given a = (1, 2) and b = (3, -4)."
POINTS = "A(1, 2) and B(4, 6) are points in a plane."

RIGHT = [
    (GIVEN, "a + b = (1 + 3, 2 - 4) = (4, -2)"),
    (GIVEN, "2a = (2, 4)\n2a - b = (2, 4) - (3, -4) = (-1, 8)"),
    (GIVEN, "a·b = 1×3 + 2×(-4) = -5"),
    (GIVEN, "|b| = √(3² + (-4)²) = √25 = 5"),
    (GIVEN, "|a + b| = √(4² + 2²) = √20"),
    (GIVEN, "-b = (-3, 4)"),
    (GIVEN, "1/2 a = (0.5, 1)"),
    (GIVEN, "c = a - b = (-2, 6)\n3c = (-6, 18)"),
    (r"Given $\vec{a} = (1, -2)$ and $\vec{b} = (3, 1)$", r"$3\vec{a} = (3, -6)$"),
    (r"Given $\vec{a} = (1, -2)$ and $\vec b = (3, 1)$", r"$\vec{a} \cdot \vec{b} = 3 - 2 = 1$"),
    ("Add the vectors.", r"\begin{pmatrix}1\\2\end{pmatrix} + \begin{pmatrix}3\\4\end{pmatrix} = \begin{pmatrix}4\\6\end{pmatrix}"),
    ("已知向量a＝（1，2），b＝（3，－4），求2a－b", "2a－b＝（2，4）－（3，－4）＝（－1，8）"),
    (POINTS, "AB = (4-1, 6-2) = (3, 4)\n|AB| = √(3²+4²) = 5"),
    (POINTS, "M = ((1+4)/2, (2+6)/2) = (2.5, 4)"),
    ("Find u + v", "u = (1, 2, 3), v = (0, 5, 1)\nu + v = (1, 7, 4)"),
    ("a = (1, 3)", "a/3 = (0.33, 1)"),
]
WRONG = [
    (GIVEN, "a + b = (1 + 3, 2 - 4) = (4, 2)", 0, "2-4 is not equal to 2."),
    (GIVEN, "a + b = (4, -6)", 0, "2+(-4) is not equal to -6."),
    (GIVEN, "2a = (2, 2)", 0, "2*2 is not equal to 2."),
    (GIVEN, "b = (3, 4)", 0, "-4 is not equal to 4."),
    (GIVEN, "2a - b = (2, 4) - (3, -4)\n2a - b = (-1, 0)", 1, "2*2-(-4) is not equal to 0."),
    (GIVEN, "a·b = 1×2 + 3×(-4) = -10", 0, "1*3+2*(-4) is not equal to 1×2+3×(-4)."),
    (GIVEN, "|b| = √(3² - 4²)", 0, None),
    (GIVEN, "c = a - b = (-2, -2)", 0, "2-(-4) is not equal to -2."),
    (POINTS, "AB = (1-4, 2-6) = (-3, -4)", 0, "4-1 is not equal to 1-4."),
    ("已知向量a＝（1，2），b＝（3，－4），求2a－b", "2a＝（2，4）\n2a－b＝（2－3，4－4）＝（－1，0）", 1, "2*2-(-4) is not equal to 4-4."),
]
OPEN = [
    ("a = (1, m)", "a = (1, 2)"),  # m was found
    ("Solve the system", "(x, y) = (2, 1)"),
    ("Add 1,500 and 1,600.", "(1,500) + (1,600) = 3100"),
    ("What is the greatest common divisor?", "(12, 18) = 6"),
    ("Take C(5, 2).", "C = (5, 3)"),  # it may be something else's
    ("Find two vectors.", "u = (1, 2)\nu = (2, 3)"),
    (GIVEN, "a + b = (4, -2, 0)"),
    ("Turn A(1, 2) by 90° about the origin.", "A = (-2, 1)"),
    ("f rises on (1, 2)", "x = 1.5 is in (1, 2)"),
    ("A rectangle has the sides a and b.", "a = (3, 4)\na + b = 7"),
]


def report(problem, work):
    return check_steps(problem, split_steps(work))


@pytest.mark.parametrize(("problem", "work"), RIGHT)
def test_right_vectors_are_right(problem, work):
    found = report(problem, work)
    assert found.first_error is None
    assert found.steps[-1].status == "checked"


@pytest.mark.parametrize(("problem", "work", "line", "why"), WRONG)
def test_wrong_vectors_are_found_and_the_component_is_said(problem, work, line, why):
    found = report(problem, work)
    assert found.first_error == line
    if why:
        assert str(found.steps[line].reason) == why


@pytest.mark.parametrize(("problem", "work"), OPEN)
def test_brackets_that_may_be_something_else_are_not_blamed(problem, work):
    assert report(problem, work).first_error is None


def test_what_goes_on_from_a_wrong_vector_is_not_wrong_once_more():
    found = report(GIVEN, "2a = (2, 5)\n2a - b = (2, 5) - (3, -4) = (-1, 9)\n(-1, 9) + (1, 1) = (0, 11)")
    assert [step.status for step in found.steps] == ["wrong", "carried", "wrong"]
