"""The two forms of reward, by hand."""

import math

import pytest

from training.pipeline.rewards import Reward, sigmoid

# score, right, boxed, tokens of 100
CASES = [
    (3.75, True, True, 40),
    (-0.8, True, False, 100),
    (2.0, False, True, 75),
    (-4.3, False, False, 50),
    (0.0, True, True, 51),
]


def total(reward, case):
    score, right, boxed, tokens = case
    return reward.total(score=score, right=right, boxed=boxed, tokens=tokens, budget=100)


@pytest.mark.parametrize(
    ("case", "rule"),
    list(zip(CASES, [1 + 0.1, 1 - 0.1, 0.1 - 0.05, 0.0, 1 + 0.1 - 0.1 * 0.01 / 0.5], strict=True)),
)
def test_linear_is_the_weighted_sum_of_score_and_rule(case, rule):
    assert total(Reward(), case) == pytest.approx(0.5 * case[0] + 0.5 * rule, abs=1e-12)
    assert total(Reward(weight=0.2), case) == pytest.approx(0.2 * case[0] + 0.8 * rule, abs=1e-12)
    assert total(Reward(weight=0.0), case) == pytest.approx(rule, abs=1e-12)
    assert total(Reward(weight=1.0), case) == pytest.approx(case[0], abs=1e-12)


@pytest.mark.parametrize(
    ("case", "by_hand"),
    list(zip(CASES, [0.8670357598021706, 0.401312339887548, -0.2689414213699951, -0.8956687768809987, 0.5], strict=True)),
)
def test_shaped_is_the_sigmoid_of_half_the_score_and_whether_it_is_right_less_one(case, by_hand):
    score, right, *_ = case
    assert total(Reward(form="shaped"), case) == pytest.approx(1 / (1 + math.exp(-0.5 * score)) + (right - 1), abs=1e-12)
    assert total(Reward(form="shaped"), case) == pytest.approx(by_hand, abs=1e-12)


def test_in_the_shaped_form_every_right_response_is_above_every_wrong_one():
    right, wrong = total(Reward(form="shaped"), (-9.0, True, False, 100)), total(Reward(form="shaped"), (9.0, False, True, 1))
    assert right > 0 > wrong


def test_bonus_and_penalty_can_be_set():
    reward = Reward(weight=0.0, format_bonus=0.3, length_penalty=0.4, free=0.0)
    assert total(reward, (None, False, True, 25)) == pytest.approx(0.3 - 0.1)
    assert total(reward, (None, False, False, 400)) == pytest.approx(-0.4)  # beyond the budget it grows no more


def test_a_score_that_is_needed_must_be_there():
    with pytest.raises(ValueError, match="needs a reward model's score"):
        total(Reward(), (None, True, True, 1))


@pytest.mark.parametrize("value", [-1e6, -3.0, 0.0, 3.0, 1e6])
def test_the_sigmoid_does_not_overflow(value):
    assert sigmoid(value) == pytest.approx(1 / (1 + math.exp(-value)) if abs(value) < 700 else float(value > 0))
