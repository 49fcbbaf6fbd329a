"""Units so far as a conversion between them can be checked in a working: those of answers, and what a working alone counts in."""

from fractions import Fraction
from functools import lru_cache

from grading.checking import numbers, numerals
from grading.checking.units import Unit, read_unit

# Of temperatures and angles more is to be known than their size; weeks in a month and days in a year are conventions of the problem.
KINDS = frozenset({"length", "mass", "time", "months", "cups", "count", "CNY", "USD", "EUR", "GBP", "INR", "JPY"})
OWN = {
    "日": Unit((("time", 1),), Fraction(86400)),
    "分": Unit((("time", 1),), Fraction(60)),
    "月": Unit((("months", 1),), Fraction(1)),
    "decade": Unit((("months", 1),), Fraction(120)),
    "t": Unit((("mass", 1),), Fraction(1000)),
    "pound": Unit((("mass", 1),), Fraction("0.45359237"), imperial=True),
    "cup": Unit((("cups", 1),), Fraction(1)),
    "pint": Unit((("cups", 1),), Fraction(2)),
    "quart": Unit((("cups", 1),), Fraction(4)),
    "gallon": Unit((("cups", 1),), Fraction(16)),
    "penny": Unit((("USD", 1),), Fraction(1, 100)),
    "pennie": Unit((("USD", 1),), Fraction(1, 100)),
    "buck": Unit((("USD", 1),), Fraction(1)),
    "one": Unit((("count", 1),), Fraction(1)),
    "dozen": Unit((("count", 1),), Fraction(12)),
}
# Between these people convert where they say nothing of it.
USUAL = (
    "second minute hour day week month year decade millimeter centimeter decimeter meter kilometer inch foot yard mile"
    " milligram gram kilogram tonne ounce pound milliliter liter cup pint quart gallon cent dollar 分钱 角 元 one dozen"
)
SCALES = numbers.SCALES | numerals.ZH_SCALES | {"打": 12}


def find_unit(word: str) -> Unit | None:
    """The unit that `word` names, in the singular or the plural, or as a power or a quotient: `cm^2`, `平方米`, `km/h`."""
    word = word.lower().strip(".")
    unit = OWN.get(word) or OWN.get(word.removesuffix("s")) or read_unit(word)
    return unit if unit is not None and all(kind in KINDS for kind, _power in unit.kind) else None


def factor(written: str, other: str) -> Fraction | None:
    """How many of `other` one of `written` is; None where they do not measure the same, or are unknown."""
    (one, _, per), (another, _, other_per) = written.partition("/"), other.partition("/")
    if per and per == other_per:
        return factor(one, another)  # `kg/person`
    left, right = find_unit(written), find_unit(other)
    if left is None or right is None or (left.kind, left.imperial) != (right.kind, right.imperial):
        return None
    return left.factor / right.factor


@lru_cache(maxsize=1_000)
def factors(word: str) -> frozenset[Fraction]:
    """What one might multiply or divide by to come from the unit to another of its kind."""
    unit = find_unit(word)
    if unit is None or len(unit.kind) != 1:
        return frozenset()
    usual = [(other, _power(unit, other)) for other in map(find_unit, USUAL.split()) if other is not None]
    ratios = {unit.factor / other.factor**power for other, power in usual if power} - {Fraction(1)}
    return frozenset(ratios | {1 / ratio for ratio in ratios})


def _power(unit: Unit, other: Unit) -> int:
    """Which power of `other` measures what `unit` does; 0 for none."""
    ((kind, power),), ((other_kind, other_power),) = unit.kind, other.kind
    is_alike = kind == other_kind and unit.imperial == other.imperial
    return power // other_power if is_alike and power % other_power == 0 else 0
