"""Answers that were made to hang, crash or confuse the checker. benchmarks/answers.py asks 10,000 of them."""

import time

import pytest

from grading.checking.answers import LONGEST, Outcome, check
from grading.tests import hostile

SECONDS = 1.0  # a comparison may take; a kill and the machine's other work come on top
MOST = 5.0


def timed(expected, given):
    began = time.monotonic()
    verdict = check(expected, given, seconds=SECONDS)
    assert str(verdict.reason)
    assert time.monotonic() - began < MOST, (expected[:100], given[:100])
    return verdict


@pytest.mark.parametrize("bomb", hostile.bombs(), ids=lambda bomb: bomb[:30])
def test_a_bomb_gets_an_answer_and_so_does_the_next_question(bomb):
    timed("5", bomb)
    timed(bomb, "5")
    assert timed("5x", "x5").outcome is Outcome.CORRECT


@pytest.mark.parametrize("text", hostile.huge(), ids=lambda text: text[:10])
def test_ten_megabytes_are_not_compared(text):
    assert timed("5", text).outcome is Outcome.UNDECIDED
    assert timed(text, "5").outcome is Outcome.UNDECIDED


def test_random_pairs():
    for expected, given in hostile.pairs(seed=2026, count=400):
        verdict = timed(expected, given)
        if expected.strip() and expected == given and len(expected) <= LONGEST:
            assert verdict.outcome is not Outcome.INCORRECT, expected
