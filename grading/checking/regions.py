"""Sets of real numbers: intervals, unions, the solutions of inequalities in one variable. `2 <= x < 5` is `[2, 5)`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from mpmath import mp

from grading.checking.evaluate import DIGITS, Undefined, Value, approximate, symbols
from grading.checking.nodes import Chain, Combined, Group, Many, NamedSet, Node, Op, Symbol

NEAR = mp.mpf(10) ** -50  # two ends are one
HIGHEST_DEGREE = 6
MOST_ABSOLUTE = 3  # values in one inequality
MOST_ENDS = 40

RELATIONS: dict[str, Callable[[Value, Value], bool]] = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
OPEN = ("<", ">", "!=")


class NoRegion(Exception):
    """This is no set of real numbers that is known here."""


@dataclass(frozen=True, slots=True)
class Region:
    """`ends` in order; whether each belongs to the set; whether the stretches before, between and after them do. Simplified."""

    ends: tuple[Value, ...]
    at: tuple[bool, ...]
    between: tuple[bool, ...]

    def __contains__(self, value: Value) -> bool:
        index = sum(bool(end < value - NEAR) for end in self.ends)
        if index < len(self.ends) and abs(self.ends[index] - value) <= NEAR:
            return self.at[index]
        return self.between[index]

    @property
    def is_trivial(self) -> bool:
        return not self.ends


def build(ends: Sequence[Value], inside: Callable[[Value], bool]) -> Region:
    """The region whose ends are among `ends`, by asking about each of them and about a point of each stretch."""
    ordered: list[Value] = []
    for end in sorted(ends):
        if not ordered or end - ordered[-1] > NEAR * max(1, abs(end)):
            ordered.append(end)
    if len(ordered) > MOST_ENDS:
        raise NoRegion
    middles = [(left + right) / 2 for left, right in pairwise(ordered)]
    probes = [ordered[0] - 1, *middles, ordered[-1] + 1] if ordered else [mp.mpf(0)]
    at, between = [inside(end) for end in ordered], [inside(probe) for probe in probes]
    kept = [index for index in range(len(ordered)) if not at[index] == between[index] == between[index + 1]]
    return Region(
        tuple(ordered[index] for index in kept),
        tuple(at[index] for index in kept),
        tuple([between[index] for index in kept] + [between[-1]]),
    )


def combine(left: Region, right: Region, inside: Callable[[bool, bool], bool]) -> Region:
    return build([*left.ends, *right.ends], lambda value: inside(value in left, value in right))


def same_region(left: Region, right: Region) -> bool:
    return left.at == right.at and left.between == right.between and same_ends(left, right)


def same_ends(left: Region, right: Region) -> bool:
    """Whether the regions differ, if at all, in whether their ends belong to them."""
    if len(left.ends) != len(right.ends) or left.between != right.between:
        return False
    return all(abs(one - other) <= NEAR * max(1, abs(one)) for one, other in zip(left.ends, right.ends, strict=True))


def region_of(node: Node) -> Region:
    """The set that an answer describes. Raises NoRegion, and Undefined."""
    with mp.workdps(DIGITS):
        return _region(node)


def is_never(conditions: Many) -> bool:
    """Whether no number meets them all: `x < 3 and x > 5`. Raises NoRegion, and Undefined."""
    with mp.workdps(DIGITS):
        both = _reduced([_region(item) for item in conditions.items], COMBINING["intersection"])
    return both.is_trivial and not both.between[0]


def _region(node: Node) -> Region:
    match node:
        case NamedSet("R" | "empty" as name):
            return build([], lambda _: name == "R")
        case Group("{", "}", items):
            return _points(items)
        case Group(("(" | "[") as left, (")" | "]") as right, (low, high)):
            return _interval(_end(low), _end(high), low_in=left == "[", high_in=right == "]")
        case Combined(name, left, right):
            return combine(_region(left), _region(right), COMBINING[name])
        case Chain((_, inner), ("in",)) | Group("{", "|", (Symbol() | Chain((Symbol(), NamedSet("R")), ("in",)), inner)):
            return _region(inner)
        case Chain((Symbol(), value), ("=",)):
            return _points((value,))
        case Chain(items, relations) if set(relations) <= {*RELATIONS, "!="}:
            return _solutions(items, relations)
        case Many(items, joints):
            return _joined([_region(item) for item in items], joints)
    raise NoRegion


COMBINING: dict[str, Callable[[bool, bool], bool]] = {
    "union": lambda left, right: left or right,
    "intersection": lambda left, right: left and right,
    "difference": lambda left, right: left and not right,
}


def _joined(regions: list[Region], joints: tuple[str, ...]) -> Region:
    """Several conditions: all of them, or any; where that is not said, the reading that is neither everything nor nothing."""
    both, either = (_reduced(regions, COMBINING[name]) for name in ("intersection", "union"))
    if set(joints) == {"or"}:
        return either
    sensible = [region for region in (both, either) if not region.is_trivial]
    if not sensible:
        raise NoRegion
    return sensible[0]


def _reduced(regions: list[Region], inside: Callable[[bool, bool], bool]) -> Region:
    result = regions[0]
    for region in regions[1:]:
        result = combine(result, region, inside)
    return result


def _points(items: tuple[Node, ...]) -> Region:
    values = [_end(item) for item in items]
    if any(mp.isinf(value) for value in values):
        raise NoRegion
    return build(values, lambda value: any(abs(value - other) <= NEAR * max(1, abs(value)) for other in values))


def _interval(low: Value, high: Value, *, low_in: bool, high_in: bool) -> Region:
    if low >= high or (mp.isinf(low) and low_in) or (mp.isinf(high) and high_in):
        raise NoRegion
    return build(
        [end for end in (low, high) if not mp.isinf(end)],
        lambda value: (
            (value > low + NEAR or (low_in and value >= low - NEAR)) and (value < high - NEAR or (high_in and value <= high + NEAR))
        ),
    )


def _end(node: Node) -> Value:
    if symbols(node):
        raise NoRegion
    try:
        value = approximate(node, {})
    except Undefined as error:
        raise NoRegion from error
    if mp.im(value) != 0:
        raise NoRegion
    return mp.re(value)


# --- inequalities


def _solutions(items: tuple[Node, ...], relations: tuple[str, ...]) -> Region:
    """By the sign between neighbouring roots. A side less the other must be a polynomial, when its denominators are multiplied away."""
    names = frozenset().union(*(symbols(item) for item in items))
    if len(names) == 1 and not any(map(_is_opaque, items)):
        (name,) = names
        items_of_name = items
    else:  # `0 < f(x) < 1` is about f(x)
        name, items_of_name = "value", _with_value(items)
    ends: list[Value] = []
    for left, right in pairwise(items_of_name):
        ends += _roots(Op("+", (left, Op("neg", (right,)))), name)
    return build(ends, lambda value: bool(holds(items_of_name, relations, {name: value})))


def _with_value(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Where exactly one item is no number, that item as a variable."""
    unknown = {item for item in items if symbols(item) or _is_opaque(item)}
    if len(unknown) != 1 or not all(map(_is_opaque, unknown)):
        raise NoRegion
    return tuple(Symbol("value") if item in unknown else item for item in items)


def _is_opaque(node: Node) -> bool:
    return isinstance(node, Op) and node.name.startswith("apply")


def holds(items: tuple[Node, ...], relations: tuple[str, ...], point: dict[str, Value]) -> bool | None:
    """Whether a chain of inequalities is true at a point; None where a side has no real value."""
    try:
        values = [approximate(item, point) for item in items]
    except Undefined:
        return None
    if any(mp.im(value) != 0 for value in values):
        return None
    return all(_related(left, relation, right) for (left, right), relation in zip(pairwise(values), relations, strict=True))


def _related(left: Value, relation: str, right: Value) -> bool:
    if abs(left - right) <= NEAR * max(1, abs(left), abs(right)):
        return relation not in OPEN
    return relation == "!=" or RELATIONS[relation](left, right)


def _roots(node: Node, name: str) -> list[Value]:
    """Where `node` may change its sign."""
    denominators = [part for part in _denominators(node) if name in symbols(part)]
    inner = _absolute_values(node)
    if len(inner) > MOST_ABSOLUTE:
        raise NoRegion
    roots = [root for part in (*denominators, *inner) for root in _polynomial_roots(part, name)]
    for signs in product((1, -1), repeat=len(inner)):
        replaced = _replaced(node, dict(zip(inner, signs, strict=True)))
        for part in denominators:
            replaced = Op("*", (replaced, part))
        roots += _polynomial_roots(replaced, name)
    return roots


def _polynomial_roots(node: Node, name: str) -> list[Value]:
    """The real roots of what must be a polynomial; none where it is constant."""
    if inner := _absolute_values(node):
        return [
            root
            for signs in product((1, -1), repeat=len(inner))
            for root in _polynomial_roots(_replaced(node, dict(zip(inner, signs, strict=True))), name)
        ]
    coefficients = _coefficients(node, name)
    while len(coefficients) > 1 and abs(coefficients[0]) < NEAR:
        coefficients = coefficients[1:]
    return _real_roots(coefficients)


def _real_roots(coefficients: list[Value]) -> list[Value]:
    if len(coefficients) == 1:
        return []
    if not coefficients[-1]:  # a root at zero, which the method does not find where it is a multiple one
        return [mp.mpf(0), *_real_roots(coefficients[:-1])]
    try:
        roots = mp.polyroots(coefficients, maxsteps=200, extraprec=400)
    except mp.NoConvergence as error:
        raise NoRegion from error
    return [mp.re(root) for root in roots if abs(mp.im(root)) < mp.mpf(10) ** -20]


def _coefficients(node: Node, name: str) -> list[Value]:
    """By interpolation at seven places, and checked at two more."""
    places = [mp.mpf(at) + mp.mpf("0.37") for at in range(HIGHEST_DEGREE + 3)]
    values = [approximate(node, {name: place}) for place in places]
    table = list(values[: HIGHEST_DEGREE + 1])
    newton = [table[0]]
    for order in range(1, HIGHEST_DEGREE + 1):
        table = [(right - left) / order for left, right in pairwise(table)]
        newton.append(table[0])
    coefficients = [mp.mpf(0)]
    for order in reversed(range(HIGHEST_DEGREE + 1)):  # Horner in Newton's form
        shifted = [*coefficients, mp.mpf(0)]
        for at, coefficient in enumerate(coefficients):
            shifted[at + 1] -= coefficient * places[order]
        shifted[-1] += newton[order]
        coefficients = shifted
    scale = max([1, *map(abs, values)])
    if any(abs(mp.polyval(coefficients, place) - value) > scale * NEAR for place, value in zip(places, values, strict=True)):
        raise NoRegion
    return [mp.mpf(0) if abs(coefficient) < scale * NEAR else coefficient for coefficient in coefficients]


def _denominators(node: Node) -> list[Node]:
    if not isinstance(node, Op):
        return []
    own = [node.args[1]] if node.name == "/" else []
    return own + [part for arg in node.args for part in _denominators(arg)]


def _absolute_values(node: Node) -> list[Node]:
    if not isinstance(node, Op):
        return []
    if node.name == "abs":
        return [node.args[0]]
    return list(dict.fromkeys(part for arg in node.args for part in _absolute_values(arg)))


def _replaced(node: Node, signs: dict[Node, int]) -> Node:
    """The formula with each absolute value taken as what is inside of it, or as its opposite."""
    if not isinstance(node, Op):
        return node
    if node.name == "abs":
        return node.args[0] if signs[node.args[0]] == 1 else Op("neg", node.args)
    return Op(node.name, tuple(_replaced(arg, signs) for arg in node.args))
