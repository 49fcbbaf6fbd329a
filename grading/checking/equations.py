"""Equations and inequalities in several variables: `y = 2x + 1` is `2x - y + 1 = 0`, `x + y > 1` is `-x - y < -1`."""

from collections.abc import Mapping
from random import Random

from mpmath import mp

from grading.checking.evaluate import CLOSE, DIGITS, MOST_SYMBOLS, Undefined, Value, approximate, real_points, symbols
from grading.checking.nodes import Chain, Node, Op, Symbol
from grading.checking.reasons import template
from grading.checking.verdicts import Verdict, correct, incorrect, undecided

SAME_EQUATION = template("The equations say the same.")
OTHER_EQUATION = template("The equation is another one.")
NOT_COMPARED = template("Whether the equations say the same could not be found out.")
SAME_INEQUALITY = template("The inequalities say the same.")
OTHER_INEQUALITY = template("The inequality is another one.")

OPPOSITE = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def compare_equations(expected: Chain, given: Chain) -> Verdict:
    """Two relations of the form `left = right`."""
    left, right = difference(expected), difference(given)
    names = symbols(left) | symbols(right)
    if len(names) > MOST_SYMBOLS or not names:
        return undecided(NOT_COMPARED)
    if symbols(left) != symbols(right):
        return incorrect(OTHER_EQUATION)
    if _ratio(left, right, names) is not None:
        return correct(SAME_EQUATION)
    for explicit, other in ((expected, right), (given, left)):
        if (verdict := _by_substitution(explicit, other, names)) is not None:
            return verdict
    return _by_roots(left, right, names)


def compare_inequalities(expected: Chain, given: Chain) -> Verdict:
    """`x + y > 1`; and chains (`f(2) < f(1) < f(4)`) item by item."""
    from grading.checking.formulas import equal

    if len(expected.items) == len(given.items) == 2:
        left, right = difference(expected), difference(given)
        names = symbols(left) | symbols(right)
        ratio = _ratio(left, right, names) if names and len(names) <= MOST_SYMBOLS else None
        relation = expected.relations[0] if ratio is None or ratio > 0 else OPPOSITE[expected.relations[0]]
        if ratio is not None:
            return correct(SAME_INEQUALITY) if relation == given.relations[0] else incorrect(OTHER_INEQUALITY)
    one, other = _ascending(expected), _ascending(given)
    if one.relations == other.relations and all(map(equal, one.items, other.items)):
        return correct(SAME_INEQUALITY)
    return incorrect(OTHER_INEQUALITY)


def difference(chain: Chain) -> Node:
    return Op("+", (chain.items[0], Op("neg", (chain.items[1],))))


def _ascending(chain: Chain) -> Chain:
    if not set(chain.relations) & {">", ">="}:
        return chain
    return Chain(chain.items[::-1], tuple(OPPOSITE[relation] for relation in reversed(chain.relations)))


def _points(names: frozenset[str], *nodes: Node) -> list[dict[str, Value]]:
    draw = Random(hash(nodes))
    return [*real_points(names, draw, negative=False), *real_points(names, draw, negative=True)]


def _ratio(left: Node, right: Node, names: frozenset[str]) -> Value | None:
    """The real number that `right` is times `left` everywhere; None where there is none, or it is 0."""
    ratios = []
    with mp.workdps(DIGITS):
        for point in _points(names, left, right):
            try:
                one, other = approximate(left, point), approximate(right, point)
            except Undefined:
                continue
            if not one or not other:
                return None
            ratios.append(other / one)
            if abs(ratios[-1] - ratios[0]) > abs(ratios[0]) * CLOSE:
                return None
        return mp.re(ratios[0]) if len(ratios) > 1 and abs(mp.im(ratios[0])) <= abs(ratios[0]) * CLOSE else None


def _by_substitution(explicit: Chain, other: Node, names: frozenset[str]) -> Verdict | None:
    """`y = …` put into the other equation, which must hold then; and be linear in y, so that it says no more. None: not explicit."""
    variable, value = explicit.items
    if not isinstance(variable, Symbol) or variable.name in symbols(value) or variable.name not in symbols(other):
        return None
    seen = linear = 0
    with mp.workdps(DIGITS):
        for point in _points(names, explicit, other):
            try:
                solution = approximate(value, point)
                left, middle, right = (approximate(other, {**point, variable.name: solution + step}) for step in (0, 1, 2))
            except Undefined:
                continue
            scale = max(abs(middle), abs(right), 1)
            if abs(left) > scale * CLOSE:
                return incorrect(OTHER_EQUATION)
            seen += 1
            linear += bool(abs(right - 2 * middle + left) <= scale * CLOSE and middle)
    if not seen:
        return None
    return correct(SAME_EQUATION) if linear == seen else undecided(NOT_COMPARED)


def _by_roots(left: Node, right: Node, names: frozenset[str]) -> Verdict:
    """A solution of the one that is none of the other shows that they differ; that they are the same, solutions do not show."""
    with mp.workdps(30):
        for point in _points(names, left, right)[:3]:
            for name in sorted(names):
                if (solution := _solution(left, point, name)) is not None and not _vanishes(right, solution):
                    return incorrect(OTHER_EQUATION)
    return undecided(NOT_COMPARED)


def _solution(node: Node, point: Mapping[str, Value], name: str) -> dict[str, Value] | None:
    try:
        root = mp.findroot(lambda value: approximate(node, {**point, name: value}), point[name], solver="muller", maxsteps=30)
    except (Undefined, ValueError, ZeroDivisionError):  # no root near enough
        return None
    return {**point, name: root}


def _vanishes(node: Node, point: Mapping[str, Value]) -> bool:
    """At a root that is known to some 25 digits."""
    try:
        return bool(abs(approximate(node, point)) < mp.mpf(10) ** -8)
    except Undefined:
        return True
