r"""General solutions: `x = \frac{\pi}{4} + k\pi, k \in \mathbb{Z}`. Two are the same if they give the same numbers."""

from fractions import Fraction
from math import lcm

from mpmath import mp

from grading.checking.evaluate import DIGITS, Undefined, Value, approximate, symbols
from grading.checking.nodes import Chain, Many, NamedSet, Node, Op, Symbol
from grading.checking.reasons import template
from grading.checking.shapes import named, settle
from grading.checking.verdicts import DIFFERENT, EQUAL, Verdict, correct, incorrect

NEAR = mp.mpf(10) ** -40
MOST = 200  # solutions in one period
LARGEST_RATIO = 60  # of two periods

SOME_SOLUTIONS = template("Some of the solutions are missing.")
MORE_SOLUTIONS = template("Not all of these are solutions.")


def parameter_of(node: Node) -> str | None:
    """The letter that an answer says to be any number of a kind: `k ∈ ℤ`."""
    match node:
        case Many(items, _):
            return next((name for item in items if (name := parameter_of(item))), None)
        case Chain((Symbol(name), NamedSet(numbers)), ("in",)) if numbers != "R":
            return name
        case Op("*", (_, note)):  # `k\pi (k \in \mathbb{Z})`
            return parameter_of(note)
        case Op("+", (_, last)) | Op("neg", (last,)) | Chain((_, last), ("=",)):
            return parameter_of(last)
    return None


def compare_families(expected: Node, given: Node) -> Verdict | None:
    """None where one of them is no list of arithmetic progressions."""
    with mp.workdps(DIGITS):
        try:
            return _compare(_progressions(expected), _progressions(given))
        except (Undefined, ValueError):
            return None


def _compare(left: list[tuple[Value, Value]], right: list[tuple[Value, Value]]) -> Verdict | None:
    period = _common_period([step for _, step in (*left, *right)])
    if period is None:
        return None
    wanted, found = _residues(left, period), _residues(right, period)
    if wanted is None or found is None:
        return None
    missing, added = _without(wanted, found, period), _without(found, wanted, period)
    if not missing and not added:
        return correct(EQUAL)
    return incorrect(DIFFERENT if missing and added else SOME_SOLUTIONS if missing else MORE_SOLUTIONS)


def without_note(node: Node) -> Node:
    """The answer without `(k ∈ ℤ)` behind it."""
    match node:
        case Op("*", (inner, Chain(_, ("in",)))):
            return inner
        case Op("+" | "neg" as name, (*first, last)):
            return Op(name, (*first, without_note(last)))
        case Chain((name, value), ("=",)):
            return Chain((name, without_note(value)), ("=",))
        case Many(items, joints):
            return Many(tuple(map(without_note, items)), joints)
    return node


def _progressions(node: Node) -> list[tuple[Value, Value]]:
    """(first, step) of each. Raises ValueError where a value does not grow by equal steps with its letter."""
    settled = settle(without_note(node))
    items = settled.items if isinstance(settled, Many) else (settled,)
    values = [pair[1] if (pair := named(item)) else item for item in items]
    return [_progression(value) for value in values]


def _progression(value: Node) -> tuple[Value, Value]:
    (name,) = symbols(value)
    first, second, third = (approximate(value, {name: mp.mpf(at)}) for at in range(3))
    step = second - first
    if any(mp.im(each) for each in (first, second, third)) or abs(third - second - step) > NEAR or abs(step) < NEAR:
        raise ValueError
    return first, abs(step)


def _common_period(steps: list[Value]) -> Value | None:
    ratios = [Fraction(str(mp.nstr(step / steps[0], 30))).limit_denominator(LARGEST_RATIO) for step in steps]
    if any(abs(mp.mpf(ratio.numerator) / ratio.denominator * steps[0] - step) > NEAR for ratio, step in zip(ratios, steps, strict=True)):
        return None
    denominator = lcm(*(ratio.denominator for ratio in ratios))
    return steps[0] * lcm(*(int(ratio * denominator) for ratio in ratios)) / denominator


def _residues(progressions: list[tuple[Value, Value]], period: Value) -> list[Value] | None:
    residues = []
    for first, step in progressions:
        count = int(mp.nint(period / step))
        if count * len(progressions) > MOST:
            return None
        residues += [mp.fmod(first + at * step, period) for at in range(count)]
    return residues


def _without(residues: list[Value], others: list[Value], period: Value) -> list[Value]:
    return [value for value in residues if not any(_apart(value - other, period) < NEAR * 10 for other in others)]


def _apart(difference: Value, period: Value) -> Value:
    rest = mp.fmod(difference, period)
    return min(rest, period - rest)
