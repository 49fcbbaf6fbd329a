"""Which skill a question is about."""

import pytest

from practice.generators import families
from practice.tests.test_generators import drafts
from practice.topics import LONGEST, about, seen_in

HOSTILE = (
    "y" * 99 + "=" + "," * 99 + "y" * 99,
    "y=,",
    "x=",
    "x^2 ",
    "12",
    "1 ",
    "f'(",
    "a",
    "factor ",
    "\\frac{",
    "x^2}",
    "y=",
    "y and ",
    "triangle area ",
)


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
        ("Find the derivative of $x^3 - 2x$.", "derivatives"),
        ("求 $f(x) = x^3$ 的导数。", "derivatives"),
        ("What is the slope of the curve y = x^2 at x = 3?", "derivatives"),
        ("What is the sum of the geometric sequence $a_n = 3 \\cdot 2^n$ up to n = 5?", "sequences"),
        ("$3(x - 2) = 2x + 5$", "linear"),
        ("Solve for x: $\\frac{x}{2} + \\frac{x}{3} = 5$", "linear"),
        ("How do I solve a linear equation?", "linear"),
        ("x² = 16", "quadratic"),
        ("(x - 2)(x + 3) = 0", "quadratic"),
        ("Solve by factoring: x^2 - 5x + 6 = 0", "quadratic"),
        ("y = 2x + 1; 3x + y = 11", "systems"),
        ("\\begin{cases} x + y = 3 \\\\ x - y = 1 \\end{cases}", "systems"),
        ("Expand (x + 3)(x - 2)", "expanding"),
        ("What is the area of a triangle with base 4 cm and height 3 cm?", "geometry"),
        ("A box is 3 cm long, 2 cm wide and 4 cm high. What is its volume in cm^3?", "geometry"),
        ("The cost of 20 percent of the tickets is 30 euros.", "percent"),
        ("计算 $\\frac{1}{2} + \\frac{1}{3}$", "fractions"),
    ],
)
def test_a_question_is_about_a_skill(question, skill):
    assert about(question) == skill


@pytest.mark.parametrize(
    "question",
    [
        "greatest common factor of 12 and 18",
        "Is 3 a factor of 12?",
        "Solve $2^x = 8$.",
        "Solve $e^{2x} = 5$.",
        r"$\log_2 x = 5$",
        "sin x = 1/2",
        "dot product of the vectors a = (1, 2) and b = (3, 4)",
        r"$\int_0^1 \frac{1}{1+x^2}dx$",
        r"$\lim_{x \to 0} \frac{\sin x}{x}$",
        "Two dice are thrown. What is the probability of a sum of 7? Give it as a fraction.",
        "$x^3 - 6x^2 + 11x - 6 = 0$",
        "Find the area under y = x² from x = 0 to x = 3.",
        "Prove that triangle ABC is isosceles if AB = AC.",
        "Solve $2x + 3 < 7$.",
        r"Solve $\sqrt{x + 1} = 3$.",
        r"Solve $\frac{3}{x} = 6$.",
        "Solve |2x - 3| = 5",
        "What is x^2 - 5x + 6 at x = 2?",
        "What is the slope of the line y = 2x + 3?",
        "Find the tangent of the angle A.",
        "Solve y' = 2y, y(0) = 1.",
        "x^2 + y^2 = 25 and x + y = 7",
        "What does the quadratic residue mean?",
        "圆锥的体积是多少？",
        "求12和18的最大公因数。",
        "证明三角形ABC的面积是5。",
        "解方程 $\\log_2 x = 5$",
        "掷两枚骰子，和为7的概率是几分之几？",
        "A rope is 3 m long and costs 4 euros.",
    ],
)
def test_no_generator_makes_the_like(question):
    assert seen_in(question) is None


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.code)
def test_a_generators_own_problems_are_of_no_other_skill(family):
    for draft in drafts(family):
        assert {seen_in(draft.en), seen_in(draft.zh)} <= {family.skill, None}, draft
        assert seen_in(draft.en) or family.skill in ("arithmetic", "systems", "geometry"), draft


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_to_an_end(text):
    for length in (LONGEST, 8_000):
        hostile = (text * 8_000)[:length]
        assert seen_in(hostile) in (None, about(hostile))


def test_no_generator_makes_what_is_very_long():
    assert seen_in("Solve 3x + 4 = 10" + " please" * 100) is None
