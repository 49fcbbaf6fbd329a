"""Calculations without their words, as LaTeX."""

import pytest

from grading.checking.working.claims import find_chains
from grading.checking.working.computations import find_computations
from grading.checking.working.expressions import Symbol
from grading.checking.working.shown import latex


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("5 boxes * 12 pens/box = 60 pens", "5 \\times 12"),
        ("23 \\text{ slices} \\times \\$4 \\text{ per slice} = \\$92", "23 \\times 4"),
        ("20% of 40 is 8", "20\\% \\times 40"),
        ("(3 + 4) * 2 = 14", "(3 + 4) \\times 2"),
        ("10 - (3 + 4) = 3", "10 - (3 + 4)"),
        ("10 - 3 + 4 = 11", "10 - 3 + 4"),
        ("48/2 = 24", "\\frac{48}{2}"),
        ("1.50 * 4 = 6", "1.50 \\times 4"),
        ("5 * (-3) = -15", "5 \\times (-3)"),
        ("2^3 + 1 = 9", "2^{3} + 1"),
        ("(2 + 1)^2 = 9", "(2 + 1)^{2}"),
        ("\\sqrt{16} + 1 = 5", "\\sqrt{16} + 1"),
        ("\\frac{49 \\text{ dollars}}{7 \\text{ books}} = 7", "\\frac{49}{7}"),
    ],
)
def test_a_calculation_is_shown(text: str, shown: str) -> None:
    [computation, *_] = find_computations([find_chains(text, frozenset())])
    assert latex(computation.expression) == shown


def test_what_is_no_calculation_with_numbers_is_not_shown() -> None:
    assert latex(Symbol("x")) is None
