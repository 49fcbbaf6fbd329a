"""Amounts of one letter that nothing is known of, which is as good as a unit: `4 × 45c = 180c`, `7a - 2a = 5a`."""

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.expressions import CONSTANTS, Expression, operations, symbols
from grading.checking.working.findings import Finding, Truth
from grading.checking.working.symbolic import close, value_at
from grading.checking.working.task import Relation

LINEAR = frozenset({"+", "-", "*", "/", "neg"})


def check_multiples(relation: Relation, known: frozenset[str]) -> Finding | None:
    """None for what is an equation, or true. As an equation for its letter it would say that it is 0, which nobody writes so."""
    names = relation.symbols - CONSTANTS.keys()
    if relation.operator != "=" or len(names) != 1 or names & known:
        return None
    (name,) = names
    left, right = _multiple(relation.left, name), _multiple(relation.right, name)
    if left is None or right is None or close(left, right):
        return None
    texts = dict(zip(("left", "right"), relation.text.split(" = ", 1), strict=True))
    return Finding(Truth.WRONG, Reason(findings.NOT_IDENTICAL, texts))


def _multiple(expression: Expression, name: str) -> complex | None:
    """How many of the letter there are, where it stands once in each term of the expression."""
    if name not in symbols(expression) or not operations(expression) <= LINEAR:
        return None
    none, one, two = (value_at(expression, {name: complex(times)}) for times in range(3))
    if none is None or one is None or two is None or not close(none, 0) or not close(two, 2 * one):
        return None
    return one if one else None
