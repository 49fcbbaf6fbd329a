"""Equations and inequalities in several variables: `y = 2x + 1` is `2x - y + 1 = 0`, `x + y > 1` is `-x - y < -1`."""

from collections.abc import Mapping
from random import Random

from mpmath import mp

from grading.checking.evaluate import CLOSE, DIGITS, MOST_SYMBOLS, Undefined, Value, approximate, real_points, symbols
from grading.checking.formulas import equal
from grading.checking.nodes import Chain, Node, Op, Symbol
from grading.checking.reasons import template
from grading.checking.regions import holds
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
    """`x + y > 1`; and orders of values (`f(2) < f(1) < f(4)`)."""
    names = symbols(expected) | symbols(given)
    one, other = _ascending(expected), _ascending(given)
    if one.relations == other.relations and all(map(equal, one.items, other.items)):
        return correct(SAME_INEQUALITY)
    if not names:
        return incorrect(OTHER_INEQUALITY)
    if len(names) > MOST_SYMBOLS:
        return undecided(NOT_COMPARED)
    if len(expected.items) == len(given.items) == 2:
        ratio = _ratio(difference(expected), difference(given), names)
        if ratio is not None:
            relation = expected.relations[0] if ratio > 0 else OPPOSITE[expected.relations[0]]
            return correct(SAME_INEQUALITY) if relation == given.relations[0] else incorrect(OTHER_INEQUALITY)
    return incorrect(OTHER_INEQUALITY) if _differ_somewhere(expected, given, names) else undecided(NOT_COMPARED)


def _differ_somewhere(left: Chain, right: Chain, names: frozenset[str]) -> bool:
    """Whether one holds and the other does not, at one of some points near to zero and far away."""
    with mp.workdps(DIGITS):
        for scale in (1, 10, 100):
            for point in _points(names, left, right):
                scaled = {name: value * scale for name, value in point.items()}
                truths = holds(left.items, left.relations, scaled), holds(right.items, right.relations, scaled)
                if None not in truths and truths[0] != truths[1]:
                    return True
    return False


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
    return {**point, name: mp.re(root)} if abs(mp.im(root)) < mp.mpf(10) ** -20 else None


def _vanishes(node: Node, point: Mapping[str, Value]) -> bool:
    """At a root that is known to some 25 digits."""
    try:
        return bool(abs(approximate(node, point)) < mp.mpf(10) ** -8)
    except Undefined:
        return True
