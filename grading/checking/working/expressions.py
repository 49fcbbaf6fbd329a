"""Mathematical expressions as trees, and their values: exactly, as fractions, or at a point, as complex floats.

Nothing here can grow without bound.
"""

import cmath
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

LARGEST_EXPONENT = 400
LARGEST_BITS = 20_000  # of a numerator or denominator
LARGEST_FACTORIAL = 200


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written; `decimals` is how many it shows, None where it is no decimal fraction."""

    value: Fraction
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`+ - * / ^ neg % abs sqrt root factorial binom floor ceil`, a function by its name, or `apply` (of a function named by a Symbol),
    `derivative` (what, by which Symbol), `integral` (what, by which Symbol, and perhaps from and to), `between` (what, for which Symbol,
    from and to: the difference of its values), `limit` (of what, of which Symbol, and where to) and `sum` (of what, over which Symbol, from
    and to)."""

    name: str
    operands: "tuple[Expression, ...]"


type Expression = Number | Symbol | Operation
type Point = Mapping[str, complex]

CALCULUS = frozenset({"derivative", "integral", "apply", "limit", "sum", "between"})  # only the algebra system can do these


class NoValue(Exception):
    """The expression has no value of this kind: a symbol without one, a division by zero, a root, something too large."""


def number(value: int | Fraction) -> Number:
    return Number(Fraction(value))


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all its parts, from the whole to the leaves."""
    yield expression
    if isinstance(expression, Operation):
        for operand in expression.operands:
            yield from walk(operand)


def symbols(expression: Expression) -> frozenset[str]:
    return frozenset(part.name for part in walk(expression) if isinstance(part, Symbol))


def operations(expression: Expression) -> frozenset[str]:
    return frozenset(part.name for part in walk(expression) if isinstance(part, Operation))


def is_plain(expression: Expression) -> bool:
    """Whether this is one number, with or without a sign or a percent sign."""
    while isinstance(expression, Operation) and expression.name in ("neg", "%"):
        expression = expression.operands[0]
    return isinstance(expression, Number)


def is_number(expression: Expression) -> bool:
    """Whether this is one number, or a fraction of two."""
    match expression:
        case Operation(name="neg", operands=(inside,)):
            return is_number(inside)
        case Operation(name="/", operands=operands):
            return all(map(is_plain, operands))
    return is_plain(expression)


def is_name(expression: Expression) -> bool:
    """Whether this is what an equation can be solved for: a letter, or the value of a function."""
    match expression:
        case Symbol(name=name):
            return name not in CONSTANTS
        case Operation(name="apply"):
            return True
    return False


# --- Exact values ----------------------------------------------------------------------------------------------------------


def exact(expression: Expression, percent: Fraction = Fraction(1, 100)) -> Fraction:
    """The value as a fraction; `percent` is what a percent sign multiplies by. Raises `NoValue`."""
    match expression:
        case Number(value=value):
            return value
        case Operation(name="%", operands=(operand,)):
            return exact(operand, percent) * percent
        case Operation(name=name, operands=operands) if name in _EXACT:
            value = _EXACT[name](*(exact(operand, percent) for operand in operands))
            if max(abs(value.numerator), value.denominator).bit_length() > LARGEST_BITS:
                raise NoValue("too large")
            return value
    raise NoValue("not a fraction")


def _exact_quotient(left: Fraction, right: Fraction) -> Fraction:
    if not right:
        raise NoValue("division by zero")
    return left / right


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > LARGEST_EXPONENT or (not base and exponent < 0):
        raise NoValue("no such power")
    if max(abs(base.numerator), base.denominator).bit_length() * abs(exponent) > LARGEST_BITS:
        raise NoValue("too large")
    return Fraction(base ** int(exponent))


def _exact_root(value: Fraction, degree: Fraction = Fraction(2)) -> Fraction:
    if value < 0 or degree.denominator != 1 or not 2 <= degree <= LARGEST_EXPONENT:
        raise NoValue("no such root")
    parts = [_integer_root(part, int(degree)) for part in (value.numerator, value.denominator)]
    return Fraction(*parts)


def _integer_root(value: int, degree: int) -> int:
    if value.bit_length() > 1000:
        raise NoValue("too large")
    root = round(value ** (1 / degree)) if value else 0
    for candidate in (root - 1, root, root + 1):
        if candidate >= 0 and candidate**degree == value:
            return candidate
    raise NoValue("not a perfect power")


def _factorial(value: Fraction) -> Fraction:
    if value.denominator != 1 or not 0 <= value <= LARGEST_FACTORIAL:
        raise NoValue("no such factorial")
    return Fraction(math.factorial(int(value)))


_EXACT: dict[str, Callable[..., Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _exact_quotient,
    "^": _exact_power,
    "neg": operator.neg,
    "abs": abs,
    "sqrt": _exact_root,
    "root": _exact_root,
    "factorial": _factorial,
    "binom": lambda top, bottom: _factorial(top) / (_factorial(bottom) * _factorial(top - bottom)),
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
}


# --- Values at a point ----------------------------------------------------------------------------------------------------


def at(expression: Expression, point: Point) -> complex:
    """The value where each symbol has the value that `point` gives it, on the principal branches. Raises `NoValue`."""
    match expression:
        case Number(value=value):
            return _finite(_real(value))
        case Symbol(name=name):
            if name in point:
                return point[name]
            if name in CONSTANTS:
                return CONSTANTS[name]
            raise NoValue(f"{name} has no value")
        case Operation(name=name, operands=operands) if name in _AT:
            try:
                return _finite(complex(_AT[name](*(at(operand, point) for operand in operands))))
            except (ArithmeticError, ValueError) as error:
                raise NoValue(str(error)) from error
    raise NoValue("not a function known here")


def _real(value: Fraction) -> complex:
    try:
        return complex(float(value))
    except OverflowError as error:
        raise NoValue("too large") from error


def _finite(value: complex) -> complex:
    if not cmath.isfinite(value):
        raise NoValue("not finite")
    return complex(value.real, value.imag + 0.0)  # a negative zero would be on the other side of a root's branch cut


def _power(base: complex, exponent: complex) -> complex:
    """Of a negative number, only to an integer: a cube root written as a power is real at school, and is not on the principal branch."""
    if base.imag == 0 and base.real < 0 and (exponent.imag or exponent.real % 1):
        raise ValueError("ambiguous")
    return complex(base**exponent)


def _root(value: complex, degree: complex = 2) -> complex:
    """Of a negative real number, the real root where the degree is odd, as at school."""
    if value.imag == 0 and value.real < 0 and degree.imag == 0 and degree.real % 2 == 1:
        return complex(-((-value.real) ** (1 / degree.real)))
    return cmath.sqrt(value) if degree == 2 else complex(value ** (1 / degree))


def _float_factorial(value: complex) -> complex:
    if value.imag or value.real != int(value.real) or not 0 <= value.real <= 170:
        raise ValueError("no such factorial")
    return complex(math.factorial(int(value.real)))


CONSTANTS = {"pi": complex(math.pi), "euler": complex(math.e), "imaginary": 1j}

_AT: dict[str, Callable[..., complex]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": _power,
    "neg": operator.neg,
    "%": lambda value: value / 100,
    "abs": abs,
    "sqrt": _root,
    "root": _root,
    "factorial": _float_factorial,
    "binom": lambda top, bottom: _float_factorial(top) / (_float_factorial(bottom) * _float_factorial(top - bottom)),
    "floor": lambda value: math.floor(value.real),
    "ceil": lambda value: math.ceil(value.real),
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "cot": lambda value: 1 / cmath.tan(value),
    "sec": lambda value: 1 / cmath.cos(value),
    "csc": lambda value: 1 / cmath.sin(value),
    "arcsin": cmath.asin,
    "arccos": cmath.acos,
    "arctan": cmath.atan,
    "sinh": cmath.sinh,
    "cosh": cmath.cosh,
    "tanh": cmath.tanh,
    "exp": cmath.exp,
    "ln": cmath.log,
    "log": lambda value, base=10: cmath.log(value) / cmath.log(base),
}
FUNCTIONS = frozenset(_AT) - {"+", "-", "*", "/", "^", "neg", "%", "root", "factorial", "floor", "ceil", "abs"}


# --- As JSON ----------------------------------------------------------------------------------------------------------------


def to_json(expression: Expression) -> object:
    """As nested lists and strings; numbers are strings that begin with a digit or a sign."""
    match expression:
        case Number(value=value):
            return str(value)
        case Symbol(name=name):
            return {"symbol": name}
        case Operation(name=name, operands=operands):
            return [name, *(to_json(operand) for operand in operands)]
