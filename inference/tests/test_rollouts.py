"""Where a solution turns to its answer, by continuations of it."""

import pytest

from inference.rollouts import EACH, MOST_STEPS, beginnings, shares, turn

STEPS = ("He has 36 marbles.", "He gets 6, so 42.", "The answer is 42.")


def ended(*counts):
    """Continuations of each beginning, of which so many come to 42 and the others to 30."""
    return {EACH * at + place: f"So \\boxed{{{42 if place < count else 30}}}" for at, count in enumerate(counts) for place in range(EACH)}


def test_each_beginning_but_the_whole_is_gone_on_with():
    assert beginnings(STEPS) == ["He has 36 marbles.\n\n"] * EACH + ["He has 36 marbles.\n\nHe gets 6, so 42.\n\n"] * EACH


@pytest.mark.parametrize("count", [0, 1, MOST_STEPS + 1])
def test_what_is_too_short_or_too_long_is_not_gone_on_with(count):
    assert beginnings(["Step."] * count) == []


def test_the_shares_that_come_to_the_student_s_answer():
    assert shares(STEPS, ended(1, 4), before=0.0) == [0.0, 0.25, 1.0, 1.0]


def test_continuations_may_be_missing_or_without_an_answer():
    texts = ended(1, 0)
    assert shares(STEPS, {1: texts[1], 0: texts[0]}, before=0.125) == [0.125, 0.5, 0.5, 1.0]
    assert shares(STEPS, {}, before=0.125) == [0.125, 0.125, 0.125, 1.0]
    assert shares(STEPS, {0: "I do not know."}, before=0.0) == [0.0, 0.0, 0.0, 1.0]


def test_values_are_compared_not_texts():
    assert shares(STEPS, {0: "\\boxed{42.0}", 1: "\\boxed{\\frac{84}{2}}"}, before=0.0)[1] == 1.0


@pytest.mark.parametrize(
    ("checked", "found", "place"),
    [
        (1, [0.0, 0.0, 1.0, 1.0], 1),
        (0, [0.0, 0.25, 1.0, 1.0], 0),  # there is a turn where the checker has it
        (2, [0.0, 0.25, 1.0, 1.0], 1),  # there is none
        (2, [0.0, 0.0, 0.0, 1.0], 2),
        (0, [0.5, 0.0, 0.5, 1.0], 1),  # the first of two
    ],
)
def test_the_checker_s_place_stands_where_something_turns_there(checked, found, place):
    assert turn(checked, found) == place
