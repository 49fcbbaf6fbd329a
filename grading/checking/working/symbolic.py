"""Are two expressions identical? They are compared at points: where they differ at one, they are not; where they agree at all, they are.

A polynomial of degree d that is not zero vanishes at a share of at most d/n of n possible points (Schwartz 1980), so that agreement at
several points that were not chosen by the author is proof enough here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from grading.checking.working.algebra import Algebra, NoAnswer
from grading.checking.working.calculus import NoRule, differentiate
from grading.checking.working.claims import Side
from grading.checking.working.expressions import CALCULUS, CONSTANTS, Expression, NoValue, Operation, Symbol, at, operations, symbols

CLOSE = 1e-7  # relative
FEWEST = 3  # points at which both must have a value
# Factors of the fractional parts below: square roots of primes, which no rational relation connects.
ROOTS = (1.41421356237, 1.73205080757, 2.2360679775, 2.64575131106, 3.31662479036, 3.60555127546, 4.12310562562, 4.35889894354)
BRANCHED = frozenset({"sqrt", "root", "^", "ln", "log", "abs"})  # of these, negative numbers are another matter


@dataclass(slots=True)
class Functions:
    """What is known of named functions: `f` by its variable and its body; `y` by its body alone."""

    bodies: dict[str, tuple[str, Expression]] = field(default_factory=dict)

    def define(self, left: Expression, right: Expression) -> bool:
        """Take `f(x) = …` as a definition of f; whether it is one."""
        match left:
            case Operation(name="apply", operands=(Symbol(name=name), Symbol(name=variable))) if (
                "'" not in name and name not in self.bodies
            ):
                self.bodies[name] = variable, right
                return True
        return False

    def replace(self, expression: Expression) -> Expression:
        """The expression with known functions and their derivatives written out. Raises `NoRule`."""
        match expression:
            case Operation(name="apply", operands=(Symbol(name=name), argument)) if name.rstrip("'") in self.bodies:
                variable, body = self.bodies[name.rstrip("'")]
                for _ in range(name.count("'")):
                    body = differentiate(body, variable)
                return substitute(body, {variable: self.replace(argument)})
            case Symbol(name=name) if "'" in name and name.rstrip("'") in self.bodies:
                variable, body = self.bodies[name.rstrip("'")]
                for _ in range(name.count("'")):
                    body = differentiate(body, variable)
                return body
            case Operation(name="derivative", operands=(inside, Symbol(name=variable))):
                return differentiate(self.replace(inside), variable)
            case Operation(name=name, operands=operands):
                return Operation(name, tuple(self.replace(operand) for operand in operands))
        return expression


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    match expression:
        case Symbol(name=name):
            return values.get(name, expression)
        case Operation(name=name, operands=operands):
            return Operation(name, tuple(substitute(operand, values) for operand in operands))
    return expression


def sample(names: Iterable[str], count: int = 8) -> list[dict[str, complex]]:
    """Points, the same each time; positive ones first, then negative ones."""
    ordered = sorted(names)
    points = []
    for turn in range(1, count + 1):
        sign = 1 if turn <= count - 3 else -1
        points.append(
            {name: complex(sign * (0.3 + 2.6 * (ROOTS[at_ % len(ROOTS)] * turn * (1 + at_) % 1))) for at_, name in enumerate(ordered)}
        )
    return points


def close(left: complex, right: complex) -> bool:
    return abs(left - right) <= CLOSE * max(1.0, abs(left), abs(right))


def identical(left: Expression, right: Expression, functions: Functions, algebra: Algebra) -> bool | None:
    """Whether two expressions have the same value wherever both have one; None where that cannot be told."""
    try:
        left, right = functions.replace(left), functions.replace(right)
    except NoRule:
        return None
    if "integral" in operations(left) | operations(right):
        return _same_integral(left, right, algebra)
    names = (symbols(left) | symbols(right)) - CONSTANTS.keys()
    points = sample(names)
    pairs = list(zip(_values(left, points, algebra), _values(right, points, algebra), strict=True))
    return _agree(pairs, branched=bool(BRANCHED & (operations(left) | operations(right))))


def _agree(pairs: Sequence[tuple[complex | None, complex | None]], *, branched: bool) -> bool | None:
    both = [(a, b) for a, b in (pairs[:-3] if branched else pairs) if a is not None and b is not None]
    if any(not close(a, b) for a, b in both):
        return False
    return True if len(both) >= FEWEST else None


def _values(expression: Expression, points: Sequence[Mapping[str, complex]], algebra: Algebra) -> list[complex | None]:
    if CALCULUS & operations(expression):
        try:
            return algebra.values([expression], points)[0]
        except NoAnswer:
            return [None] * len(points)
    return [value_at(expression, point) for point in points]


def value_at(expression: Expression, point: Mapping[str, complex]) -> complex | None:
    try:
        return at(expression, point)
    except NoValue:
        return None


def _same_integral(left: Expression, right: Expression, algebra: Algebra) -> bool | None:
    """Indefinite integrals are the same when their derivatives are; definite ones are calculated."""
    variable = next(iter(_variables_of_integrals(left) | _variables_of_integrals(right)), None)
    if variable is None:
        names = (symbols(left) | symbols(right)) - CONSTANTS.keys()
        points = sample(names)
        return _agree(list(zip(_values(left, points, algebra), _values(right, points, algebra), strict=True)), branched=True)
    try:
        return identical(_derivative(left, variable), _derivative(right, variable), Functions(), algebra)
    except NoRule:
        return None


def _variables_of_integrals(expression: Expression) -> set[str]:
    """The variables of the indefinite integrals in it."""
    match expression:
        case Operation(name="integral", operands=(_, Symbol(name=name))):
            return {name}
        case Operation(operands=operands):
            return set().union(*map(_variables_of_integrals, operands))
    return set()


def _derivative(expression: Expression, by: str) -> Expression:
    match expression:
        case Operation(name="integral", operands=(inside, Symbol(name=name))) if name == by:
            return inside
        case Operation(name="+" | "-" | "neg" as name, operands=operands):
            return Operation(name, tuple(_derivative(operand, by) for operand in operands))
        case Operation(name="*", operands=(left, right)) if by not in symbols(left):
            return Operation("*", (left, _derivative(right, by)))
    return differentiate(expression, by)


def sides_identical(left: Side, right: Side, functions: Functions, algebra: Algebra) -> bool | None:
    """The same of what was written, which may have several readings."""
    verdicts = [identical(a, b, functions, algebra) for a, b in product(left.readings, right.readings)]
    if True in verdicts:
        return True
    return False if verdicts and None not in verdicts else None


def names_of(side: Side) -> frozenset[str]:
    return frozenset().union(*(symbols(reading) - CONSTANTS.keys() for reading in side.readings))
