"""Several values: sets, lists, pairs, vectors, named values. Whether their order counts depends on how they are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grading.checking.nodes import Group, Node, Symbol
from grading.checking.reasons import template
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect, undecided

Kind = Literal["list", "set", "tuple", "square"]
Compare = Callable[[Node, Node], Verdict]

AXES = {Symbol(name) for name in "xyz"}
MOST = 60  # values; more are not compared

MISSING = template("Some of the values are missing.")
TOO_MANY = template("There are too many values.")
ONE_WRONG = template("One of the values is wrong.")
SOME_WRONG = template("Some of the values are wrong.")
ORDER = template("The values are right, but their order is not.")
ORDER_UNCLEAR = template("The values are right; it is not clear whether their order counts.")
SET_OR_PAIR = template("The values are right, but a set is not the same as a point or an interval.")
ENDS = template("The ends of the interval are right, but not whether they belong to it.")
LIST_OR_INTERVAL = template("It is not clear whether the brackets mean an interval or a list.")
REPEATED = template("The values are right, but some are given twice.")
TOO_LONG_LIST = template("So many values are not compared.")


@dataclass(frozen=True, slots=True)
class Several:
    """`names` are what stands before an equals sign (None: nothing); `interval`: two values that may be the ends of one."""

    kind: Kind
    values: tuple[Node, ...]
    names: tuple[Node | None, ...]
    interval: bool = False

    @property
    def is_named(self) -> bool:
        """Every value has a name of its own."""
        return None not in self.names and len(set(self.names)) == len(self.names) > 1

    @property
    def is_partly_named(self) -> bool:
        """`x = 1, 5, y = 2`, whose 5 may be more of x, or its decimals."""
        return None in self.names and len(set(self.names)) > 2


def compare_lists(expected: Several, given: Several, same: Compare) -> Verdict:
    if max(len(expected.values), len(given.values)) > MOST:
        return undecided(TOO_LONG_LIST)
    if expected.is_named and given.is_named and set(expected.names) == set(given.names):
        places = [given.names.index(name) for name in expected.names]
        return in_order(expected.values, [given.values[place] for place in places], same)
    if expected.is_named or given.is_named:
        return _by_name(_only_point(expected), _only_point(given), same)
    if expected.is_partly_named or given.is_partly_named:
        return _by_place(expected, given, same, order_counts=False)
    return _by_kind(expected, given, same)


def _only_point(values: Several) -> Several:
    """`{(2, 3)}` as `(2, 3)`: the one solution of a system."""
    match values:
        case Several("set", (Group("(", ")", items),)):
            return Several("tuple", items, (None,) * len(items))
    return values


def _by_name(expected: Several, given: Several, same: Compare) -> Verdict:
    """Where one side has names, the other says by its order which value is whose; but a set has no order."""
    expected, given = _in_order_of_axes(expected), _in_order_of_axes(given)
    unnamed = given if expected.is_named else expected
    if unnamed.is_named or unnamed.kind != "set":
        return _by_place(expected, given, same, order_counts=True)
    verdict = in_any_order(expected.values, given.values, same)
    return undecided(ORDER_UNCLEAR) if unnamed is given and verdict.outcome is Outcome.CORRECT else verdict


def _in_order_of_axes(values: Several) -> Several:
    """`y = 4, x = 3` is the point (3, 4)."""
    if not values.is_named or not set(values.names) <= AXES:
        return values
    places = sorted(range(len(values.names)), key=lambda place: str(values.names[place]))
    names, sorted_values = zip(*((values.names[place], values.values[place]) for place in places), strict=True)
    return replace(values, names=names, values=sorted_values)


def _by_kind(expected: Several, given: Several, same: Compare) -> Verdict:
    kinds = {expected.kind, given.kind}
    if kinds <= {"list", "set"}:
        return in_any_order(expected.values, given.values, same)
    if "set" in kinds:
        return _set_against_brackets(expected, given, same)
    if kinds == {"tuple", "square"} and expected.interval and given.interval:
        verdict = in_order(expected.values, given.values, same)
        return incorrect(ENDS) if verdict.outcome is Outcome.CORRECT else verdict
    if kinds == {"list", "square"} and (expected.interval or given.interval) and len(expected.values) == len(given.values):
        verdict = in_any_order(expected.values, given.values, same)
        return undecided(LIST_OR_INTERVAL) if verdict.outcome is Outcome.CORRECT else verdict
    return _by_place(expected, given, same, order_counts=expected.kind != "list")


def _set_against_brackets(expected: Several, given: Several, same: Compare) -> Verdict:
    verdict = in_any_order(expected.values, given.values, same)
    if verdict.outcome is not Outcome.CORRECT:
        return verdict
    if "tuple" in (expected.kind, given.kind):
        return incorrect(SET_OR_PAIR)
    return undecided(LIST_OR_INTERVAL) if expected.interval or given.interval else verdict


def _by_place(expected: Several, given: Several, same: Compare, *, order_counts: bool) -> Verdict:
    verdict = in_order(expected.values, given.values, same)
    if verdict.outcome is not Outcome.INCORRECT or len(expected.values) != len(given.values):
        return verdict
    if in_any_order(expected.values, given.values, same).outcome is Outcome.CORRECT:
        return incorrect(ORDER) if order_counts else undecided(ORDER_UNCLEAR)
    return verdict


def in_order(expected: Sequence[Node], given: Sequence[Node], same: Compare) -> Verdict:
    if len(expected) != len(given):  # a value that stands there twice is in a second place: `x = 1, y = 1 or 4`
        verdict = in_any_order(expected, given, same)
        return undecided(REPEATED) if verdict.outcome is Outcome.CORRECT else verdict
    verdicts = [same(*pair) for pair in zip(expected, given, strict=True)]
    wrong = sum(verdict.outcome is Outcome.INCORRECT for verdict in verdicts)
    if wrong:
        return verdicts[0] if len(verdicts) == 1 else incorrect(ONE_WRONG if wrong == 1 else SOME_WRONG)
    return next((verdict for verdict in verdicts if verdict.outcome is Outcome.UNDECIDED), correct(EQUAL))


def in_any_order(expected: Sequence[Node], given: Sequence[Node], same: Compare) -> Verdict:
    left, doubtful = list(given), None
    unmatched = 0
    for value in expected:
        verdicts = [same(value, other) for other in left]
        at = next((at for at, verdict in enumerate(verdicts) if verdict.outcome is Outcome.CORRECT), None)
        if at is not None:
            del left[at]
            continue
        unmatched += 1
        doubtful = doubtful or next((verdict for verdict in verdicts if verdict.outcome is Outcome.UNDECIDED), None)
    if not unmatched and not left:
        return correct(EQUAL)
    if doubtful is not None:
        return doubtful
    return _mismatch(expected, given, unmatched, left, same)


def _mismatch(expected: Sequence[Node], given: Sequence[Node], unmatched: int, left: list[Node], same: Compare) -> Verdict:
    if _repeats(expected, given, same):
        return correct(EQUAL) if len(given) > len(expected) > 1 else undecided(REPEATED)
    if unmatched and not left:
        return incorrect(MISSING)
    if left and not unmatched:
        return incorrect(TOO_MANY)
    if len(expected) == len(given) == 1:
        return incorrect(DIFFERENT)
    return incorrect(ONE_WRONG if unmatched == len(left) == 1 else SOME_WRONG)


def _repeats(expected: Sequence[Node], given: Sequence[Node], same: Compare) -> bool:
    """Whether the difference is only that a value stands there twice."""
    if len(expected) == len(given):
        return False
    short, long = sorted((expected, given), key=len)
    return all(any(same(value, other).outcome is Outcome.CORRECT for other in short) for value in long) and all(
        any(same(value, other).outcome is Outcome.CORRECT for other in long) for value in short
    )
