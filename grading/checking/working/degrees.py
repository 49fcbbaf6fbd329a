"""Angles in degrees: what the sign `°` behind a number means, and that `sin 30` may be meant so without it."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from grading.checking.working.expressions import CONSTANTS, Expression, Number, Operation, Symbol, symbols, walk

SIGN = "°"
IN_RADIANS = Operation("/", (Symbol("pi"), Number(Fraction(180))))
ONE = Number(Fraction(1))
OF_ANGLES = frozenset({"sin", "cos", "tan"})
TO_ANGLES = frozenset({"arcsin", "arccos", "arctan"})
TURN = 6.29  # radians; a larger number that is the argument of a function is more often one of degrees


def as_radians(angle: Expression) -> Expression:
    """The argument of a function, which is an angle."""
    return _replaced(angle, IN_RADIANS)


def without_degrees(sides: Sequence[Sequence[Expression]], variables: frozenset[str]) -> list[list[Expression]]:
    """The sides of a chain, each in all its readings: in numbers of degrees, or in radians beside π.

    With letters the sign stays. But of a letter that is given in degrees and that a function is taken of (`C°` is among the variables),
    nothing is read but where it stands inside of functions alone: `C = 60°` and `c = 2 cos C` do not measure in the same unit.
    """
    names = {name for side in sides for reading in side for name in symbols(reading)}
    measured = {name for side in sides for reading in side for name in _outside_functions(reading)}
    if any(name + SIGN in variables for name in measured):
        return [[] for _ in sides]
    if SIGN not in names or names - CONSTANTS.keys() - {SIGN}:
        return [list(side) for side in sides]
    return [[_replaced(reading, IN_RADIANS if "pi" in names else ONE) for reading in side] for side in sides]


def _outside_functions(expression: Expression) -> frozenset[str]:
    """The symbols that no sine or the like is taken of."""
    if not isinstance(expression, Operation):
        return symbols(expression)
    if expression.name in OF_ANGLES:
        return frozenset()
    return frozenset().union(*map(_outside_functions, expression.operands))


def is_of_degrees(expression: Expression) -> bool:
    """Whether a function is taken of so large a number that nobody means radians: `sin 30`."""
    return any(
        isinstance(part, Operation) and part.name in OF_ANGLES and isinstance(angle := part.operands[0], Number) and angle.value > TURN
        for part in walk(expression)
    )


def as_on_a_calculator(expression: Expression) -> Expression:
    """With the angles that have no sign in degrees, as calculators are set at school: `sin 30` is 0.5, and `arcsin 0.5` is 30."""
    if not isinstance(expression, Operation):
        return expression
    operands = tuple(map(as_on_a_calculator, expression.operands))
    if expression.name in TO_ANGLES:
        return Operation("/", (replace(expression, operands=operands), IN_RADIANS))
    if expression.name in OF_ANGLES and isinstance(angle := operands[0], Number) and angle.value > TURN:
        operands = (Operation("*", (angle, IN_RADIANS)),)
    return replace(expression, operands=operands)


def _replaced(expression: Expression, by: Expression) -> Expression:
    if expression == Symbol(SIGN):
        return by
    if isinstance(expression, Operation):
        if by == ONE and expression.name == "*" and expression.operands[1] == Symbol(SIGN):
            return expression.operands[0]
        return replace(expression, operands=tuple(_replaced(operand, by) for operand in expression.operands))
    return expression
