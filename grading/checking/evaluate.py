"""The value of a formula at a point: exactly where its operations allow it, else to a hundred digits."""

import hashlib
import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

from mpmath import mp

from grading.checking.nodes import Chain, Combined, Group, InBase, Many, Matrix, NamedSet, Node, Num, Op, Quantity, Ratio, Symbol, Words

DIGITS = 100
NOISE_DIGITS = 50  # that a zero made of noise shrinks by, at least, when twice the digits are taken
CLOSE = mp.mpf(10) ** -70
MOST_BITS = 200_000  # of an exact number
LARGEST_FACTORIAL = 3_000  # exactly; beyond that to a hundred digits
MAGNITUDE = 64  # bits of the logarithm of a power; a tower beyond it is not evaluated

CONSTANTS = {"pi", "e", "i", "oo"}
FUNCTIONS = {name: name for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "exp")}
FUNCTIONS |= {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "ln": "log"}

type Value = Any  # mpmath's mpf or mpc: a real or complex number; mpmath has no types


class Undefined(Exception):
    """There is no value here: a pole, a unit in the middle of a formula, or a number too large to compute."""


def symbols(node: Node) -> frozenset[str]:
    """The variables of a formula."""
    match node:
        case Symbol(name):
            return frozenset() if name in CONSTANTS else frozenset({name})
        case Op(_, args):
            children: tuple[Node, ...] = args
        case Quantity(value, _):
            children = (value,)
        case Matrix(rows):
            children = tuple(entry for row in rows for entry in row)
        case Group(_, _, items) | Chain(items, _) | Many(items, _) | Ratio(items):
            children = items
        case Combined(_, left, right):
            children = (left, right)
        case Num() | InBase() | NamedSet() | Words():
            children = ()
    return frozenset().union(*(symbols(child) for child in children))


def contains(node: Node, *names: str) -> bool:
    """Whether one of these operations occurs in a formula."""
    match node:
        case Op(name, args):
            return name in names or any(contains(arg, *names) for arg in args)
        case Quantity(value, _):
            return contains(value, *names)
    return False


# --- exactly


def exact(node: Node, point: Mapping[str, Fraction] | None = None) -> Fraction | None:
    """The rational value; None where an operation leads out of the rationals, or to a number of too many digits.

    Raises Undefined where a division by zero occurs.
    """
    match node:
        case Num(value):
            return value
        case InBase(digits, base):
            return Fraction(int(digits, base))
        case Symbol(name):
            return point.get(name) if point else None
        case Quantity(value, "%"):
            part = exact(value, point)
            return None if part is None else part / 100
        case Op(name, args):
            values = []
            for arg in args:
                part = exact(arg, point)
                if part is None:
                    return None
                values.append(part)
            return _exact_operation(name, values)
    return None


def _exact_operation(name: str, values: list[Fraction]) -> Fraction | None:
    left, right = values[0], values[-1]
    match name:
        case "+" | "*":
            result = left + right if name == "+" else left * right
        case "/":
            if not right:
                raise Undefined
            result = left / right
        case "neg":
            result = -left
        case "abs":
            result = abs(left)
        case "^":
            return _exact_power(left, right)
        case "!" if left.denominator == 1 and 0 <= left <= LARGEST_FACTORIAL:
            result = Fraction(_factorial(int(left)))
        case "floor" | "ceil":
            result = Fraction(left.__floor__() if name == "floor" else left.__ceil__())
        case _:
            return None
    return result if _bits(result) <= MOST_BITS else None


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1 or abs(exponent) * _bits(base) > MOST_BITS:
        return None
    if not base and exponent <= 0:
        raise Undefined
    return base ** int(exponent)


def _factorial(n: int) -> int:
    result = 1
    for factor in range(2, n + 1):
        result *= factor
    return result


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


# --- to a hundred digits


def approximate(node: Node, point: Mapping[str, Value]) -> Value:
    """The value at the working precision of mpmath. Raises Undefined."""
    try:
        value = _value(node, point)
    except (ZeroDivisionError, ValueError, OverflowError) as error:  # what mpmath raises at poles
        raise Undefined from error
    if mp.isnan(value):
        raise Undefined
    return value


def _value(node: Node, point: Mapping[str, Value]) -> Value:
    match node:
        case Num(value):
            return mp.mpf(value.numerator) / value.denominator
        case InBase(digits, base):
            return mp.mpf(int(digits, base))
        case Symbol(name):
            return _constant(name) if name in CONSTANTS else point[name]
        case Quantity(value, "%"):
            return _value(value, point) / 100
        case Quantity(value, "°"):
            return _value(value, point) * mp.pi / 180
        case Op(name, args):
            if name == "^" and (exponent := exact(args[1])) is not None:
                return _rational_power(_value(args[0], point), exponent)
            return _operation(name, [_value(arg, point) for arg in args])
    raise Undefined


def _constant(name: str) -> Value:
    return {"pi": +mp.pi, "e": +mp.e, "i": mp.mpc(0, 1), "oo": mp.inf}[name]


def _operation(name: str, values: list[Value]) -> Value:
    if name in ARITHMETIC:
        return ARITHMETIC[name](*values)
    if name.startswith("apply "):
        return _opaque(name, values)
    _check_size(values[0])
    if name in FUNCTIONS:
        return getattr(mp, FUNCTIONS[name])(values[0])
    match name, values:
        case "log", [argument, base]:
            return mp.log(argument) / mp.log(base)
        case "log" | "lg", [argument]:
            return mp.log(argument) / mp.log(10)
        case "!", [argument]:
            return mp.factorial(argument)
        case "binomial", [top, bottom]:
            return mp.binomial(top, bottom)
        case "floor" | "ceil", [argument]:
            return mp.floor(argument) if name == "floor" else mp.ceil(argument)
    raise Undefined


def _check_size(value: Value) -> None:
    if mp.isfinite(value) and value and mp.mag(value) > MAGNITUDE:
        raise Undefined


def _power(base: Value, exponent: Value) -> Value:
    if not base:
        if mp.re(exponent) > 0:
            return mp.mpf(0)
        raise Undefined
    if mp.isfinite(exponent) and mp.isfinite(base) and exponent and mp.mag(exponent) + mp.mag(mp.log(base) or 1) > MAGNITUDE:
        raise Undefined
    return base**exponent


def _rational_power(base: Value, exponent: Fraction) -> Value:
    """Roots of odd degree of negative numbers are real, as at school."""
    if exponent.denominator % 2 and exponent.denominator > 1 and mp.im(base) == 0 and mp.re(base) < 0:
        size = _power(-mp.re(base), mp.mpf(exponent.numerator) / exponent.denominator)
        return -size if exponent.numerator % 2 else size
    if exponent.denominator == 1 and abs(exponent) < 10**6:
        if not base and exponent <= 0:
            raise Undefined
        return base ** int(exponent)
    return _power(base, mp.mpf(exponent.numerator) / exponent.denominator)


def _root(radicand: Value, degree: Value) -> Value:
    n = int(mp.re(degree)) if mp.isint(degree) else 0
    return _rational_power(radicand, Fraction(1, n)) if 0 < n < 1_000 else _power(radicand, 1 / degree)


def _opaque(name: str, values: list[Value]) -> Value:
    """The value of a function that nobody knows: the same for the same arguments, and for no others."""
    text = name + "".join(mp.nstr(value, 30) for value in values)
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return 1 + mp.mpf(int.from_bytes(digest)) / 2**128


ARITHMETIC: dict[str, Callable[..., Value]] = {
    "+": operator.add,
    "*": operator.mul,
    "/": operator.truediv,
    "^": _power,
    "neg": operator.neg,
    "abs": abs,
    "root": _root,
}

# --- points: drawn anew for each pair of formulas, so that nobody can write one that agrees with another at just these

MOST_SYMBOLS = 12


def whole_points(names: frozenset[str], draw: Random, *, large: bool) -> Iterator[dict[str, Fraction]]:
    """Different positive whole numbers for the variables."""
    for _ in range(3):
        numbers = draw.sample(range(100, 100_000) if large else range(2, 16), len(names))
        yield {name: Fraction(number) for name, number in zip(sorted(names), numbers, strict=True)}


def real_points(names: frozenset[str], draw: Random, *, negative: bool) -> Iterator[dict[str, Value]]:
    """Positive real numbers between 0.3 and 3, or such of which about every second is negative, and one at least."""
    for _ in range(3):
        point = {name: mp.mpf(draw.randrange(3 * 10**8, 3 * 10**9)) / 10**9 for name in sorted(names)}
        if negative:
            minus = draw.choice(sorted(names))
            point = {name: -value if name == minus or draw.random() < 0.5 else value for name, value in point.items()}
        yield point
