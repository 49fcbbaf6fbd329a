"""Which skill a question is about."""

import pytest

from practice.topics import LONGEST, about, seen_in

HOSTILE = ("y" * 99 + "=" + "," * 99 + "y" * 99, "y=,", "x^2 ", "12", "1 ", "f'(", "a", "factor ", "\\frac{", "y and ", "triangle area ")


@pytest.mark.parametrize(
    ("question", "skill"),
    [
        ("Solve $2x^2 + 5x - 3 = 0$.", "quadratic"),
        ("Solve 3x + 4 = 10", "linear"),
        ("Solve $x + y = 3$ and $x - y = 1$.", "systems"),
        ("Find the derivative of $x^2 \\sin x$.", "derivatives"),
        ("Factor x^2 - 9", "factoring"),
        ("A coat of 80 euros is 20% cheaper. What does it cost?", "percent"),
        ("小明有12个苹果，吃了3个，还剩几个？", "arithmetic"),
        ("计算 $\\frac{1}{2} + \\frac{1}{3}$", "fractions"),
    ],
)
def test_a_question_is_about_a_skill(question, skill):
    assert about(question) == skill


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_to_an_end(text):
    for length in (LONGEST, 8_000):
        seen_in((text * 8_000)[:length])
        about((text * 8_000)[:length])


def test_no_generator_makes_what_is_very_long():
    assert seen_in("Solve 3x + 4 = 10" + " please" * 100) is None
