"""Are the numbers of a chain equal, as it says? Tolerant of how people write: rounding, percent either way, units, `5 + 3 = 8 x 2 = 16`."""

import enum
import itertools
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from grading.checking.units import Unit
from grading.checking.working.claims import Chain, Side
from grading.checking.working.degrees import without_degrees
from grading.checking.working.expressions import (
    CONSTANTS,
    Expression,
    NoValue,
    Number,
    Operation,
    at,
    exact,
    is_number,
    is_plain,
    operations,
    symbols,
    walk,
)
from grading.checking.working.units import factor, factors, find_unit

RELATIVE_ERROR = 1e-9  # of floats
CANCELLED = 1e-12  # what is left of floats that add up to zero
APPROXIMATELY = Fraction(1, 20)  # what `≈` may be off by
ROUNDED = Fraction(1, 200)  # what an integer or a short decimal may be off by without a word on rounding
CUT = Fraction(12, 100)  # what a decimal fraction may be off by where the value has no end, as 1/3 has none
HUNDREDTHS = Fraction(5, 100)  # the same where it has an end: to two places is usual (`1/8 = 0.13`, `1/16 = 6%`)
TENTHS = Fraction(2, 100)  # and to one is not
ROUNDING_WORDS = re.compile(
    r"round|approx|about|nearest|roughly|almost|remainder|\bR\s?\d|\d\s*(?:\.{3,6}|…{1,2})\s*\d"
    r"|left over|≈|四舍五入|约|大约|近似|余|进一|去尾",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[A-Za-z]{3}|[\u4e00-\u9fff]{2}")
FRACTION = re.compile(r"-?\d+/\d")
WORD = re.compile(r"[A-Za-z]+|[\u4e00-\u9fff]+")
IN_TWO_UNITS = re.compile(r"\d+\s?[^\W\d_]+\s?\d")  # `2 h 45 min`
CLOCK = re.compile(r"\d:\d\d")
MAIN_MONEY = frozenset(
    {"$", "€", "£", "¥", "dollar", "dollars", "euro", "euros", "元", "块"}
)  # what an amount is in, unless it says otherwise
HOLDS: dict[str, Callable[[Fraction | float, Fraction | float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
}
PERCENT = (Fraction(1, 100), Fraction(1))  # what `%` multiplies by: 50% as 0.5, or as 50 of something


class Equality(enum.Enum):
    RIGHT = "right"
    WRONG = "wrong"
    RUN_ON = "run on"  # `5 + 3 = 8 x 2`: each calculation is right, the equals sign is not
    NONE = "none"  # no claim about numbers


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two neighbours of a chain; `value` is what the left one is worth, where they differ. `converts`: from one unit to another."""

    left: Side
    right: Side
    truth: Equality
    value: Fraction | complex | None = None
    converts: bool = False


def compare_numbers(chain: Chain, text: str) -> list[Comparison]:
    """One comparison for each relation of the chain; `text` is the step, for its words on rounding."""
    pairs = list(zip(chain.sides, chain.relations, chain.sides[1:], strict=False))
    comparisons = [_compare(*_without_degrees(left, right), relation, text) for left, relation, right in pairs]
    for at_, comparison in enumerate(comparisons):
        if comparison.truth is Equality.WRONG and pairs[at_][1] == "=" and _runs_on(comparison):
            comparisons[at_] = Comparison(comparison.left, comparison.right, Equality.RUN_ON)
    return comparisons


def _without_degrees(left: Side, right: Side) -> tuple[Side, Side]:
    """The two sides in numbers, though another side of their chain has a letter: `C = 180° - 50° = 130°`; not `l = 60°·π·3/180 = π`."""
    if any("pi" in symbols(reading) for reading in (*left.readings, *right.readings)):
        return left, right
    one, other = without_degrees([left.readings, right.readings], frozenset())
    return replace(left, readings=tuple(one)), replace(right, readings=tuple(other))


def _compare(left: Side, right: Side, relation: str, text: str) -> Comparison:
    lefts, rights = list(values(left, right)), list(values(right, left))
    if not lefts or not rights:
        return Comparison(left, right, Equality.NONE)
    if relation not in ("=", "≈"):
        return _compare_order(left, relation, right, lefts, rights)
    if any(a == b for a, b in _paired(lefts, rights)) and _convert(left, right)[0] is not Equality.WRONG:  # `3 cm = 3 mm`
        return Comparison(left, right, Equality.RIGHT)
    if is_statement(left, right, text) or CLOCK.search(left.text + right.text):
        truth, value = _convert(left, right)
        return Comparison(left, right, truth, value, converts=True)
    if any(_close(a, b, right, relation, text) for a, b in _paired(lefts, rights)) or _goes_on_rounded(left, right):
        return Comparison(left, right, Equality.RIGHT)
    if (ratio := factor(left.unit, right.unit)) and any(_near(complex(a) * float(ratio), b, right) for a, b in _paired(lefts, rights)):
        return Comparison(left, right, Equality.RIGHT)
    if ratios := _unit_ratios(left, right):
        return Comparison(left, right, Equality.RIGHT if any(_is_meant(ratio, left, right) for ratio in ratios) else Equality.NONE)
    return Comparison(left, right, Equality.WRONG, lefts[0])


def _paired(lefts: list[Fraction | complex], rights: list[Fraction | complex]) -> Iterator[tuple[Fraction | complex, Fraction | complex]]:
    return itertools.product(lefts, rights)


def values(side: Side, other: Side | None = None) -> Iterator[Fraction | complex]:
    """All that the side can be worth beside the `other`, the likeliest first; nothing where it has symbols or is too large."""
    has_percent = other is not None and _has_percent(other)
    for reading in side.readings:
        for variant in (reading, _with_percent_of(reading)):
            if variant is not None:
                yield from _values(variant, whole=has_percent or _all_percent(variant))


def _all_percent(expression: Expression) -> bool:
    """Whether the expression is a percentage, or a sum or a share of such."""
    match expression:
        case Operation(name="%"):
            return True
        case Operation(name="+" | "-", operands=operands):
            return all(map(_all_percent, operands))
        case Operation(name="*" | "/", operands=(left, _)):
            return _all_percent(left) and is_plain(expression.operands[1])
    return False


def _values(expression: Expression, *, whole: bool = True) -> Iterator[Fraction | complex]:
    """`whole` takes `%` for nothing as well: 40% as 40."""
    for percent in PERCENT if whole and "%" in operations(expression) else PERCENT[:1]:
        try:
            yield exact(expression, percent)
        except NoValue:
            try:
                yield at(expression, {})
            except NoValue:
                return


def _with_percent_of(expression: Expression) -> Expression | None:
    """`200 + 50%` as 200 (1 + 50%), as a pocket calculator reads it; None where there is no such sum."""
    match expression:
        case Operation(name="+" | "-" as name, operands=(left, Operation(name="%") as share)) if not (
            isinstance(left, Operation) and left.name == "%"
        ):
            return Operation("*", (left, Operation(name, (Number(Fraction(1)), share))))
    return None


# --- Equal enough ----------------------------------------------------------------------------------------------------------


def _close(value: Fraction | complex, written: Fraction | complex, side: Side, relation: str, text: str) -> bool:
    if not (isinstance(value, Fraction) and isinstance(written, Fraction)):
        return _near(value, written, side)
    off = abs(value - written)
    if relation == "≈":
        return off <= abs(value) * APPROXIMATELY or off <= Fraction(1, 2)
    decimals = shown_decimals(side)
    if decimals is not None and _has_percent(side) and any(written == exact(reading, PERCENT[1]) for reading in side.readings):
        decimals -= 2  # `7/12 x 100 = 58.3%`
    if decimals is None or off >= Fraction(1, 10**decimals):
        return False
    if ROUNDING_WORDS.search(text):
        return True
    return _is_rounded(value, written, decimals) if decimals > 0 else off <= abs(value) * ROUNDED


def _is_rounded(value: Fraction, written: Fraction, decimals: int) -> bool:
    """Whether a value is rounded to these decimals or cut off behind them, and that takes little of it away."""
    off = abs(value - written)
    is_cut = abs(written) <= abs(value) and value * written > 0
    limit = CUT if not _has_end(value) else HUNDREDTHS if decimals > 1 else TENTHS
    return (is_cut or 2 * 10**decimals * off <= 1) and off <= abs(value) * limit


def _goes_on_rounded(left: Side, right: Side) -> bool:
    """Whether a calculation has rounded decimals in the place of what has no end: `√50 = 5√2 = 5 × 1.41`."""
    endless = [reading for reading in left.readings if any(map(_is_endless, walk(reading)))]
    values_ = [value for reading in endless for value in _values(reading, whole=False)]
    return any(abs(complex(value) - complex(written)) <= off for value in values_ for written, off in _with_errors(right))


def _is_endless(expression: Expression) -> bool:
    return any(not isinstance(value, Fraction) or not _has_end(value) for value in _values(expression, whole=False))


def _with_errors(side: Side) -> Iterator[tuple[Fraction | complex, float]]:
    """What a calculation with decimals is worth, and what it may be off by."""
    for reading in side.readings:
        if not is_plain(reading) and (off := rounded_by(reading)):
            yield next(_values(reading, whole=False)), off


def rounded_by(expression: Expression) -> float:
    """What a calculation may be off by if each of its decimals is rounded or cut."""
    decimals = [part for part in walk(expression) if isinstance(part, Number) and (part.decimals or 0) > 1]
    value = next(_values(expression, whole=False), None) if decimals and not symbols(expression) - CONSTANTS.keys() else None
    if value is None:
        return 0.0
    others = [next(_values(_with(expression, part, off), whole=False), value) for part in decimals for off in _units(part)]
    return sum(abs(complex(other) - complex(value)) for other in others) / 2


def _units(number: Number) -> tuple[Fraction, Fraction]:
    unit = Fraction(1, 10 ** (number.decimals or 0))
    return unit, -unit


def _with(expression: Expression, number: Number, off: Fraction) -> Expression:
    """The expression with one of its numbers changed."""
    if expression == number:
        return replace(number, value=number.value + off)
    if isinstance(expression, Operation):
        return replace(expression, operands=tuple(_with(operand, number, off) for operand in expression.operands))
    return expression


def _has_end(value: Fraction) -> bool:
    """Whether the value has finitely many decimals, so few that nobody need leave one out."""
    return 10**6 % value.denominator == 0


def _near(value: Fraction | complex, written: Fraction | complex, side: Side) -> bool:
    """Of irrational values: to a float's precision, or to the decimals that are shown."""
    try:
        off, size = abs(complex(value) - complex(written)), abs(complex(value))
    except OverflowError:
        return False
    decimals = shown_decimals(side)
    is_exact = off <= RELATIVE_ERROR * max(size, 1e-300) or (written == 0 and off <= CANCELLED)
    if is_exact or decimals is None:
        return is_exact
    is_cut = abs(complex(written)) <= size
    return off < 10.0**-decimals and (is_cut or off <= 0.5 * 10.0**-decimals + RELATIVE_ERROR) and off <= size * CUT


def shown_decimals(side: Side) -> int | None:
    """Decimals that a number on its own shows, 0 for an integer; None for anything but one number."""
    for reading in side.readings:
        if is_plain(reading):
            number = next(part for part in walk(reading) if isinstance(part, Number))
            if number.decimals is not None or number.value.denominator == 1:
                return (number.decimals or 0) + 2 * ("%" in operations(reading))
    return None


def _compare_order(left: Side, relation: str, right: Side, lefts: list[Fraction | complex], rights: list[Fraction | complex]) -> Comparison:
    a, b = (value.real if isinstance(value, complex) and not value.imag else value for value in (lefts[0], rights[0]))
    if isinstance(a, complex) or isinstance(b, complex) or relation not in HOLDS:
        return Comparison(left, right, Equality.NONE)
    return Comparison(left, right, Equality.RIGHT if HOLDS[relation](a, b) else Equality.WRONG, lefts[0])


# --- Units and statements --------------------------------------------------------------------------------------------------


def is_statement(left: Side, right: Side, text: str) -> bool:
    """Whether a fact is stated, and nothing calculated: `8 scallops = 1 pound`, `40% = 20 marbles`, `2/3 of the tank = 16 gallons`,
    `5% = 8 / 2`, and, in a sentence, `the cost of 4 bedrooms = 121 x 4`."""
    if not _is_bare(left):
        return False
    is_share = _has_percent(left) and not _has_percent(right)
    return is_share or _is_bare(right) or bool(SENTENCE.search(text))


def _has_percent(side: Side) -> bool:
    return any("%" in operations(reading) for reading in side.readings)


def _is_bare(side: Side) -> bool:
    """One number, or with a unit behind it one fraction."""
    return any(is_plain(reading) or (side.unit and _is_fraction(reading)) for reading in side.readings)


def _is_fraction(expression: Expression) -> bool:
    return isinstance(expression, Operation) and expression.name == "/" and all(map(is_plain, expression.operands))


def _convert(left: Side, right: Side) -> tuple[Equality, Fraction | None]:
    """Of two bare numbers with different units of one kind: whether the conversion is right, and what would be."""
    ratio = factor(left.unit, right.unit)
    if (
        ratio is None
        or (ratio == 1 and not IN_TWO_UNITS.match(left.text))
        or not all(any(map(is_plain, side.readings)) for side in (left, right))
    ):
        return Equality.NONE, None
    written = next(values(right))
    converted = [value * ratio for value in values(left) if isinstance(value, Fraction)]
    decimals = shown_decimals(right) or 0
    if not isinstance(written, Fraction) or not converted:
        return Equality.NONE, None
    if any(value == written or (decimals and abs(value - written) < Fraction(1, 10**decimals)) for value in converted):
        return Equality.RIGHT, None
    return Equality.WRONG, converted[-1]


def _unit_ratios(left: Side, right: Side) -> list[Fraction]:
    """By what the numbers differ, where they agree in other units: `60 x 3 = 3 hours`. None where both sides name the same unit."""
    if (left.unit and _base(left.unit) == _base(right.unit)) or right.unit.lower() in MAIN_MONEY:
        return []
    known = factors(right.unit) | factors(left.unit)
    pairs = _paired(list(values(left)), list(values(right)))
    return [a / b for a, b in pairs if isinstance(a, Fraction) and isinstance(b, Fraction) and b != 0 and a / b in known]


def _base(unit: str) -> Unit | None:
    """The unit of which the other is a power."""
    return find_unit(unit.partition("^")[0])


def _is_meant(ratio: Fraction, left: Side, right: Side) -> bool:
    """Whether units were converted. A factor of 10 that no unit on the left tells of is as likely a slip: `35 x 20 = 7000 m`."""
    told = {factor(right.unit, word) for word in (left.unit, *WORD.findall(left.text))}
    return ratio in told or str(max(ratio, 1 / ratio)).rstrip("0") != "1"


def _runs_on(comparison: Comparison) -> bool:
    """Whether the right side begins with the value of the left one and calculates on with it."""
    targets = set(values(comparison.left))
    for reading in comparison.right.readings:
        part = reading
        while isinstance(part, Operation) and part.name in ("+", "-", "*", "/"):
            part = part.operands[0]
            if is_number(part) and targets & set(_values(part)):
                return True
            if isinstance(part, Operation) and is_number(part) and FRACTION.match(comparison.right.text):
                break  # it begins with 2/5, and not with the 2 in it
    return False
