"""What the text of a problem adds to the verdict on an answer: the unit that it asks for, and that its own words are no answer."""

import re
from dataclasses import replace

from grading.checking.answers import SECONDS, Outcome, Verdict, check
from grading.checking.numbers import Number, read_number
from grading.checking.reasons import template
from grading.checking.text import plain
from grading.checking.units import Unit, read_unit
from grading.checking.verdicts import ALIKE, undecided

COPIED = template("This stands in the problem already, and is not finished.")

ENGLISH = re.compile(r"\b(?:in|many)\s+((?:(?:square|cubic)\s+)?[a-zµ]+(?:\^\{?[23]\}?)?(?:/[a-z]+)?)(?![A-Za-z])")
CHINESE = re.compile(r"(?:多少|几)个?([\u4e00-\u9fff]{1,6})")
WORKED = re.compile(r".[-+*/^=<>]|\\[a-z]")  # something is left to do
OPEN_END = re.compile(r"^\s*=\s*(?=$|[?_\n.])")  # `3 + 4 = ?`
GOES_ON = frozenset("-+*/^=<>()_.")


def check_asked(problem: str, expected: str, given: str | None, *, seconds: float = SECONDS) -> Verdict:
    """`answers.check`, for the answer to a problem."""
    verdict = check(expected, given, seconds=seconds)
    if not given or verdict.reason.template == ALIKE:
        return verdict
    if verdict.outcome is Outcome.CORRECT:
        return undecided(COPIED) if WORKED.search(plain(given)) and stands_in(problem, given) else verdict
    unit = _unit_left_out(problem, expected, given)
    in_unit = check(f"{expected} {unit}", given, seconds=seconds) if unit else verdict
    if in_unit.outcome is not Outcome.CORRECT:
        return verdict
    return undecided(COPIED) if stands_in(problem, given) else in_unit


def has_other_unit(problem: str, expected: str, given: str) -> bool:
    """Whether an answer that is right as a number has another unit than the problem asks for, where the key has none."""
    number, units = read_number(given), set(_units(plain(problem)))
    if not units or not _is_bare(expected) or number is None or not (number.percent or read_unit(number.unit)):
        return False
    return all(check(f"{expected} {unit}", given).outcome is not Outcome.CORRECT for unit in units)


def stands_in(problem: str, given: str) -> bool:
    """Whether an answer stands in the problem sign by sign, and as a whole: the `x^2 - 9` of "Factor x^2 - 9"."""
    text, answer = plain(problem), plain(given)
    written = re.compile(r"\s*".join(map(re.escape, "".join(answer.split()))))
    return any(_is_whole(text, match) for match in written.finditer(text))


def _is_whole(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], OPEN_END.sub("", text[match.end() :])
    glued = before[-1:].isalnum() or after[:1].isalnum()
    goes_on = before.rstrip()[-1:] in GOES_ON or (after.lstrip()[:1] in GOES_ON and not re.match(r"\s*\.(?!\d)", after))
    return not glued and not goes_on


def _unit_left_out(problem: str, expected: str, given: str) -> str | None:
    """The unit that the problem asks for ("in cm", "多少厘米"), where the key has none and the answer has another one of its kind."""
    number = read_number(given)
    if not _is_bare(expected) or number is None or not number.unit:
        return None
    found = [unit for unit in _units(plain(problem)) if _is_of_kind(read_unit(unit), number)]
    return found[0] if len({read_unit(unit) for unit in found}) == 1 else None


def _is_bare(expected: str) -> bool:
    """Whether a key is a number and nothing else."""
    key = read_number(expected)
    return key is not None and key == replace(key, unit="", percent=False)


def _units(text: str) -> list[str]:
    chinese = (word[:length] for word in CHINESE.findall(text) for length in range(len(word), 0, -1))
    return [unit for unit in (*ENGLISH.findall(text), *chinese) if read_unit(unit) is not None]


def _is_of_kind(unit: Unit | None, number: Number) -> bool:
    other = read_unit(number.unit)
    return unit is not None and other is not None and unit.kind == other.kind
