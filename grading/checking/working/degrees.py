"""Angles in degrees: what the sign `°` behind a number means."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from grading.checking.working.expressions import CONSTANTS, Expression, Number, Operation, Symbol, symbols

SIGN = "°"
IN_RADIANS = Operation("/", (Symbol("pi"), Number(Fraction(180))))
ONE = Number(Fraction(1))


def as_radians(angle: Expression) -> Expression:
    """The argument of a function, which is an angle."""
    return _replaced(angle, IN_RADIANS)


def without_degrees(sides: Sequence[Sequence[Expression]], variables: frozenset[str]) -> list[list[Expression]]:
    """The sides of a chain, each in all its readings: in numbers of degrees, or in radians beside π.

    With letters the sign stays. But of a letter that is given in degrees and that a function is taken of (`C°` is among the variables),
    nothing is read: `C = 60°` and `c = 2 cos C` do not measure in the same unit.
    """
    names = {name for side in sides for reading in side for name in symbols(reading)}
    if any(name + SIGN in variables for name in names):
        return [[] for _ in sides]
    if SIGN not in names or names - CONSTANTS.keys() - {SIGN}:
        return [list(side) for side in sides]
    return [[_replaced(reading, IN_RADIANS if "pi" in names else ONE) for reading in side] for side in sides]


def _replaced(expression: Expression, by: Expression) -> Expression:
    if expression == Symbol(SIGN):
        return by
    if isinstance(expression, Operation):
        if by == ONE and expression.name == "*" and expression.operands[1] == Symbol(SIGN):
            return expression.operands[0]
        return replace(expression, operands=tuple(_replaced(operand, by) for operand in expression.operands))
    return expression
