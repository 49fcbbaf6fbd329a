"""Two numbers with their units: are they the same quantity?"""

import re
from dataclasses import replace
from fractions import Fraction

from grading.checking.numbers import Number
from grading.checking.reasons import template
from grading.checking.units import Unit, read_kind, read_unit, unit_name
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect, undecided

PRINTED = 10  # significant digits: a decimal fraction with so many is a computer's way to print a number that it cannot write out
DOUBLE = 15  # … and with so many, its last digits are a float's noise
ROUNDING = 2  # decimals: an expected answer with so many may be a rounded one
NOISE = Fraction(1, 10**15)  # relative, of a double

CHINESE = re.compile("(?!.*[半十百千万亿])[\u4e00-\u9fff]+")
PERSONS = frozenset({"人", "名", "位"})
POUNDS = ({"pound", "£"}, {"pound", "lb"})
DEGREES = frozenset({"°", "degree", "deg"})
TEMPERATURES = {read_kind("°C"), read_kind("°F")}
ANGLES = {read_kind("°"), read_kind("rad")}
YUAN_OR_YEN = {read_kind("元"), read_kind("yen")}  # ¥ is either
TENTHS = frozenset({"折", "成"})
# `4小时后相遇`, `6天可以完成`: what happens then is no part of the unit.
GOES_ON = re.compile(r"(?<=.)(?:[以之]?后|可以|能|就|完成|相遇|到|追上|[行走做看用修跑写读]完).{0,4}$")

ROUNDED = template("The answer is rounded; the exact value is expected.")
ROUNDS_TO = template("The answer agrees with the expected value when rounded, but is not the same.")
SIGN = template("Only the sign is wrong.")
UNIT_DIFFERS = template("The unit is another one.")
UNITS_UNKNOWN = template("The units differ, and how they relate is not known.")
UNIT_OR_VARIABLE = template("It is not clear whether the letter is a unit or a variable.")
PERCENT_UNCLEAR = template("It is not clear whether a percentage is meant.")
CURRENCY_UNCLEAR = template("It is not clear which currency is meant.")


def compare_numbers(expected: Number, given: Number) -> Verdict:
    """The verdict on `given`. A unit that only one side has is no difference; a known one is converted."""
    if tenths := _in_percent(expected, given):
        expected, given = tenths
    if expected.percent != given.percent:
        return undecided(UNITS_UNKNOWN) if expected.unit or given.unit else _compare_percent(expected, given)
    may_be_variable = given.doubtful and "^" not in given.unit  # where a number is expected, nobody means one by `5m^2`
    if (expected.doubtful and not given.unit) or (may_be_variable and not expected.unit):
        return undecided(UNIT_OR_VARIABLE)
    if (expected.compound and not given.unit) or (given.compound and not expected.unit):
        return undecided(UNITS_UNKNOWN)
    if expected.unit and given.unit and unit_name(expected.unit) != unit_name(given.unit):
        return _compare_units(expected, given)
    return compare_values(expected, given)


def _in_percent(expected: Number, given: Number) -> tuple[Number, Number] | None:
    """`八五折` and `8.5折` are 85 %, `三成五` 35 %; None where neither is so said, or the other is the bare number of tenths."""
    if expected.unit not in TENTHS and given.unit not in TENTHS:
        return None
    one, other = (_of_tenths(number) if number.unit in TENTHS else number for number in (expected, given))
    bare = next((number for number in (expected, given) if not number.unit and not number.percent), None)
    if bare is not None and {one.value, other.value} == {10 * bare.value, bare.value}:
        return None
    return one, other


def _of_tenths(number: Number) -> Number:
    tens = number.value if number.value >= 10 and not number.decimals else 10 * number.value  # `八五折`
    return replace(number, value=tens, unit="", percent=True, decimals=None)


def same_number(left: Number, right: Number) -> bool | None:
    """Whether two numbers are one value; None where their units or percentages leave that open."""
    verdict = compare_numbers(left, right)
    return None if verdict.outcome is Outcome.UNDECIDED else verdict.outcome is Outcome.CORRECT


def compare_values(expected: Number, given: Number) -> Verdict:
    """By value alone: the two have the same unit, or none."""
    if equal_values(expected, given):
        return correct(EQUAL)
    if expected.value == -given.value:
        return incorrect(SIGN)
    if rounds_to(expected.value, given):
        return incorrect(ROUNDED)
    if (expected.decimals or 0) >= ROUNDING and rounds_to(given.value, expected):
        return undecided(ROUNDS_TO)
    return incorrect(DIFFERENT)


def equal_values(left: Number, right: Number) -> bool:
    """Exactly, but for what a computer's printing of a fraction loses (`0.3333333333333333` is a third, `0.333333` is not)."""
    return left.value == right.value or prints(left, right.value, right.decimals) or prints(right, left.value, left.decimals)


def prints(number: Number, value: Fraction, decimals: int | None = None) -> bool:
    """Whether `number` is a computer's decimal form of `value`, which was itself written with `decimals` (None: not as a decimal)."""
    if not number.decimals or number.digits < PRINTED or number.decimals == decimals:
        return False
    tolerance = Fraction(1, 10**number.decimals)
    if number.digits >= DOUBLE:
        tolerance = max(tolerance, abs(number.value) * NOISE)
    return abs(number.value - value) < tolerance


def rounds_to(value: Fraction, number: Number) -> bool:
    """Whether `number`, a decimal fraction, is `value` rounded to its decimals."""
    return bool(number.decimals) and abs(value - number.value) <= Fraction(1, 2 * 10 ** (number.decimals or 0))


def _compare_percent(expected: Number, given: Number) -> Verdict:
    """A percentage may be meant as `50` or as `0.5`: to the question "how many percent" both `50` and `50%` are answers."""
    percentage, other = (expected, given) if expected.percent else (given, expected)
    if percentage.value == 100 * other.value:
        return correct(EQUAL)
    if percentage.value == other.value:
        return correct(EQUAL) if abs(other.value) > 1 else undecided(PERCENT_UNCLEAR)
    return incorrect(DIFFERENT)


def _compare_units(expected: Number, given: Number) -> Verdict:
    expected, given = (replace(number, unit=GOES_ON.sub("", number.unit)) for number in (expected, given))
    wanted, found = read_unit(expected.unit), read_unit(given.unit)
    if wanted is None or found is None:
        elaborates = _elaborates(expected.unit, given.unit) or {unit_name(expected.unit), unit_name(given.unit)} in POUNDS
        return compare_values(expected, given) if elaborates else undecided(UNITS_UNKNOWN)
    if {wanted.kind, found.kind} == YUAN_OR_YEN:
        return undecided(CURRENCY_UNCLEAR) if expected.value == given.value else incorrect(UNIT_DIFFERS)
    wanted, found = _of_its_currency(expected, wanted, found), _of_its_currency(given, found, wanted)
    kinds = {wanted.kind, found.kind}
    if len(kinds) == 2:
        if ("度" in (expected.unit, given.unit) or given.unit in DEGREES) and kinds & TEMPERATURES:
            return compare_values(expected, given)
        is_open = kinds == TEMPERATURES or (kinds == ANGLES and expected.value != given.value)
        return undecided(UNITS_UNKNOWN) if is_open else incorrect(UNIT_DIFFERS)
    ratio = found.factor / wanted.factor
    converted = Number(given.value * ratio, decimals=given.decimals if ratio == 1 else None, digits=given.digits)
    verdict = compare_values(expected, converted)
    return incorrect(UNIT_DIFFERS) if verdict.outcome is not Outcome.CORRECT and expected.value == given.value else verdict


def _of_its_currency(number: Number, unit: Unit, other: Unit) -> Unit:
    """A cent is a hundredth of a euro as well as of a dollar."""
    return replace(unit, kind=other.kind) if unit_name(number.unit) == "cent" and other.kind == read_kind("€") else unit


def _elaborates(left: str, right: str) -> bool:
    """`cup` and `cup of rice`: one name goes on where the other ends."""
    if CHINESE.fullmatch(left + right) and read_unit(left) is None and read_unit(right) is None:
        short_one, long_one = sorted((left, right), key=len)
        return {left, right} <= PERSONS or long_one.startswith(short_one) or long_one == f"个{short_one}"
    short, long = sorted((unit_name(left).split(), unit_name(right).split()), key=len)
    return bool(short) and long[: len(short)] == short
