"""Compares two answers that have been read: which kind each one is, and what equality means for that kind."""

from fractions import Fraction
from itertools import dropwhile

from grading.checking.equations import compare_equations, compare_inequalities
from grading.checking.evaluate import Undefined, symbols
from grading.checking.families import compare_families, parameter_of, without_note
from grading.checking.formulas import WRONG_VARIABLE, equal, replaced
from grading.checking.lists import ENDS, MISSING, REPEATED, SET_OR_PAIR, TOO_MANY, Several, compare_lists, in_any_order, in_order
from grading.checking.nodes import (
    Chain,
    Combined,
    Group,
    Many,
    Matrix,
    NamedSet,
    Node,
    Num,
    Op,
    Quantity,
    Symbol,
    Words,
    named_set,
)
from grading.checking.phrases import compare_phrases, meaning, read_phrase
from grading.checking.quantities import ROUNDED, UNITS_UNKNOWN
from grading.checking.reasons import template
from grading.checking.regions import NoRegion, is_never, region_of, same_ends, same_region
from grading.checking.shapes import as_matrix, as_vector, is_label, is_region, named, settle, several
from grading.checking.single import compare_single
from grading.checking.solved import is_for_another, is_solved, says_solution, without_ways
from grading.checking.terms import CHOSEN, chosen
from grading.checking.units import read_unit
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect, undecided

SET_OR_NUMBER = template("The value is right, but a set is not the same as a number.")
RANGE = template("A range of values is not the same as single values.")
NOT_EQUAL = template("Not all that is said to be equal is equal.")
EQUATION = template("An equation is not the same as a value.")
OTHER_SET = template("The set of numbers is another one.")
NOT_COMPARED = template("Whether the two sets are the same could not be found out.")
NOT_READ = template("The words could not be compared.")
NOT_SOLVED = template("This says the same, but it is not solved yet.")
AND_FOR_OR = template("No value does both; it is not clear whether “and” is meant as “or”.")


def compare(expected: Node, given: Node) -> Verdict:
    """The verdict on two trees of `syntax.read`. Raises Unreadable where one of them has no clear meaning."""
    verdict = _compare_as_read(expected, given)
    if verdict.outcome is Outcome.CORRECT:
        return _finished(expected, given, verdict)
    if isinstance(given, Chain) and given.relations[-1] == "~" and not isinstance(expected, Chain):  # `25π ≈ 78.5`
        *_, exactly, rounded = given.items
        holds = compare(exactly, rounded).reason.template == ROUNDED and compare(expected, rounded).outcome is Outcome.CORRECT
        return correct(EQUAL) if holds else verdict
    if _is_equation(expected) == _is_equation(given):
        return verdict
    return _compare_with_equation(expected, given) or verdict


def _finished(expected: Node, given: Node, verdict: Verdict) -> Verdict:
    """The verdict that they say the same, where the answer says it as far as the key does, and nothing false besides."""
    if not _may_be_equal(given):
        return undecided(NOT_EQUAL)
    if is_for_another(expected, given):
        return undecided(NOT_SOLVED)
    if is_solved(given) or not says_solution(expected):
        return verdict
    solution = without_ways(given)
    found = solution is not given and is_solved(solution) and compare(expected, solution).outcome is Outcome.CORRECT
    return verdict if found else undecided(NOT_SOLVED)


def _compare_as_read(expected: Node, given: Node) -> Verdict:
    if parameter_of(expected) or parameter_of(given):
        if (verdict := compare_families(expected, given)) is not None:
            return verdict
        one_sided = bool(parameter_of(expected)) != bool(parameter_of(given))
        expected, given = without_note(expected), without_note(given)
        if one_sided and (is_region(settle(expected)) or is_region(settle(given))):
            return undecided(OTHER_SET)
    return _compare(settle(expected), settle(given))


# --- chains of equal values: `1/2 + 1/4 = 3/4`, `x^2 - 9 = (x + 3)(x - 3)`


def _parts(node: Node) -> tuple[Node, ...]:
    """The values that a chain says to be equal, without the names before them; the last is what it comes to."""
    if not isinstance(node, Chain) or set(node.relations) != {"="}:
        return ()
    return tuple(dropwhile(is_label, node.items[:-1])) + node.items[-1:]


def _may_be_equal(node: Node) -> bool:
    """Whether no formula of a longer chain is clearly another one than its last. Of numbers the last counts alone: `5 + 3 = 8 * 2 = 16`."""
    *parts, last = _parts(node) or (node,)
    if not (isinstance(node, Chain) and len(node.items) > 2 and symbols(last)):
        return True
    return not any(compare(part, last).outcome is Outcome.INCORRECT for part in parts if symbols(part) <= symbols(last))


def _is_equation(node: Node) -> bool:
    """`x^2 - 9 = (x + 3)(x - 3)` or `2x + z = 1`, and no value with a name."""
    return len(_parts(node)) == 2 and bool(symbols(node)) and named(settle(node)) is None


def _compare_with_equation(expected: Node, given: Node) -> Verdict | None:
    """A student's equation between two ways to write one formula is that formula; None where the right side is not the answer at all."""
    (first, last), other = (_parts(given), expected) if _is_equation(given) else (_parts(expected), given)
    if compare(other, last).outcome is not Outcome.CORRECT:
        return None
    holds = equal(first, last)
    if holds and symbols(last) and other is expected:
        return correct(EQUAL)
    if holds:
        return undecided(EQUATION)
    return undecided(NOT_EQUAL) if frozenset() < symbols(first) <= symbols(last) else None


def _compare(expected: Node, given: Node) -> Verdict:
    if expected == given:
        return correct(EQUAL)
    expected, given = _meant(expected), _meant(given)
    if isinstance(expected, Words) or isinstance(given, Words):
        return _compare_words(expected, given)
    expected, given = _without_name(expected, given), _without_name(given, expected)
    expected, given = _as_coordinates(expected, given), _as_coordinates(given, expected)
    if is_region(expected) or is_region(given):
        return _compare_regions(named_set(expected), named_set(given))
    if isinstance(expected, Chain) and isinstance(given, Chain):
        return _compare_named(expected, given)
    if isinstance(expected, Matrix) or isinstance(given, Matrix):
        expected, given = as_matrix(expected), as_matrix(given)
    left, right = several(expected), several(given)
    if left or right:
        if _has_words(left) != _has_words(right):
            return undecided(NOT_READ)
        return _compare_several(expected, given, left or as_vector(expected), right or as_vector(given))
    if isinstance(expected, Chain) or isinstance(given, Chain):
        return _compare_with_value(expected, given)
    return compare_single(expected, given, compare)


def _without_name(node: Node, other: Node) -> Node:
    """`L = [2, 5)` as the interval, `A(3, 4)` as the point and `C(5, 2)` as the number, where the other answer is one without a name."""
    pair = named(node)
    if pair and isinstance(pair[0], Symbol) and pair[0].name[:1].isupper() and named(other) is None:
        is_set = is_region(pair[1]) or (is_region(other) and (isinstance(pair[1], Group) or pair[1] == Symbol("R")))
        return pair[1] if is_set else node
    match node:
        case Op("*", (Symbol(name), Group("(", ")", (first, second) as items) as point)) if name.isupper():
            if several(other) or isinstance(other, Matrix):
                return point
            return chosen(name, first, second) if name in CHOSEN and not any(map(symbols, items)) else node
    return node


def _as_coordinates(node: Node, other: Node) -> Node:
    """`3i + 4j` as `(3, 4)`, where the other answer is such a vector."""
    values = several(other) or as_vector(other)
    if values is None or values.kind == "set" or len(values.values) not in (2, 3) or "j" not in symbols(node) or not isinstance(node, Op):
        return node
    units = "ijk"[: len(values.values)]
    along = [replaced(node, {unit: Num(Fraction(unit == one)) for unit in units}) for one in ("", *units)]
    return Group("(", ")", tuple(along[1:])) if equal(along[0], Num(Fraction(0))) else node


def _meant(node: Node) -> Node:
    """`no solution` is the empty set, `all real numbers` are ℝ."""
    name = meaning(node.text) if isinstance(node, Words) else None
    return NamedSet(name) if name else node


def _compare_words(expected: Node, given: Node) -> Verdict:
    if not (isinstance(expected, Words) and isinstance(given, Words)):
        return undecided(NOT_READ)
    left, right = read_phrase(expected.text), read_phrase(given.text)
    if left is None or right is None:
        return undecided(NOT_READ) if expected.text != given.text else correct(EQUAL)
    return compare_phrases(left, right)


# --- sets of numbers


def _compare_regions(expected: Node, given: Node) -> Verdict:
    try:
        left, right = region_of(expected), region_of(given)
    except (NoRegion, Undefined):
        return _compare_forms(expected, given)
    if not same_region(left, right):
        return incorrect(ENDS if same_ends(left, right) else DIFFERENT)
    if isinstance(given, Many) and "and" in given.joints and not left.is_trivial and is_never(given):
        return undecided(AND_FOR_OR)
    names = symbols(expected), symbols(given)
    return undecided(WRONG_VARIABLE) if all(names) and names[0] != names[1] else correct(EQUAL)


def _compare_forms(expected: Node, given: Node) -> Verdict:
    """Sets whose ends are formulas, inequalities in several variables, and sets against what is none."""
    match expected, given:
        case NamedSet(left), NamedSet(right):
            return incorrect(OTHER_SET) if left.isalpha() and right.isalpha() else undecided(OTHER_SET)
        case (Chain((_, where), ("in",)), _) if not isinstance(given, Chain):
            return _compare(where, given)
        case (_, Chain((_, where), ("in",))) if not isinstance(expected, Chain):
            return _compare(expected, where)
        case Chain((left, where), ("in",)), Chain((right, place), ("in",)):
            return _compare(where, place) if left == right else undecided(WRONG_VARIABLE)
        case Chain(), Chain() if is_region(expected) and is_region(given):
            return compare_inequalities(expected, given)
        case Group(left, right, items), Group(opening, closing, others) if len(items) == len(others) == 2:
            verdict = in_order(items, others, compare)
            return incorrect(ENDS) if verdict.outcome is Outcome.CORRECT and (left, right) != (opening, closing) else verdict
        case Combined(name, _, _), Combined(other, _, _) if name == other:
            pair = in_order if name == "difference" else in_any_order
            return pair((expected.left, expected.right), (given.left, given.right), compare)
    left_list, right_list = several(expected), several(given)
    if left_list and right_list:
        return compare_lists(left_list, right_list, compare)
    both = is_region(expected) and is_region(given)
    return undecided(NOT_COMPARED) if both or _is_with_condition(expected, given) else incorrect(RANGE)


def _is_with_condition(value: Node, given: Node) -> bool:
    """`1/x, x > 0` where 1/x is expected."""
    values = [item for item in given.items if not is_region(item)] if isinstance(given, Many) and not is_region(value) else []
    return len(values) == 1 and compare(value, values[0]).outcome is Outcome.CORRECT


# --- equations and named values


def _compare_named(expected: Chain, given: Chain) -> Verdict:
    left, right = named(expected), named(given)
    if left and right:
        if _is_set(left[1]) != _is_set(right[1]):
            return _compare_with_named_set(expected, given, left, right)
        verdict = compare(left[1], right[1])
        if left[0] == right[0]:
            return verdict
        if verdict.outcome is Outcome.CORRECT:
            same_kind = isinstance(left[0], Symbol) and isinstance(right[0], Symbol)
            return undecided(WRONG_VARIABLE) if same_kind and not (symbols(left[1]) or symbols(right[1])) else verdict
    return compare_equations(expected, given)


def _is_set(node: Node) -> bool:
    return isinstance(node, Group) and (node.left, node.right) == ("{", "}")


def _compare_with_named_set(expected: Chain, given: Chain, left: tuple[Node, Node], right: tuple[Node, Node]) -> Verdict:
    """`x = 5` against `L = {5}`, where a capital letter names the set and no variable."""
    wanted, found = (left[1], given) if _is_set(left[1]) else (expected, right[1])
    verdict = compare(wanted, found)
    name = left[0] if _is_set(left[1]) else right[0]
    names_set = left[0] == right[0] or (isinstance(name, Symbol) and name.name.isupper())
    return undecided(WRONG_VARIABLE) if verdict.outcome is Outcome.CORRECT and not names_set else verdict


def _compare_with_value(expected: Node, given: Node) -> Verdict:
    """`x = 5` against `5`; an equation like `2x + z = 1` is no value."""
    chain, other = (expected, given) if isinstance(expected, Chain) else (given, expected)
    pair = named(chain)
    if pair is None:
        return incorrect(EQUATION)
    return compare(pair[1], other) if chain is expected else compare(other, pair[1])


# --- several values


def _compare_several(expected: Node, given: Node, left: Several | None, right: Several | None) -> Verdict:
    if left and right:
        verdict = compare_lists(left, right, compare)
        is_pair = _are_of_one(expected, given, right) or _are_of_one(given, expected, left)
        return undecided(SET_OR_PAIR) if verdict.outcome is Outcome.CORRECT and is_pair else verdict
    values, single = (left, given) if left else (right, expected)
    assert values is not None
    pair = named(single)
    if isinstance(single, Chain) and not pair:
        return undecided(EQUATION) if single is expected else incorrect(EQUATION)
    value = pair[1] if pair else single
    equal_ones = sum(compare(each, value).outcome is Outcome.CORRECT for each in values.values)
    if len(values.values) == 1:
        if not equal_ones:
            return incorrect(DIFFERENT)
        return _compare_one_element(values, is_named=bool(pair), is_solution=isinstance(expected if left else given, Chain))
    if equal_ones == len(values.values):
        return correct(EQUAL) if pair and _is_double_root(expected if left else given, values) else undecided(REPEATED)
    if not equal_ones:
        return incorrect(DIFFERENT)
    return _with_others(values.values, equal_ones) or incorrect(MISSING if left else TOO_MANY)


def _are_of_one(node: Node, other: Node, others: Several) -> bool:
    """Whether the ones are values of one thing and the others those of two: `x = 3 or x = -2` beside `x = 3, y = -2` or `(3, -2)`."""
    if others.is_named and not _is_either(other):
        return _share_name(node) or _is_either(node)
    return _are_alternatives(node) and others.kind == "tuple"


def _is_either(node: Node) -> bool:
    return isinstance(node, Many) and set(node.joints) == {"or"}


def _share_name(node: Node) -> bool:
    """`x = 2, x = 5`."""
    names = [pair[0] for item in node.items if (pair := named(item)) is not None] if isinstance(node, Many) else []
    return isinstance(node, Many) and len(names) == len(node.items) and len(set(names)) == 1


def _are_alternatives(node: Node) -> bool:
    """`2 or 5`, `x = 2, x = 5`: two values of one thing, which are no point."""
    if not isinstance(node, Many):
        return False
    are_named = all(map(named, node.items))
    return _share_name(node) or (not are_named and set(node.joints) in ({"or"}, {"and"}))


def _is_double_root(node: Node, values: Several) -> bool:
    """`x = 2, x = 2`, `x_1 = x_2 = 2`; not `2, 2`, which may be a pair."""
    return isinstance(node, Many) and not values.is_named and all(map(named, node.items))


def _with_others(values: tuple[Node, ...], equal_ones: int) -> Verdict | None:
    """`2x = 6, x = 3`, which tells how it was found, and `13 adults and 7 children`, of which one was asked for; None for all else."""
    if equal_ones + sum(isinstance(each, Chain) and named(each) is None for each in values) == len(values):
        return undecided(EQUATION)
    counted = {each.unit for each in values if isinstance(each, Quantity) and read_unit(each.unit) is None}
    return undecided(UNITS_UNKNOWN) if len(counted) == len(values) else None


def _has_words(values: Several | None) -> bool:
    return values is not None and any(isinstance(value, Words) for value in values.values)


def _compare_one_element(values: Several, *, is_named: bool, is_solution: bool) -> Verdict:
    """`{5}` and 5 are not the same; `x = 5` says that the solutions are `{5}`, and `L = {5}` may say no more than 5."""
    if values.kind == "set" and is_named:
        return correct(EQUAL)
    return incorrect(SET_OR_NUMBER) if values.kind == "set" and not is_solution else undecided(SET_OR_NUMBER)
