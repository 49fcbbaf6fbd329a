"""Systems of equations and inequalities, and what solves them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from grading.checking.working.algebra import Algebra, NoAnswer
from grading.checking.working.arithmetic import rounded_by
from grading.checking.working.expressions import (
    CONSTANTS,
    LARGEST_EXPONENT,
    Expression,
    NoValue,
    Number,
    Operation,
    Symbol,
    exact,
    is_plain,
    symbols,
    walk,
)
from grading.checking.working.findings import plain_number
from grading.checking.working.symbolic import close, value_at
from grading.checking.working.task import Relation

type Points = tuple[dict[str, complex], ...]

type Alternatives = Sequence[Sequence[Relation]]  # any of these, each of which is all of its relations

MOST_UNKNOWNS = 6
FREE_VALUES = (Fraction(7, 5), Fraction(-3, 2), Fraction(11, 3))  # of unknowns that a system leaves open
REAL = 1e-9
PERIODIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "!=": lambda a, b: a != b,
}


@dataclass(slots=True)
class State:
    """The relations that hold, and after a wrong line the systems that hold if it does."""

    relations: list[Relation] = field(default_factory=list)
    lines: list[Relation] = field(default_factory=list)
    assumed: list[Alternatives] = field(default_factory=list)


def unknowns(relations: Iterable[Relation]) -> list[str]:
    return sorted({name for relation in relations for name in relation.symbols} - CONSTANTS.keys())


def is_tame(relation: Relation) -> bool:
    """Whether the algebra system can be asked about it without a power or a factorial that fills the memory."""
    return not any(_is_wild(part) for side in (relation.left, relation.right) for part in walk(side))


def _is_wild(part: Expression) -> bool:
    if not isinstance(part, Operation) or part.name not in ("^", "factorial", "binom", "exp"):
        return False
    size = part.operands[-1]
    if symbols(size):
        return part.name == "factorial"
    try:
        return abs(exact(size)) > LARGEST_EXPONENT
    except NoValue:
        return not is_plain(size) and any(isinstance(inner, Operation) and inner.name == "^" for inner in walk(size))


def solve(relations: Sequence[Relation], algebra: Algebra, *, complex_too: bool = False) -> Points:
    """The solutions of equations; where they leave unknowns open, some of them. Raises `NoAnswer`."""
    names = unknowns(relations)
    if not names or len(names) > MOST_UNKNOWNS or not all(map(is_tame, relations)):
        raise NoAnswer
    pairs = [(relation.left, relation.right) for relation in relations]
    bound = {name for relation in relations if len(found := unknowns([relation])) == 1 for name in found}
    free = sorted(names, key=bound.__contains__)[: max(0, len(names) - len(pairs))]
    if not free:
        return _real(algebra.solve(pairs, names, {}), complex_too)
    points: list[dict[str, complex]] = []
    for turn in range(len(FREE_VALUES)):
        given = {name: FREE_VALUES[(turn + at) % len(FREE_VALUES)] for at, name in enumerate(free)}
        solutions = algebra.solve(pairs, [name for name in names if name not in free], given)
        points += [{**{name: complex(value) for name, value in given.items()}, **point} for point in solutions]
    return _real(points, complex_too)


def _real(points: Iterable[dict[str, complex]], complex_too: bool) -> Points:
    return tuple(point for point in points if complex_too or all(abs(value.imag) < REAL for value in point.values()))


def without_domain(relations: Sequence[Relation]) -> list[Relation]:
    """Without what says from where to where the solutions of `sin x = 1/2` are asked for."""
    equations = [relation for relation in relations if relation.operator == "="]
    return equations if is_periodic(equations) else list(relations)


def solves_periodic(points: Points, relations: Sequence[Relation], alternatives: Alternatives) -> bool:
    """Whether an unknown stands in a sine or the like, so that there are more solutions than the algebra system lists, and all points,
    which `alternatives` say, are some. Raises `NoAnswer` where they are none, but are said in rounded numbers.
    """
    if not is_periodic(relations):
        return False
    if all(holds(relation, point) for relation in relations for point in points):
        return bool(points)
    if any(_shows_decimals(relation) for all_of in alternatives for relation in all_of):
        raise NoAnswer
    return False


def is_periodic(relations: Iterable[Relation]) -> bool:
    return any(map(_has_angle, relations))


def _has_angle(relation: Relation) -> bool:
    parts = (part for side in (relation.left, relation.right) for part in walk(side))
    return any(isinstance(part, Operation) and part.name in PERIODIC and symbols(part) - CONSTANTS.keys() for part in parts)


def solved_form(relation: Relation) -> tuple[str, Expression] | None:
    """`x = 2` and `2 = x` as x and 2; None for what still has to be solved. `x_1 = 2` solves for x as well."""
    for one, other in ((relation.left, relation.right), (relation.right, relation.left)):
        if relation.operator == "=" and isinstance(one, Symbol) and one.name not in CONSTANTS and not symbols(other) - CONSTANTS.keys():
            return one.name, other
    return None


def holds(relation: Relation, point: Mapping[str, complex]) -> bool | None:
    left, right = value_at(relation.left, point), value_at(relation.right, point)
    if left is None or right is None:
        return None
    if relation.operator in ("=", "≈"):
        return close(left, right) or (_shows_decimals(relation) and abs(left - right) < 0.01 * max(1.0, abs(left)))
    if relation.operator not in HOLDS or abs(left.imag) > REAL or abs(right.imag) > REAL:
        return None
    return HOLDS[relation.operator](left.real, right.real)


def _shows_decimals(relation: Relation) -> bool:
    """`x = 1.41` may be rounded."""
    return any(isinstance(part, Number) and (part.decimals or 0) >= 2 for side in (relation.left, relation.right) for part in walk(side))


def unrounded(found: Points, relations: Iterable[Relation], points: Points) -> Points:
    """What was found, with the numbers themselves for those that are rounded: the point 22/7 for `x = 3.14`."""
    off = {solved[0]: _rounded_by(solved[1]) for relation in relations if (solved := solved_form(relation)) is not None}
    return tuple({name: _meant(value, off.get(name, 0), name, points) for name, value in one.items()} for one in found)


def _rounded_by(value: Expression) -> float:
    """What a value may be off by: half a unit of its last decimal, 0 where it shows none."""
    if not is_plain(value):
        return max(rounded_by(value), REAL)
    decimals = [part.decimals for part in walk(value) if isinstance(part, Number) and part.decimals]
    return 0.5 * 10.0 ** -min(decimals) + REAL if decimals else 0


def _meant(value: complex, off: float, name: str, points: Points) -> complex:
    near = [point[name] for point in points if name in point and abs(point[name] - value) <= off]
    return min(near, key=lambda other: abs(other - value), default=value)


def is_a_root(alternatives: Sequence[Sequence[Relation]], points: Points) -> bool:
    """`r = √(A/π)`: whether a formula gives one of the two values that the unknown has for each choice of the others."""
    relation = alternatives[0][0]
    if len(alternatives) > 1 or not isinstance(relation.left, Symbol) or relation.left.name in symbols(relation.right):
        return False
    name = relation.left.name
    others = {tuple(sorted((other, value) for other, value in point.items() if other != name)): False for point in points}
    for point in points:
        key = tuple(sorted((other, value) for other, value in point.items() if other != name))
        others[key] = others[key] or bool(holds(relation, point))
    return bool(others) and all(others.values())


def told(relations: Iterable[Relation]) -> frozenset[str]:
    """The unknowns that have a line which says what they are: beside `a = 5`, a_20 is another."""
    return frozenset(solved[0] for relation in relations if (solved := solved_form(relation)) is not None)


def same_points(left: Points, right: Points) -> bool:
    return contains(left, right) and contains(right, left)


def contains(points: Points, others: Points) -> bool:
    """Whether all of `others` are among `points`, for the unknowns that they share."""
    return all(any(_agree(point, other) for point in points) for other in others)


def _agree(point: Mapping[str, complex], other: Mapping[str, complex]) -> bool:
    return all(close(value, other[name]) for name, value in point.items() if name in other)


def as_fraction(value: complex) -> Fraction:
    return Fraction(value.real).limit_denominator(10_000)


def show(value: complex) -> str:
    number = as_fraction(value)
    if abs(value.imag) < 1e-9 and abs(float(number) - value.real) < 1e-12 * max(1.0, abs(value.real)):  # √39 is near to 62425/9996
        return plain_number(number)
    return f"{value.real:.4g}" if abs(value.imag) < 1e-9 else f"{value:.4g}".strip("()").replace("j", "i")


def show_points(points: Points) -> str:
    return " or ".join(", ".join(f"{name} = {show(value)}" for name, value in point.items()) for point in points)


# --- Inequalities -------------------------------------------------------------------------------------------------------------


def critical_numbers(alternatives: Alternatives, unknown: str, algebra: Algebra) -> list[float]:
    """Where the truth of the statement can change. Raises `NoAnswer`."""
    found: set[float] = set()
    for relation in (relation for all_of in alternatives for relation in all_of):
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
    numbers = test_numbers([*critical_numbers(left, unknown, algebra), *critical_numbers(right, unknown, algebra)])
    return truth(left, unknown, numbers) == truth(right, unknown, numbers)


def is_where_defined(alternatives: Alternatives, relations: Sequence[Relation], unknown: str, algebra: Algebra) -> bool:
    """Whether a statement says where the relations have a meaning: `x ≥ 1` beside `√(x-1) < 3`."""
    critical = [*critical_numbers(alternatives, unknown, algebra), *critical_numbers([relations], unknown, algebra)]
    numbers = test_numbers(critical)
    meant = [all(holds(relation, {unknown: complex(number)}) is not None for relation in relations) for number in numbers]
    return not all(meant) and truth(alternatives, unknown, numbers) == meant
