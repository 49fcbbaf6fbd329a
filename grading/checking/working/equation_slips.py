"""What an equation becomes under a known mistake of solving.

Each function yields `(code of MISCONCEPTIONS, left side, right side)`, the more telling mistakes first.
"""

from collections.abc import Iterator
from itertools import islice

from grading.checking.working.expressions import Expression, Number, Operation, number, symbols
from grading.checking.working.slips import MOST, expression_slips, operation, terms, total

type Equations = Iterator[tuple[str, Expression, Expression]]


def equation_slips(left: Expression, right: Expression) -> Equations:
    """The equation after a mistake that belongs to solving, and then with a mistake in one of its sides."""
    yield from islice(_equation_slips(left, right), MOST)


def _equation_slips(left: Expression, right: Expression) -> Equations:
    lefts, rights = list(expression_slips(left)), list(expression_slips(right))
    yield from _factor(left, right)
    yield from _factor(right, left)
    yield from ((code, variant, right) for code, variant in lefts if code in BRACKETS)
    yield from ((code, left, variant) for code, variant in rights if code in BRACKETS)
    yield from _flipped(left, right)
    yield from _powers(left, right)
    yield from _zero_product(left, right)
    yield from ((code, variant, right) for code, variant in lefts if code not in LATE | BRACKETS)
    yield from ((code, left, variant) for code, variant in rights if code not in LATE | BRACKETS)
    yield from _dropped(left, right)
    yield from _scaled(left, right)
    yield from ((code, variant, right) for code, variant in lefts if code in LATE)
    yield from ((code, left, variant) for code, variant in rights if code in LATE)


BRACKETS = frozenset({"distributed_partly", "minus_bracket", "squared_termwise"})
LATE = frozenset({"wrong_operation", "order_of_operations", "sign_slip", "divided_wrong_way"})  # too general to be looked for first


def _flipped(left: Expression, right: Expression) -> Equations:
    """A term that changed sides with its sign: the same as the equation with that sign turned round."""
    lefts, rights = terms(left), terms(right)
    for at, (sign, term) in enumerate(lefts):
        if len(lefts) > 1 or symbols(term):
            yield "sign_lost" if len(lefts) > 1 else "sign_slip", total([*lefts[:at], (-sign, term), *lefts[at + 1 :]]), right
    for at, (sign, term) in enumerate(rights):
        if len(rights) > 1 or symbols(term):
            yield "sign_lost" if len(rights) > 1 else "sign_slip", left, total([*rights[:at], (-sign, term), *rights[at + 1 :]])


def _factor(side: Expression, other: Expression) -> Equations:
    """`3x = 6` as `x = 6 - 3`, `x = 3/6`, `x = 6 x 3`; `x/3 = 6` as `x = 6/3`."""
    match side:
        case Operation(name="*", operands=(Number() as factor, rest)) if symbols(rest):
            yield "coefficient_subtracted", rest, operation("-", other, factor)
            yield "divided_wrong_way", rest, operation("/", factor, other)
            yield "wrong_operation", rest, operation("*", other, factor)
        case Operation(name="neg", operands=(rest,)) if symbols(rest):
            yield "sign_slip", rest, other
        case Operation(name="/", operands=(rest, Number() as divisor)) if symbols(rest):
            yield "wrong_operation", rest, operation("/", other, divisor)
            yield "coefficient_subtracted", rest, operation("-", other, divisor)
            yield "wrong_operation", rest, operation("+", other, divisor)


def _powers(left: Expression, right: Expression) -> Equations:
    match left:
        case Operation(name="^", operands=(base, Number(value=exponent))) if exponent == 2:
            yield "root_as_half", base, operation("/", right, number(2))
            yield "root_as_half", base, right
        case Operation(name="sqrt", operands=(inside,)):
            yield "root_as_half", inside, operation("*", number(2), right)
            yield "root_as_half", inside, right


def _zero_product(left: Expression, right: Expression) -> Equations:
    match left:
        case Operation(name="*", operands=(a, b)) if symbols(a) and symbols(b) and right != number(0):
            yield "zero_product", operation("*", operation("-", a, right), operation("-", b, right)), number(0)
        case Operation(name="*", operands=(a, b)) if symbols(a) == symbols(b) and symbols(a):
            yield "root_sign", operation("*", _negated_root(a), _negated_root(b)), number(0)


def _negated_root(factor: Expression) -> Expression:
    (sign, first), *rest = terms(factor)
    return total([(sign, first), *((-sign, term) for sign, term in rest)])


def _dropped(left: Expression, right: Expression) -> Equations:
    """A term that vanished from one side."""
    for one, other, swapped in ((left, right, False), (right, left, True)):
        parts = terms(one)
        if len(parts) < 2:
            continue
        for at in range(len(parts)):
            rest = total(parts[:at] + parts[at + 1 :])
            yield ("one_side_only", other, rest) if swapped else ("one_side_only", rest, other)


def _scaled(left: Expression, right: Expression) -> Equations:
    """Multiplied or divided by a number of the equation, but for one term, or on one side only."""
    lefts, rights = terms(left), terms(right)
    for factor in _factors(left, right):
        for name in "/*":
            both = (
                [(sign, operation(name, term, factor)) for sign, term in lefts],
                [(sign, operation(name, term, factor)) for sign, term in rights],
            )
            yield "one_side_only", total(both[0]), right
            yield "one_side_only", left, total(both[1])
            for at, term in enumerate(lefts):
                if len(lefts) + len(rights) > 2:
                    yield "scaled_partly", total([*both[0][:at], term, *both[0][at + 1 :]]), total(both[1])
            for at, term in enumerate(rights):
                if len(lefts) + len(rights) > 2:
                    yield "scaled_partly", total(both[0]), total([*both[1][:at], term, *both[1][at + 1 :]])


def _factors(left: Expression, right: Expression) -> list[Number]:
    """The coefficients and denominators of the terms."""
    found = []
    for _, term in terms(left) + terms(right):
        match term:
            case Operation(name="*", operands=(Number() as factor, _)) | Operation(name="/", operands=(_, Number() as factor)):
                found.append(factor)
            case Operation(name="*", operands=(Operation(name="/", operands=(_, Number() as factor)), _)):
                found.append(factor)
    return list(dict.fromkeys(found))


def pair_slips(first: tuple[Expression, Expression], second: tuple[Expression, Expression]) -> Equations:
    """Two equations added or subtracted, not in the same way on both sides."""
    (a, b), (c, d) = first, second
    for name, other in (("+", "-"), ("-", "+")):
        yield "wrong_operation", operation(name, a, c), operation(other, b, d)
        yield "wrong_operation", operation(name, a, c), b
    yield from (
        (code, variant, operation("-", b, d)) for code, variant in expression_slips(operation("-", a, c)) if code == "minus_bracket"
    )
