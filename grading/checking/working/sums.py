"""Sums as their terms with signs, and whether one of them takes some terms of another together."""

from collections.abc import Sequence
from fractions import Fraction

from grading.checking.working.computations import same
from grading.checking.working.expressions import Expression, NoValue, Operation, exact

type Terms = tuple[Fraction, ...]


def terms(expression: Expression) -> Terms:
    """`24 - (4 + 2)` as 24, -4, -2; of what is no sum its value alone. Nothing where a term has no value."""
    try:
        return tuple(_terms(expression, 1))
    except NoValue:
        return ()


def _terms(expression: Expression, sign: int) -> list[Fraction]:
    match expression:
        case Operation(name="+" | "-" | "neg" as name, operands=operands):
            others = sign if name == "+" else -sign
            signs = [others if name == "neg" else sign, *[others] * len(operands[1:])]
            return [term for operand, own in zip(operands, signs, strict=True) for term in _terms(operand, own)]
    return [sign * exact(expression)]


def is_part(part: Terms, whole: Terms) -> bool:
    """Whether `part` has two terms or more of `whole`, but not all of them, with their signs or all with the other one."""
    return 2 <= len(part) < len(whole) and (_is_within(part, whole) or _is_within([-term for term in part], whole))


def _is_within(part: Sequence[Fraction], whole: Sequence[Fraction]) -> bool:
    left = list(whole)
    for term in part:
        found = next((at for at, other in enumerate(left) if same(term, other)), None)
        if found is None:
            return False
        del left[found]
    return True
