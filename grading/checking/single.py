"""Compares two single values: numbers and formulas, with units, percent, ratios, number bases; and matrices."""

from fractions import Fraction

from grading.checking.evaluate import exact, symbols
from grading.checking.formulas import compare_formulas, equal
from grading.checking.lists import Compare, in_order
from grading.checking.nodes import InBase, Matrix, Node, Num, Op, Quantity, Ratio, Symbol
from grading.checking.quantities import ANGLES, PERCENT_UNCLEAR, ROUNDED, UNIT_DIFFERS, UNIT_OR_VARIABLE, UNITS_UNKNOWN
from grading.checking.reasons import template
from grading.checking.shapes import with_unit
from grading.checking.units import read_kind, read_unit, unit_name
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect, undecided

DIMENSIONS = template("The matrix has other dimensions.")
ENTRIES = template("The entries of the matrix differ.")
OTHER_KIND = template("Another kind of answer is expected.")
OTHER_BASE = template("It is not clear which number base is meant.")


def compare_single(expected: Node, given: Node, same: Compare) -> Verdict:
    """Two values that are no lists, no sets and no equations; `same` compares what is inside of them."""
    kinds = (type(expected), type(given))
    if Quantity in kinds:
        return _compare_quantities(with_unit(expected), with_unit(given), same)
    if Matrix in kinds:
        return _compare_matrices(expected, given, same)
    if Ratio in kinds:
        return _compare_ratios(expected, given)
    if InBase in kinds:
        return _compare_bases(expected, given)
    if set(kinds) <= {Num, Symbol, Op}:
        verdict = compare_formulas(expected, given)
        return _compare_with_letter(expected, given) or verdict if verdict.outcome is Outcome.INCORRECT else verdict
    return incorrect(OTHER_KIND)


def _compare_with_letter(expected: Node, given: Node) -> Verdict | None:
    """`252\\pi` against `252\\pi m`, whose letter may be a unit or a variable; None where that is not what they differ in."""
    wanted, found = with_unit(expected), with_unit(given)
    if symbols(expected) and symbols(given):
        return None
    value = wanted.value if isinstance(wanted, Quantity) else expected
    other = found.value if isinstance(found, Quantity) else given
    if (value, other) == (expected, given):
        return None
    # Where a number is expected, nobody means a variable by `m^2`.
    is_unit = isinstance(found, Quantity) and found.unit.startswith(("m^", "m/"))
    verdict = compare_formulas(value, other)
    if verdict.outcome is Outcome.CORRECT:
        return verdict if is_unit else undecided(UNIT_OR_VARIABLE)
    return verdict if is_unit and verdict.reason.template == ROUNDED else None


def _compare_quantities(expected: Node, given: Node, same: Compare) -> Verdict:
    wanted, value = (expected.unit, expected.value) if isinstance(expected, Quantity) else ("", expected)
    found, other = (given.unit, given.value) if isinstance(given, Quantity) else ("", given)
    if unit_name(wanted) == unit_name(found):
        return same(value, other)
    if "%" in (wanted, found):
        return _compare_percent(value, other, expected_percent=wanted == "%") if "" in (wanted, found) else undecided(UNITS_UNKNOWN)
    if "" in (wanted, found):
        return _compare_without_unit(value, other, wanted or found, same, expected_bare=not wanted)
    left, right = read_unit(wanted), read_unit(found)
    if left is None or right is None:
        return undecided(UNITS_UNKNOWN)
    if {left.kind, right.kind} == ANGLES:
        return same(_in_radians(value), other) if left.kind == read_kind("°") else same(value, _in_radians(other))
    if left.kind != right.kind:
        return incorrect(UNIT_DIFFERS)
    return same(value, Op("*", (other, Num(right.factor / left.factor))))


def _compare_without_unit(value: Node, other: Node, unit: str, same: Compare, *, expected_bare: bool) -> Verdict:
    verdict = same(value, other)
    if verdict.outcome is Outcome.CORRECT:
        return verdict
    if unit != "°":
        bare, measured = (value, other) if expected_bare else (other, value)
        return undecided(UNIT_OR_VARIABLE) if _is_with_letter_of(bare, measured, unit) else verdict
    radians = same(value, _in_radians(other)) if expected_bare else same(_in_radians(value), other)
    return radians if radians.outcome is Outcome.CORRECT else verdict


def _is_with_letter_of(bare: Node, measured: Node, unit: str) -> bool:
    """`50 J` against 50 joules: whether only a letter, the unit's first, stands behind the same value."""
    match bare:
        case Op("*", (value, Symbol(letter))):
            return letter.casefold() == unit[:1].casefold() and equal(value, measured)
    return False


def _in_radians(degrees: Node) -> Node:
    return Op("/", (Op("*", (degrees, Symbol("pi"))), Num(Fraction(180))))


def _compare_percent(value: Node, other: Node, *, expected_percent: bool) -> Verdict:
    percentage, plain = (value, other) if expected_percent else (other, value)
    if equal(percentage, Op("*", (plain, Num(Fraction(100))))):
        return correct(EQUAL)
    if equal(percentage, plain):
        size = exact(plain)
        return correct(EQUAL) if size is not None and abs(size) > 1 else undecided(PERCENT_UNCLEAR)
    return incorrect(DIFFERENT)


def _compare_matrices(expected: Node, given: Node, same: Compare) -> Verdict:
    if not (isinstance(expected, Matrix) and isinstance(given, Matrix)):
        return incorrect(OTHER_KIND)
    if (len(expected.rows), len(expected.rows[0])) != (len(given.rows), len(given.rows[0])):
        return incorrect(DIMENSIONS)
    verdict = in_order([entry for row in expected.rows for entry in row], [entry for row in given.rows for entry in row], same)
    return incorrect(ENTRIES) if verdict.outcome is Outcome.INCORRECT else verdict


def _compare_ratios(expected: Node, given: Node) -> Verdict:
    """`2 : 4` is `1 : 2`, and one half."""
    left, right = (node.parts if isinstance(node, Ratio) else (node, Num(Fraction(1))) for node in (expected, given))
    if len(left) != len(right):
        return incorrect(DIFFERENT)
    verdicts = [
        compare_formulas(Op("*", (one, right[0])), Op("*", (other, left[0]))) for one, other in zip(left[1:], right[1:], strict=True)
    ]
    return next((verdict for verdict in verdicts if verdict.outcome is not Outcome.CORRECT), correct(EQUAL))


def _compare_bases(expected: Node, given: Node) -> Verdict:
    """`204_5` has the digits 204 and the value 54; where only one side names its base, either may be meant."""
    if isinstance(expected, InBase) and isinstance(given, InBase) and expected.base == given.base:
        return correct(EQUAL) if exact(expected) == exact(given) else incorrect(DIFFERENT)
    same_digits = _digits(expected) == _digits(given)
    return undecided(OTHER_BASE) if same_digits or exact(expected) == exact(given) else incorrect(DIFFERENT)


def _digits(node: Node) -> str | None:
    if isinstance(node, InBase):
        return node.digits
    value = exact(node)
    return str(value) if value is not None else None
