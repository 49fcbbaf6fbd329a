"""Equations for one unknown that nothing else is known of, line by line: does `k = 3` solve `6 = k/2`, the line before it?"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from fractions import Fraction

from grading.checking.working.claims import Chain
from grading.checking.working.degrees import OF_ANGLES, TO_ANGLES
from grading.checking.working.expressions import (
    CONSTANTS,
    Expression,
    Number,
    Operation,
    Symbol,
    exact,
    is_number,
    is_plain,
    operations,
    symbols,
    walk,
)
from grading.checking.working.symbolic import close, value_at
from grading.checking.working.systems import REAL, Points, holds, solved_form
from grading.checking.working.task import Relation

type Solve = Callable[[Sequence[Relation]], Points]


class Neighbours:
    """The equations so far, each in one unknown, and the line before, which the next one is held against."""

    def __init__(self, solve: Solve) -> None:
        self._solve = solve
        self._equations: dict[str, list[Relation]] = {}
        self._before: Relation | None = None
        self._blamed: list[Relation] = []

    @property
    def is_blamed(self) -> bool:
        """Whether the line before is wrong, or goes on from a wrong one."""
        return self._before in self._blamed

    def blame(self, relation: Relation) -> None:
        self._blamed.append(relation)

    def compare(self, relation: Relation) -> tuple[bool | None, Points]:
        """Whether a line follows from the one before it, an equation for its unknown alone, and what solves that one; None where they may
        have nothing to do with each other. Raises `NoAnswer`."""
        before = self._before
        if before is None or relation.symbols - CONSTANTS.keys() != before.symbols - CONSTANTS.keys():
            return None, ()
        points = self._solve([before])
        if solved := solved_form(relation):
            return self._solves(*solved, points) if is_number(solved[1]) else None, points
        return self._is_same(before, relation), points

    def _solves(self, name: str, number: Expression, points: Points) -> bool | None:
        """Whether a value solves the line before; None where it solves another line before that."""
        if any(_is_meant(number, point[name]) for point in points):
            return True
        return None if not points or any(_is_meant(number, point[name]) for point in self._all(name)) else False

    def _is_same(self, before: Relation, relation: Relation) -> bool | None:
        """Whether `c² = 169` says the same as `c² = 25 + 144`; None where it may be another case."""
        if relation.left != before.left or symbols(relation.right) | symbols(before.right) or is_plain(before.right):
            return None
        was, now = value_at(before.right, {}), value_at(relation.right, {})
        if was is None or now is None:
            return None
        if close(was, now) or (is_plain(relation.right) and _is_meant(relation.right, was)):
            return True
        (name,) = relation.symbols - CONSTANTS.keys()
        known = [point[name] for point in self._all(name)]
        return None if any(close(point[name], other) for point in self._solve([relation]) for other in known) else False

    def _all(self, name: str) -> Iterator[dict[str, complex]]:
        """What solves any of the equations so far."""
        return (point for equation in self._equations[name] for point in self._solve([equation]))

    def note(self, relations: Sequence[Relation]) -> None:
        """The equations of a line, which has no words."""
        self._before = None
        for relation in relations:
            names = relation.symbols - CONSTANTS.keys()
            if relation.operator == "=" and len(names) == 1 and not is_value(relation) and not _has_angles(relation):
                (name,) = names
                self._before = relation
                self._equations.setdefault(name, []).append(relation)


def told_values(chains: Sequence[Chain]) -> dict[str, complex]:
    """`A = 10` and `A = 4 × 5/2 = 10`"""
    named = [(chain.sides[0].readings[:1], chain.sides[-1].readings[:1]) for chain in chains if set(chain.relations) == {"="}]
    return {
        left.name: value
        for (left,), (right,) in filter(all, named)
        if isinstance(left, Symbol) and is_number(right) and (value := value_at(right, {})) is not None
    }


def begins_anew(relation: Relation, told: Mapping[str, complex]) -> bool:
    """Whether a letter that has got its value is calculated once more: the area of another triangle."""
    names = relation.symbols - CONSTANTS.keys()
    if len(names) != 1 or not names <= told.keys() or symbols(relation.right) - CONSTANTS.keys() or is_plain(relation.right):
        return False
    return relation.operator == "=" and holds(relation, told) is False


def repeats_with_others(relation: Relation, before: Sequence[Relation], given: Container[Fraction]) -> bool:
    """Whether a letter is calculated as before, with other numbers that the problem gives: `d = 60 × 2` and `d = 80 × 3`."""
    solved = solved_form(relation)
    if solved is None or is_plain(solved[1]):
        return False
    others = _calculations_of(solved[0], before)
    return any(changed and all(number in given for number in changed) for changed in (_changed(other, solved[1]) for other in others))


def shares_nothing(relation: Relation, before: Sequence[Relation]) -> bool:
    """Whether a letter is calculated from other numbers alone, in a calculation no shorter: `x = 3 + 4` and `x = 5 + 6`. What goes on with
    one, rightly or not, has one of its numbers still, or is shorter."""
    solved = solved_form(relation)
    if solved is None or symbols(solved[1]) or not (others := _calculations_of(solved[0], before)):
        return False
    return all(
        0 < _length(other) <= _length(solved[1]) and not symbols(other) and not _numbers(other) & _numbers(solved[1]) for other in others
    )


def _calculations_of(name: str, relations: Sequence[Relation]) -> list[Expression]:
    """What a letter is said to be."""
    return [solved[1] for solved in map(solved_form, relations) if solved is not None and solved[0] == name]


def _length(calculation: Expression) -> int:
    return sum(isinstance(part, Operation) for part in walk(calculation))


def _numbers(calculation: Expression) -> set[Fraction]:
    return {part.value for part in walk(calculation) if isinstance(part, Number)}


def _changed(before: Expression, now: Expression) -> list[Fraction] | None:
    """The numbers that stand now in the place of others in a calculation of the same form; None where it is another one."""
    match before, now:
        case Number(value=was), Number(value=value):
            return [value] if was != value else []
        case Operation(name=name, operands=old), Operation(name=other, operands=new) if name == other and len(old) == len(new):
            parts = [_changed(left, right) for left, right in zip(old, new, strict=True)]
            return None if None in parts else [value for part in parts if part for value in part]
    return [] if before == now else None


def is_value(relation: Relation) -> bool:
    """`k = 3`"""
    solved = solved_form(relation)
    return solved is not None and is_plain(solved[1])


def _has_angles(relation: Relation) -> bool:
    """An angle may be in degrees, and an equation for it has many solutions."""
    return bool((operations(relation.left) | operations(relation.right)) & (OF_ANGLES | TO_ANGLES))


def _is_meant(number: Expression, value: complex) -> bool:
    """Whether a number is this value; perhaps rounded or cut, where it is none with so few decimals."""
    if not is_plain(number):
        return close(complex(exact(number)), value)
    (written,) = (part for part in walk(number) if isinstance(part, Number))
    unit = 10.0 ** -(written.decimals or 0)
    off = abs(complex(exact(number)) - value)
    has_so_few = abs(value / unit - round((value / unit).real)) < REAL / unit
    return off <= REAL if has_so_few else off < unit
