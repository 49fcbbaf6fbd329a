"""Which line ends a lesson: the answer, and nothing that has still to be calculated."""

import pytest

from inference.tutoring.answered import is_one_number
from inference.tutoring.checking import review
from inference.tutoring.key import Key


def is_right(problem, answer, work):
    found = review(problem, work, Key(answer=answer, solution="", agreeing=4, count=4, checked=True))
    assert found.first_error is None
    return found.answer_is_right


@pytest.mark.parametrize(
    ("problem", "answer", "work"),
    [
        ("Expand and simplify 3(x+2)+4", "3x+10", "3(x+2)+4=3x+6+4"),
        ("Expand and simplify (x+3)(x-5)", "x^2-2x-15", "= x^2 - 5x + 3x - 15"),
        ("Differentiate y = (3x-1)^4", "12(3x-1)^3", "dy/dx = 4(3x-1)^3 × 3"),
        ("Work out 3 + 4 × (2 + 5)", "31", "= 3+4×7\n= 3+28"),
        ("Solve 4x = 48", "x = 12", "x = 48/4"),
        ("Find the length of (3, 4)", "5", "√(9 + 16)\n√25"),
        ("Solve 2x^2 - 7x + 3 = 0", "x = 3 or x = 1/2", "x = (7 ± √25)/4\nx = (7 ± 5)/4"),
    ],
)
def test_what_has_still_to_be_calculated_is_no_answer(problem, answer, work):
    assert is_right(problem, answer, work) is None


@pytest.mark.parametrize(
    ("problem", "answer", "work"),
    [
        ("Expand and simplify 3(x+2)+4", "3x+10", "3x+6+4\n3x+10"),
        ("Work out 5/2 × 4/3", "10/3", "= 20/6"),
        ("Solve 4x = 48", "x = 12", "x = 48/4 = 12"),
        ("Solve 2x = 1", "x = 0.5", "x = 1/2"),
        ("Differentiate y = x^2 e^x", "x(x+2)e^x", "dy/dx = 2x e^x + x^2 e^x"),
        ("Write 60 as a product of primes", "2^2 × 3 × 5", "60 = 2 × 2 × 3 × 5"),
        ("Solve x^2 + 6x + 4 = 0", "x = -3 ± √5", "(x+3)^2 = 5\nx = -3 ± √5"),
        ("Solve log_2(x) + log_2(x-2) = 3", "x = 4", "x(x-2) = 8\nx = 4 or x = -2\nx = -2 is not valid, so x = 4"),
        ("Rationalise 1/(3-√2)", "(3+√2)/7", "(3+√2)/(9-2)\n(3+√2)/7"),
        ("Share £60 in the ratio 2:3", "£24 and £36", "60/5 = 12\n£24 and £36"),
        ("鸡兔共35只，脚94只，鸡兔各几只？", "鸡23只，兔12只", "23, 12"),
    ],
)
def test_an_answer_in_the_form_of_the_key_or_another_is_one(problem, answer, work):
    assert is_right(problem, answer, work) is True


@pytest.mark.parametrize("work", ["the answer is 13?", "Answer: maybe 13", "The answer is 13, right?"])
def test_an_answer_that_is_said_with_a_doubt_is_held_against_the_keys(work):
    key = Key(answer="12", solution="", agreeing=4, count=4, checked=True)
    assert review("How many socks are in the drawer?", work, key).answer_is_right is False
    assert review("How many socks are in the drawer?", work.replace("13", "12"), key).answer_is_right is True


@pytest.mark.parametrize(("line", "is_so"), [("x = 5", True), ("they meet at x = 5, so x < 5", False)])
def test_what_a_line_says_last_is_what_it_says_of_an_inequality(line, is_so):
    key = Key(answer="x < 5", solution="", agreeing=4, count=4, checked=True)
    assert is_one_number("Solve 2x + 3 < 13", line, key) is is_so
