"""Knowledge tracing against values worked out by hand, and reviews."""

from datetime import timedelta

import pytest

from practice.knowledge import DEFAULT, MASTERED, Parameters, interval, next_box, update


def test_a_right_answer_by_hand():
    """0.2 x 0.9 / (0.2 x 0.9 + 0.8 x 0.2) = 0.18 / 0.34 = 9/17; then 9/17 + 8/17 x 0.15 = 10.2/17."""
    assert update(0.2, right=True) == pytest.approx(10.2 / 17)


def test_a_wrong_answer_by_hand():
    """0.2 x 0.1 / (0.2 x 0.1 + 0.8 x 0.8) = 0.02 / 0.66 = 1/33; then 1/33 + 32/33 x 0.15 = 5.8/33."""
    assert update(0.2, right=False) == pytest.approx(5.8 / 33)


def test_other_parameters_by_hand():
    """Known 0.5, guess 0.25, slip 0.1, learn 0.2: 0.45 / 0.575 = 18/23; then 18/23 + 5/23 x 0.2 = 19/23."""
    assert update(0.5, right=True, parameters=Parameters(guess=0.25, slip=0.1, learn=0.2)) == pytest.approx(19 / 23)


def test_whatever_went_before_there_is_a_way_to_mastery():
    known = DEFAULT.known
    for _time in range(200):
        known = update(known, right=False)
    answers = 0
    while known < MASTERED:
        known, answers = update(known, right=True), answers + 1
    assert answers == 3


def test_certainty_is_not_for_ever():
    known = 0.5
    for _time in range(500):
        known = update(known, right=True)
    assert update(update(known, right=False), right=False) < MASTERED


def test_reviews_come_later_each_time_they_go_well():
    assert [interval(box) / timedelta(days=1) for box in range(8)] == [1, 2, 4, 8, 16, 32, 64, 64]
    assert (next_box(2, right=True), next_box(6, right=True), next_box(5, right=False)) == (3, 6, 0)
