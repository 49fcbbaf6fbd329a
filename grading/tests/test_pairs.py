"""Hard pairs of every kind, made by hand, through the front door."""

import pytest

from grading.checking.answers import Outcome, check
from grading.checking.asked import check_asked
from grading.tests.facts import pairs
from grading.tests.facts.pairs import asked


def rows(by_kind):
    return [pytest.param(*pair, id=f"{kind}: {pair[0]} | {pair[1]}") for kind, pairs_of_kind in by_kind.items() for pair in pairs_of_kind]


@pytest.mark.parametrize(("expected", "given"), rows(pairs.CORRECT))
def test_equal(expected, given):
    assert check(expected, given).outcome is Outcome.CORRECT


@pytest.mark.parametrize(("expected", "given"), rows(pairs.INCORRECT))
def test_different(expected, given):
    assert check(expected, given).outcome is Outcome.INCORRECT


@pytest.mark.parametrize(("expected", "given"), rows(pairs.UNDECIDED))
def test_left_open(expected, given):
    assert check(expected, given).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(("expected", "given"), rows(pairs.INCORRECT))
def test_no_wrong_answer_is_right_the_other_way_round(expected, given):
    """But for a comma: a student's `2,3` is 2.3 where 2.3 is expected."""
    assert given in ("", expected.replace(",", ".")) or check(given, expected).outcome is not Outcome.CORRECT


@pytest.mark.parametrize(
    ("problem", "expected", "given", "outcome"),
    [(*row, outcome) for outcome in Outcome for row in getattr(asked, outcome.name)],
)
def test_as_the_problem_asks(problem, expected, given, outcome):
    assert check_asked(problem, expected, given).outcome is outcome
