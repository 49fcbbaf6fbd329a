"""Is an answer right? Numbers, times, choices and words are compared here, formulas in a process that can be killed.

`check` never guesses: CORRECT needs values that agree, INCORRECT needs values that differ, and everything else is UNDECIDED.

Not covered: the form of an answer ("simplify", "in lowest terms", "to two decimals"), and what only the question says (the unit or the
number base asked for, whether the order of a list counts).
"""

import re
import threading
import time
from collections import OrderedDict

from grading.checking import pool
from grading.checking.choices import LETTER_ONLY, SAME_CHOICE, TEXT_DIFFERS, compare_choices, read_choice, read_small_choices
from grading.checking.clock import TIME_OR_RATIO, compare_clocks, read_clock, read_dotted
from grading.checking.dates import compare_dates, read_date
from grading.checking.extract import final_answer
from grading.checking.numbers import DECIMAL_COMMA, Number, read_plain_number, read_range, read_remainder
from grading.checking.phrases import compare_phrases, excludes, meaning, read_phrase, read_sign
from grading.checking.prose import is_prose, is_sentence, stated_answer
from grading.checking.quantities import compare_numbers
from grading.checking.reasons import template
from grading.checking.spellings import Spelling, may_be_list, with_decimal_points, with_i, with_names, with_powers
from grading.checking.text import LONGEST, compact, half_width, plain, typed_signs
from grading.checking.told_apart import compare_told_apart, may_be_one_of
from grading.checking.verdicts import ALIKE, DIFFERENT, EQUAL, NOT_COMPARED, Outcome, Verdict, correct, incorrect, undecided
from grading.checking.wording import without_lead

__all__ = ["LONGEST", "Outcome", "Verdict", "check", "forget"]

SECONDS = 4.0  # for one comparison of formulas
LEAST_SECONDS = 0.1  # for another reading
EITHER = re.compile(r"\bor\b")
LONG_COMMA = re.compile(r",\d\d|,\d+\s*[^\d\s,;]")  # `2,3` are two values; `2,74` and `2,5 cm` are more likely one
REMEMBERED = 4_096  # verdicts

NO_ANSWER = template("There is no answer.")
NOTHING_EXPECTED = template("There is no expected answer to compare with.")
TOO_LONG = template("The answer is too long to compare.")
UNREAD = template("It is not clear which part of the text is the answer.")
TWO_READINGS = template("The answer can be read in two ways.")
WORDS_OR_VALUE = template("Words cannot be compared with a value.")


def check(expected: str, given: str | None, *, seconds: float = SECONDS) -> Verdict:
    """Whether `given` equals the gold answer `expected`. Either may be a sentence or a whole solution; its stated answer counts then.

    Takes at most `seconds`, and once `pool.START_SECONDS`; safe in any thread. UNDECIDED is for what cannot be read, is too long (1,000
    characters), takes too long, or can be meant in two ways; it is never a wrong answer.
    """
    if given is None or not given.strip():
        return incorrect(NO_ANSWER)
    if not expected.strip():
        return undecided(NOTHING_EXPECTED)
    texts = _bounded(expected), _bounded(given)
    if texts[0] is None or texts[1] is None:
        return undecided(TOO_LONG)
    return _memory.verdict(texts[0], texts[1], seconds)


def _bounded(text: str) -> str | None:
    """The text, or of a long one the answer that it states; None where that is too long as well."""
    if len(text) > LONGEST:
        text = stated_answer(text) or text
    return text if len(text) <= LONGEST else None


class _Memory:
    """The last verdicts. What took too long is not remembered: the machine may have been busy."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: OrderedDict[tuple[str, str], Verdict] = OrderedDict()

    def verdict(self, expected: str, given: str, seconds: float) -> Verdict:
        key = (expected, given)
        with self._lock:
            if key in self._verdicts:
                self._verdicts.move_to_end(key)
                return self._verdicts[key]
        verdict = _check(expected, given, seconds)
        if verdict.reason.template not in pool.PASSING:
            with self._lock:
                self._verdicts[key] = verdict
                if len(self._verdicts) > REMEMBERED:
                    self._verdicts.popitem(last=False)
        return verdict

    def clear(self) -> None:
        with self._lock:
            self._verdicts.clear()


_memory = _Memory()
forget = _memory.clear


def _check(expected: str, given: str, seconds: float) -> Verdict:
    """The verdict on the answers as they are surely meant; where they differ so, as they may be meant."""
    until = time.monotonic() + seconds
    key, said = final_answer(expected) or expected, final_answer(given) or given
    if told_apart := compare_told_apart(key, said):
        return told_apart
    if (number := read_plain_number(plain(key))) and may_be_one_of(number, said):
        return undecided(NOT_COMPARED)
    left, right = _with_names(expected, key, plain(given)), _with_names(given, said, plain(expected))
    one, other = left.text if left else expected, right.text if right else given
    if all(spelling is None or spelling.certain for spelling in (left, right)):
        expected, given = one, other
    verdict = _as_written(expected, given, seconds)
    if verdict.outcome is Outcome.INCORRECT and (one, other) != (expected, given):
        verdict = _if_wrong(one, other, until, otherwise=verdict, certain=False)
    for meant in (with_powers(plain(given), plain(expected)), with_i(plain(given), plain(expected))):
        if verdict.outcome is Outcome.INCORRECT and meant != plain(given):
            verdict = _if_wrong(expected, meant, until, otherwise=verdict, certain=False)
    return verdict if verdict.outcome is Outcome.CORRECT else _with_decimal_points(expected, given, until, otherwise=verdict)


def _with_names(text: str, said: str, other: str) -> Spelling | None:
    """`A: 2, B: 3` is no answer that stands behind `A:`; what stands behind `答：` is one."""
    return with_names(plain(text), other) or with_names(plain(said), other)


def _with_decimal_points(expected: str, given: str, until: float, *, otherwise: Verdict) -> Verdict:
    """The verdict where commas are read as decimal ones: the student's, and then the key's, whose `1,5` may be two values."""
    verdict, points = otherwise, with_decimal_points(stated(given) or "")
    if points:
        names = with_names(points.text, plain(expected))
        verdict = _if_wrong(expected, names.text if names else points.text, until, otherwise=verdict, certain=points.certain)
    key = with_decimal_points(stated(expected) or "")
    if verdict.outcome is not Outcome.CORRECT and key and key.certain:
        written = points.text if points else given
        verdict = _if_wrong(key.text, written, until, otherwise=verdict, certain=not may_be_list(expected))
    return verdict


def _if_wrong(expected: str, given: str, until: float, *, otherwise: Verdict, certain: bool) -> Verdict:
    """The verdict on another spelling of answers that differ as they are written, where it makes them agree."""
    verdict = _as_written(expected, given, max(until - time.monotonic(), LEAST_SECONDS))
    if verdict.outcome is not Outcome.CORRECT:
        return otherwise
    return verdict if certain else undecided(TWO_READINGS)


def _as_written(expected: str, given: str, seconds: float) -> Verdict:
    verdict = _at_a_glance(plain(expected), plain(given))
    if verdict is not None and (verdict.outcome is not Outcome.UNDECIDED or not (is_prose(expected) or is_prose(given))):
        return verdict
    one, other = stated(expected), stated(given)
    if one is None or other is None:
        return undecided(UNREAD)
    return _at_a_glance(one, other) or _ask(one, other, seconds)


def stated(text: str) -> str | None:
    """The plain text of an answer, without the prose around it; None where it is not clear what the prose says."""
    text = typed_signs(text)
    led = without_lead(half_width(text).strip())
    if not is_prose(text) or (led != text and not is_prose(led)):
        return plain(led)
    stated = stated_answer(text)
    if stated is None:
        return None if is_sentence(text) else plain(text)
    return plain(stated)


def _ask(expected: str, given: str, seconds: float) -> Verdict:
    """The verdict of the pool; on `(C) x + 1` that on `x + 1`."""
    option, chosen = read_choice(expected), read_choice(given)
    one, other = option.text if option and option.text else expected, chosen.text if chosen and chosen.text else given
    verdict = pool.ask(_as_set(one), _as_set(other), seconds)
    return undecided(TEXT_DIFFERS) if option and chosen and chosen.text and verdict.outcome is Outcome.INCORRECT else verdict


def _as_set(text: str) -> str:
    """`all real numbers` and `no solution` in signs."""
    return {"R": r"\R ", "empty": r"\emptyset "}.get(meaning(text) or "", text)


def _at_a_glance(expected: str, given: str) -> Verdict | None:
    """The verdict on two plain texts of a simple kind; None where one of them is a formula or the like."""
    if not given:
        return incorrect(NO_ANSWER)
    if compact(expected) == compact(given):
        return correct(ALIKE)
    return _by_choice(expected, given) or _by_value(expected, given)


def _by_choice(expected: str, given: str) -> Verdict | None:
    option, chosen = read_choice(expected), read_choice(given)
    if option and option.capital and len(option.letters) > 1:
        if EITHER.search(given):
            return undecided(TWO_READINGS)
        chosen = read_small_choices(given) or chosen
    if option and chosen:
        if (verdict := compare_choices(option, chosen)) is not None or not (option.text and chosen.text):
            return verdict
        verdict = correct(SAME_CHOICE) if compact(option.text) == compact(chosen.text) else _by_value(option.text, chosen.text)
        return undecided(TEXT_DIFFERS) if verdict and verdict.outcome is Outcome.INCORRECT else verdict
    if option and option.text:
        return _at_a_glance(option.text, given)
    if chosen and chosen.text:
        return _at_a_glance(expected, chosen.text)
    return undecided(LETTER_ONLY) if chosen and chosen.capital and chosen.bare and read_plain_number(expected) else None


def _by_value(expected: str, given: str) -> Verdict | None:
    if (verdict := _by_time(expected, given)) is not None:
        return verdict
    division, parts = read_remainder(expected), read_remainder(given)
    if division and parts:
        return correct(EQUAL) if division == parts else incorrect(DIFFERENT)
    phrase, words = read_phrase(expected), read_phrase(given)
    # A small letter that is expected is a variable.
    phrase, words = (
        phrase or (None if expected.isalpha() and expected.islower() else read_sign(expected, words)),
        words or read_sign(given, phrase),
    )
    if phrase and words:
        return compare_phrases(phrase, words)
    number, value = read_plain_number(expected), read_plain_number(given)
    if value and not number and LONG_COMMA.search(expected):
        number = _with_comma(expected, value)
    if number and not value:
        value = _with_comma(given, number)
    if number and value:
        return compare_numbers(number, value)
    said, other = (words, number) if number else (phrase, value)
    if said and other:
        return incorrect(DIFFERENT) if excludes(said, other.value) else undecided(WORDS_OR_VALUE)
    return undecided(NOT_COMPARED) if any(clock and clock.certain for clock in (read_clock(expected), read_clock(given))) else None


def _by_time(expected: str, given: str) -> Verdict | None:
    """The verdict on times of day, dates, and classes of values like `20-30`."""
    clock, time = read_clock(expected), read_clock(given)
    if clock and time:
        return compare_clocks(clock, time)
    if clock and (dotted := read_dotted(given)) and compare_clocks(clock, dotted).outcome is Outcome.CORRECT:
        return correct(EQUAL) if clock.certain or clock.written24 else undecided(TIME_OR_RATIO)
    day, date = read_date(expected), read_date(given)
    if day and date:
        return compare_dates(day, date)
    if (interval := read_range(expected)) is None:
        return None
    ends = read_range(given, word="-|to")
    return undecided(NOT_COMPARED) if ends is None else correct(EQUAL) if ends == interval else incorrect(DIFFERENT)


def _with_comma(text: str, other: Number | None) -> Number | None:
    """`1,22` is a decimal fraction where the other answer is one, and else a list."""
    return read_plain_number(text.replace(",", ".")) if other and other.decimals and DECIMAL_COMMA.fullmatch(text) else None
