"""The terms of polynomials, and the factors that a product is written with."""

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from itertools import islice
from math import gcd

from grading.checking.evaluate import exact, symbols
from grading.checking.nodes import Node, Num, Op, Symbol

MOST_TERMS = 100
LARGEST_POWER = 12
MOST_BITS = 2_000  # of a coefficient
MOST_FACTORS = 100

type Monomial = tuple[tuple[str, int], ...]  # letters with their powers, in order
type Polynomial = dict[Monomial, Fraction]


class NoPolynomial(Exception):
    """A root, a function, a letter below a fraction; or too many terms."""


def addends(node: Node) -> Iterator[Node]:
    """The terms of a sum as they are written; of anything else itself."""
    match node:
        case Op("+", parts):
            for part in parts:
                yield from addends(part)
        case Op("neg", (Op("+") as inside,)):
            yield from addends(inside)
        case _:
            yield node


def factors(node: Node) -> list[Node]:
    """The factors of a product as they are written, those of a power so many times; of a fraction those above it."""
    return list(islice(_factors(node), MOST_FACTORS))


def _factors(node: Node) -> Iterator[Node]:
    match node:
        case Op("*", parts):
            for part in parts:
                yield from _factors(part)
        case Op("neg", (inside,)):
            yield from _factors(inside)
        case Op("/", (top, bottom)) if not symbols(bottom):
            yield from _factors(top)
        case Op("^", (base, Num(power))) if power.denominator == 1 and 0 < power <= LARGEST_POWER:
            for _ in range(int(power)):
                yield from _factors(base)
        case _:
            yield node


def polynomial(node: Node) -> Polynomial:
    """Coefficients by monomial. Raises `NoPolynomial`."""
    match node:
        case Num(value):
            return {(): value}
        case Symbol(name) if name not in ("i", "e", "pi", "oo"):
            return {((name, 1),): Fraction(1)}
        case Op("+", (left, right)):
            return _sum(polynomial(left), polynomial(right))
        case Op("neg", (inside,)):
            return {monomial: -value for monomial, value in polynomial(inside).items()}
        case Op("*", (left, right)):
            return _product(polynomial(left), polynomial(right))
        case Op("/", (top, bottom)) if not symbols(bottom) and (divisor := exact(bottom)):
            return _product(polynomial(top), {(): 1 / divisor})
        case Op("^", (base, Num(power))) if power.denominator == 1 and 0 < power <= LARGEST_POWER:
            return reduce(_product, [polynomial(base)] * int(power))
    raise NoPolynomial


def _sum(left: Polynomial, right: Polynomial) -> Polynomial:
    found = dict(left)
    for monomial, value in right.items():
        found[monomial] = found.get(monomial, Fraction(0)) + value
    return {monomial: value for monomial, value in found.items() if value}


def _product(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > MOST_TERMS:
        raise NoPolynomial
    found: Polynomial = {}
    for one, first in left.items():
        for other, second in right.items():
            powers = dict(one)
            for name, power in other:
                powers[name] = powers.get(name, 0) + power
            found = _sum(found, {tuple(sorted(powers.items())): first * second})
    if any(value.numerator.bit_length() + value.denominator.bit_length() > MOST_BITS for value in found.values()):
        raise NoPolynomial
    return found


def is_primitive(found: Polynomial) -> bool:
    """Whether nothing can be taken out of it: its coefficients are whole numbers, and no number and no letter divides them all."""
    whole = all(value.denominator == 1 for value in found.values())
    shared = set.intersection(*({name for name, _ in monomial} for monomial in found)) if found else set()
    return whole and gcd(*(int(value) for value in found.values())) == 1 and (not shared or len(found) == 1)
