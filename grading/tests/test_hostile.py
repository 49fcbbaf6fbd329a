"""Answers that were made to hang, crash or confuse the checker. benchmarks/answers.py asks 10,000 of them."""

import contextlib
import time

import pytest

from grading.checking.agreement import answer_values
from grading.checking.answers import LONGEST, Outcome, check, stated
from grading.checking.asked import check_asked
from grading.checking.compare import compare
from grading.checking.evaluate import Undefined
from grading.checking.extract import final_answer
from grading.checking.numbers import read_number
from grading.checking.spellings import with_decimal_points, with_names
from grading.checking.steps import check_steps
from grading.checking.syntax import read
from grading.checking.text import plain
from grading.checking.tokens import Unreadable
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


@pytest.mark.parametrize("text", ["根号{}", "{}倍根号{}", "三成{}", "{} May", "17 ÷ 5 = 3 r {}", "{} ÷ 5 = 3 r 2"])
def test_a_number_of_thousands_of_digits_breaks_nothing(text):
    long = text.replace("{}", "7" * 5000)
    assert check_asked("What is x?", long, "x = 2").outcome is not Outcome.CORRECT
    assert check_asked(long, "2", "x = 2").outcome is Outcome.CORRECT
    assert check_steps("Calculate 17 ÷ 5.", [long]).steps[0].status == "unverified"


def test_random_pairs():
    for expected, given in hostile.pairs(seed=2026, count=400):
        verdict = timed(expected, given)
        if expected.strip() and expected == given and len(expected) <= LONGEST:
            assert verdict.outcome is not Outcome.INCORRECT, expected


@pytest.mark.parametrize("given", ["--", "---", "- -", "The answer is ---", "It is so.\n\n---"])
def test_a_line_of_hyphens_is_no_answer(given):
    assert check("12", given).outcome is Outcome.UNDECIDED
    assert check(given, "12").outcome is Outcome.UNDECIDED


def test_no_reader_breaks_over_short_texts():
    """In this process: a worker of the pool would say no more of an error than that it could not compare."""
    for one, other in hostile.short_pairs(seed=7, count=3_000):
        for text in (one, other):
            final_answer(text)
            stated(text)
            read_number(text)
            answer_values(text)
            with_names(plain(text))
            with_decimal_points(plain(text))
        with contextlib.suppress(Unreadable, Undefined):
            compare(read(plain(one))[0], read(plain(other))[0])
