"""Derivatives and antiderivatives of expressions by the rules of school; and, to name a mistake, by a rule that is used wrongly."""

from collections.abc import Callable
from fractions import Fraction

from grading.checking.working.expressions import Expression, Number, Operation, Symbol, number, symbols

ZERO, ONE, TWO = number(0), number(1), number(2)


class NoRule(Exception):
    """There is no rule for this expression here."""


def differentiate(expression: Expression, by: str, slip: str = "") -> Expression:
    """The derivative; with `slip`, as one gets it who uses that rule wrongly throughout. Raises `NoRule`."""
    if by not in symbols(expression):
        return expression if slip == "constant_kept" and expression not in (ZERO, ONE) else ZERO
    match expression:
        case Symbol():
            return expression if slip == "power_rule" else ONE
        case Operation(name="+" | "-" as name, operands=(left, right)):
            return _operation(name, differentiate(left, by, slip), differentiate(right, by, slip))
        case Operation(name="neg" | "%" as name, operands=(inside,)):
            return Operation(name, (differentiate(inside, by, slip),))
        case Operation(name="*", operands=(left, right)):
            return _product(left, right, by, slip)
        case Operation(name="/", operands=(top, bottom)):
            return _quotient(top, bottom, by, slip)
        case Operation(name="^", operands=(base, exponent)):
            return _power(base, exponent, by, slip)
        case Operation(name="sqrt", operands=(inside,)):
            return _chained(Operation("/", (ONE, Operation("*", (TWO, expression)))), inside, by, slip)
        case Operation(name=name, operands=(inside,)) if name in _OUTER:
            return _chained(_outer(name, inside, slip), inside, by, slip)
    raise NoRule


def _operation(name: str, left: Expression, right: Expression) -> Expression:
    return Operation(name, (left, right))


def _times(left: Expression, right: Expression) -> Expression:
    return Operation("*", (left, right))


def _product(left: Expression, right: Expression, by: str, slip: str) -> Expression:
    if by not in symbols(left):
        return _times(left, differentiate(right, by, slip))
    if by not in symbols(right):
        return _times(differentiate(left, by, slip), right)
    d_left, d_right = differentiate(left, by, slip), differentiate(right, by, slip)
    if slip == "product_rule":
        return _times(d_left, d_right)
    return _operation("+", _times(d_left, right), _times(left, d_right))


def _quotient(top: Expression, bottom: Expression, by: str, slip: str) -> Expression:
    if by not in symbols(bottom):
        return _operation("/", differentiate(top, by, slip), bottom)
    d_top, d_bottom = differentiate(top, by, slip), differentiate(bottom, by, slip)
    if slip == "quotient_rule":
        return _operation("/", d_top, d_bottom)
    change = _operation("-", _times(d_top, bottom), _times(top, d_bottom))
    return _operation("/", change, Operation("^", (bottom, TWO)))


def _power(base: Expression, exponent: Expression, by: str, slip: str) -> Expression:
    if by not in symbols(base):
        outer = _times(Operation("^", (base, exponent)), Operation("ln", (base,)))
        return _chained(outer, exponent, by, slip)
    if by in symbols(exponent):
        raise NoRule
    lower = exponent if slip == "power_rule" else _operation("-", exponent, ONE)
    power = Operation("^", (base, lower))
    return _chained(power if slip == "coefficient_lost" else _times(exponent, power), base, by, slip)


def _chained(outer: Expression, inside: Expression, by: str, slip: str) -> Expression:
    if isinstance(inside, Symbol) or slip == "chain_rule":
        return outer
    return _times(outer, differentiate(inside, by, slip))


def _outer(name: str, inside: Expression, slip: str) -> Expression:
    derivative = _OUTER[name](inside)
    return Operation("neg", (derivative,)) if slip == "trig_sign" and name in ("sin", "cos") else derivative


_OUTER: dict[str, Callable[[Expression], Expression]] = {
    "sin": lambda x: Operation("cos", (x,)),
    "cos": lambda x: Operation("neg", (Operation("sin", (x,)),)),
    "tan": lambda x: Operation("/", (ONE, Operation("^", (Operation("cos", (x,)), TWO)))),
    "exp": lambda x: Operation("exp", (x,)),
    "ln": lambda x: Operation("/", (ONE, x)),
    "log": lambda x: Operation("/", (ONE, _times(x, Operation("ln", (number(10),))))),
}


# --- Antiderivatives of sums of powers -------------------------------------------------------------------------------------


def integrate(expression: Expression, by: str, slip: str) -> Expression:
    """The antiderivative of a sum of powers as one gets it with a mistake: `not_divided` by the new exponent, `divided_by_old` exponent, or
    `differentiated` instead; "" is without one. Raises `NoRule`."""
    match expression:
        case Operation(name="+" | "-" as name, operands=(left, right)):
            return _operation(name, integrate(left, by, slip), integrate(right, by, slip))
        case Operation(name="neg", operands=(inside,)):
            return Operation("neg", (integrate(inside, by, slip),))
        case Operation(name="*", operands=(left, right)) if by not in symbols(left):
            return _times(left, integrate(right, by, slip))
        case Operation(name="*", operands=(left, right)) if by not in symbols(right):
            return _times(integrate(left, by, slip), right)
        case Operation(name="/", operands=(top, bottom)) if by not in symbols(bottom):
            return _operation("/", integrate(top, by, slip), bottom)
    if slip == "differentiated":
        return differentiate(expression, by)
    return _integrate_power(*_as_power(expression, by), by, slip)


def _as_power(expression: Expression, by: str) -> tuple[Expression, Fraction]:
    """Coefficient and exponent."""
    match expression:
        case Symbol(name=name) if name == by:
            return ONE, Fraction(1)
        case Operation(name="^", operands=(Symbol(name=name), Number(value=exponent))) if name == by:
            return ONE, exponent
    if by in symbols(expression):
        raise NoRule
    return expression, Fraction(0)


def _integrate_power(coefficient: Expression, exponent: Fraction, by: str, slip: str) -> Expression:
    if exponent == -1 or (slip == "divided_by_old" and exponent == 0):
        raise NoRule
    power = _times(coefficient, Operation("^", (Symbol(by), number(exponent + 1))))
    divisor = {"not_divided": Fraction(1), "divided_by_old": exponent}.get(slip, exponent + 1)
    return _operation("/", power, number(divisor))
