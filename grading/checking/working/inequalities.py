"""Inequalities: for which numbers they hold, and what is right instead of a wrong one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from grading.checking.working.algebra import Algebra, NoAnswer
from grading.checking.working.expressions import Operation
from grading.checking.working.systems import Alternatives, all_relations, holds, is_tame
from grading.checking.working.task import Relation

TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def critical_numbers(alternatives: Alternatives, unknown: str, algebra: Algebra) -> list[float]:
    """Where the truth of the statement can change. Raises `NoAnswer`."""
    found: set[float] = set()
    for relation in all_relations(alternatives):
        if not is_tame(relation):
            raise NoAnswer
        found.update(round(value, 9) for value in algebra.critical(Operation("-", (relation.left, relation.right)), unknown))
    return sorted(found)


def truth(alternatives: Alternatives, unknown: str, numbers: Iterable[float]) -> list[bool]:
    """Whether the statement holds at each of some numbers; it does not where it has no meaning."""
    return [any(all(holds(relation, {unknown: complex(number)}) for relation in all_of) for all_of in alternatives) for number in numbers]


def test_numbers(critical: Sequence[float]) -> list[float]:
    """The critical numbers, and one on each side of each."""
    ordered = sorted(critical)
    between = [(left + right) / 2 for left, right in pairwise(ordered) if right - left > 1e-6]
    ends = [ordered[0] - 1.5, ordered[-1] + 1.5] if ordered else [0.5]
    return sorted([*ordered, *between, *ends])


def same_region(left: Alternatives, right: Alternatives, unknown: str, algebra: Algebra) -> bool:
    """Whether two statements hold for the same numbers. Raises `NoAnswer`."""
    numbers = test_numbers([*critical_numbers(left, unknown, algebra), *critical_numbers(right, unknown, algebra)])
    return truth(left, unknown, numbers) == truth(right, unknown, numbers)


def is_where_defined(alternatives: Alternatives, relations: Sequence[Relation], unknown: str, algebra: Algebra) -> bool:
    """Whether a statement says where the relations have a meaning: `x ≥ 1` beside `√(x-1) < 3`."""
    critical = [*critical_numbers(alternatives, unknown, algebra), *critical_numbers([relations], unknown, algebra)]
    numbers = test_numbers(critical)
    meant = [all(holds(relation, {unknown: complex(number)}) is not None for relation in relations) for number in numbers]
    return not all(meant) and truth(alternatives, unknown, numbers) == meant


def says_part(before: Sequence[Relation], alternatives: Alternatives, name: str, algebra: Algebra) -> bool:
    """Whether several inequalities that hold together have no other solutions than the relations `before` them."""
    if len(alternatives) > 1 or len(alternatives[0]) < 2:
        return False
    return same_region([[*alternatives[0], *before]], alternatives, name, algebra)


def as_equation(relation: Relation) -> Relation:
    """For the ends of what solves it."""
    return Relation(relation.left, "=", relation.right)


def says_turned(before: Sequence[Relation], alternatives: Alternatives, name: str, algebra: Algebra) -> bool:
    """Whether a line says the same as the relations `before` it with all its signs turned round."""
    return same_region([before], [[_turned(relation) for relation in all_of] for all_of in alternatives], name, algebra)


def turned_text(relation: Relation) -> str:
    """As it is written, but for its sign, which is turned round."""
    return relation.text.replace(f" {relation.operator} ", f" {_turned(relation).operator} ")


def _turned(relation: Relation) -> Relation:
    return Relation(relation.left, TURNED.get(relation.operator, relation.operator), relation.right)
