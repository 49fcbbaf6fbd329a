"""Are two formulas equal? By value where they are numbers, at several points where they have variables.

For polynomials this is the test of Schwartz and Zippel. For other formulas that agree to 70 digits at points drawn at random it is no
proof, but nothing that people write is equal there and different elsewhere. Differences are relative: `1/2004!` is not `1/2006!`.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from fractions import Fraction
from random import Random

from mpmath import mp

from grading.checking.evaluate import (
    CLOSE,
    CONSTANTS,
    DIGITS,
    MOST_SYMBOLS,
    NOISE_DIGITS,
    Undefined,
    Value,
    approximate,
    contains,
    exact,
    real_points,
    symbols,
    whole_points,
)
from grading.checking.nodes import Node, Num, Op, Symbol
from grading.checking.numbers import Number
from grading.checking.quantities import ROUNDED, ROUNDING, ROUNDS_TO, SIGN, compare_values, prints, rounds_to
from grading.checking.reasons import template
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect, undecided

MULTIVALUED = ("root", "ln", "log", "lg", "arcsin", "arccos")
INTEGRATION_CONSTANTS = {"C", "c", "K", "k", "C_1", "C_0", "c_1"}
INFINITY = Symbol("oo")
MINUS_INFINITY = Op("neg", (INFINITY,))
CONSTANT_SYMBOLS = {Symbol(name) for name in CONSTANTS}

EQUAL_FOR_SOME = template("The answers are equal for positive values only.")
EQUAL_FOR_WHOLE = template("The answers are equal for whole numbers only.")
CONSTANT_MISSING = template("The constant of integration is missing.")
NOT_EVALUATED = template("The values could not be computed.")
WRONG_VARIABLE = template("The variable is another one.")


class Points(Enum):
    WHOLE = "whole"
    POSITIVE = "positive"
    NEGATIVE = "negative"


def equal(left: Node, right: Node) -> bool:
    """Whether two formulas are surely equal."""
    return compare_formulas(left, right).outcome is Outcome.CORRECT


def compare_formulas(expected: Node, given: Node) -> Verdict:
    if expected == given:
        return correct(EQUAL)
    names = symbols(expected) | symbols(given)
    try:
        return _compare_functions(expected, given, names) if names else _compare_constants(expected, given)
    except Undefined:
        return undecided(NOT_EVALUATED)


def _compare_constants(expected: Node, given: Node) -> Verdict:
    left, right = exact(expected), exact(given)
    if left is not None and right is not None:
        return compare_values(_number(expected, left), _number(given, right))
    if values_equal(expected, given, {}):
        return correct(EQUAL)
    if _is_decimal_of(given, expected, prints) or _is_decimal_of(expected, given, prints):
        return correct(EQUAL)
    if _is_decimal_of(given, expected, lambda number, value: rounds_to(value, number)):
        return incorrect(ROUNDED)
    if _is_decimal_of(expected, given, lambda number, value: (number.decimals or 0) >= ROUNDING and rounds_to(value, number)):
        return undecided(ROUNDS_TO)
    return incorrect(SIGN if values_equal(expected, Op("neg", (given,)), {}) else DIFFERENT)


def _number(node: Node, value: Fraction) -> Number:
    inner = node.args[0] if isinstance(node, Op) and node.name == "neg" else node
    return Number(value, decimals=inner.decimals, digits=inner.digits) if isinstance(inner, Num) else Number(value)


def _is_decimal_of(number: Node, other: Node, says: Callable[[Number, Fraction], bool]) -> bool:
    value = exact(number)
    if value is None or not _number(number, value).decimals:
        return False
    with mp.workdps(DIGITS):
        real = approximate(other, {})
        if not mp.isfinite(real) or mp.im(real) != 0:
            return False
        scaled = int(mp.floor(mp.re(real) * mp.mpf(10) ** 60)) if abs(mp.re(real)) < mp.mpf(10) ** 30 else 0
    return bool(says(_number(number, value), Fraction(scaled, 10**60)))


def _compare_functions(expected: Node, given: Node, names: frozenset[str]) -> Verdict:
    if len(names) > MOST_SYMBOLS:
        return undecided(NOT_EVALUATED)
    if (verdict := _compare_antiderivatives(expected, given)) is not None:
        return verdict
    whole = _agree(expected, given, names, Points.WHOLE)
    if whole is False:
        return _difference(expected, given, names)
    if whole and is_rational(expected) and is_rational(given):
        return correct(EQUAL)
    positive = _agree(expected, given, names, Points.POSITIVE)
    if positive is None and whole is None:
        return undecided(NOT_EVALUATED)
    if positive is False:
        one_absolute = contains(expected, "abs") != contains(given, "abs")  # `|x - 2|` and `x - 2` are no series of whole numbers
        return undecided(EQUAL_FOR_WHOLE) if whole and not one_absolute else incorrect(DIFFERENT)
    if _agree(expected, given, names, Points.NEGATIVE) is False:
        return undecided(EQUAL_FOR_SOME) if _is_multivalued(expected) or _is_multivalued(given) else incorrect(DIFFERENT)
    return correct(EQUAL)


def _compare_antiderivatives(expected: Node, given: Node) -> Verdict | None:
    """`x^2 + C` is `x^2 + c` and `x^2 + 1 + C`. None where the expected formula has no constant of integration."""
    left = _without_constant(expected, {"C"})
    if left is None or not symbols(left):
        return None
    right = _without_constant(given, INTEGRATION_CONSTANTS)
    if right is None:
        return incorrect(CONSTANT_MISSING) if compare_formulas(left, given).outcome is Outcome.CORRECT else None
    names = symbols(left) | symbols(right)
    point = {name: Num(Fraction(at + 2)) for at, name in enumerate(sorted(names))}
    shift = Op("+", (replaced(left, point), Op("neg", (replaced(right, point),))))
    return compare_formulas(left, Op("+", (right, shift)))


def _without_constant(node: Node, constants: set[str]) -> Node | None:
    """A sum without a constant that stands in it by itself; None where there is none."""
    match node:
        case Op("+", (rest, Symbol(name))) | Op("+", (Symbol(name), rest)) if name in constants and name not in symbols(rest):
            return rest
        case Op("+", (first, last)):
            others = _without_constant(first, constants)
            return None if others is None else Op("+", (others, last))
    return None


def replaced(node: Node, point: Mapping[str, Node]) -> Node:
    """A formula with other nodes in the place of some of its symbols."""
    match node:
        case Symbol(name):
            return point.get(name, node)
        case Op(name, args):
            return Op(name, tuple(replaced(arg, point) for arg in args))
    return node


def is_rational(node: Node) -> bool:
    """Whether only the four operations and whole powers occur: such formulas are equal if they are at a few points chosen blindly."""
    match node:
        case Num() | Symbol():
            return node not in CONSTANT_SYMBOLS
        case Op("+" | "*" | "/" | "neg", args):
            return all(map(is_rational, args))
        case Op("^", (base, exponent)):
            power = exact(exponent)
            return is_rational(base) and power is not None and power.denominator == 1
    return False


def _is_multivalued(node: Node) -> bool:
    """Whether a function occurs that says nothing, or several things, of negative numbers."""
    if not isinstance(node, Op):
        return False
    if node.name == "^" and ((exponent := exact(node.args[1])) is None or exponent.denominator != 1):
        return True
    return node.name in MULTIVALUED or any(map(_is_multivalued, node.args))


def _difference(expected: Node, given: Node, names: frozenset[str]) -> Verdict:
    if symbols(expected) != symbols(given) and len(symbols(expected)) == len(symbols(given)):
        return undecided(WRONG_VARIABLE) if _equal_in_small_letters(expected, given) else incorrect(WRONG_VARIABLE)
    negated = _agree(expected, Op("neg", (given,)), names, Points.POSITIVE)
    return incorrect(SIGN if negated else DIFFERENT)


def _equal_in_small_letters(expected: Node, given: Node) -> bool:
    """`2X + 1` against `2x + 1`: a telephone writes capitals by itself."""
    written = {name.casefold(): Symbol(name) for name in symbols(expected)}
    if written.keys() != {name.casefold() for name in symbols(given)}:
        return False
    return equal(expected, replaced(given, {name: written[name.casefold()] for name in symbols(given)}))


def _agree(left: Node, right: Node, names: frozenset[str], kind: Points) -> bool | None:
    """Whether both have the same value at each point of a kind; None where too few points have values."""
    seen, draw = 0, Random(hash((left, right)))
    points: Iterator[Mapping[str, Value]] = (
        whole_points(names, draw, large=is_rational(left) and is_rational(right))
        if kind is Points.WHOLE
        else real_points(names, draw, negative=kind is Points.NEGATIVE)
    )
    with mp.workdps(DIGITS):
        for point in points:
            try:
                if not _same_at(left, right, point):
                    return False
            except Undefined:
                continue
            seen += 1
    return True if seen else None


def _same_at(left: Node, right: Node, point: Mapping[str, Value]) -> bool:
    if all(isinstance(value, Fraction) for value in point.values()):
        one, other = exact(left, point), exact(right, point)
        if one is not None and other is not None:
            return one == other
        point = {name: mp.mpf(value.numerator) for name, value in point.items()}
    return values_equal(left, right, point)


def _same_infinity(left: Node, right: Node) -> bool:
    """Infinity is compared as an answer of its own, and not calculated with. Raises Undefined."""
    if not {left, right} <= {INFINITY, MINUS_INFINITY}:
        if INFINITY in (left, right) or MINUS_INFINITY in (left, right):
            return False
        raise Undefined
    return left == right


def values_equal(left: Node, right: Node, point: Mapping[str, Value]) -> bool:
    """To 70 of 100 digits; zeros that rounding hides are found by taking twice as many. Raises Undefined."""
    with mp.workdps(DIGITS):
        one, other = approximate(left, point), approximate(right, point)
        if not (mp.isfinite(one) and mp.isfinite(other)):
            return _same_infinity(left, right)
        difference, size = abs(one - other), max(abs(one), abs(other))
        if difference <= size * CLOSE:
            if size * CLOSE > 1:  # two whole numbers may differ by one, and nobody sees it
                raise Undefined
            return True
        if difference > mp.mpf(10) ** -40:
            return False
    with mp.workdps(2 * DIGITS):
        precise = abs(approximate(left, point) - approximate(right, point))
        return bool(precise < difference * mp.mpf(10) ** -NOISE_DIGITS)
