"""Math-Verify, for the formulas that `syntax` does not read: sums, integrals, limits.

It is asked for trees only, and what it says is confirmed by value: it compares numbers to six decimals, and reads what it does not know as
something else. Its own time limits are off: they use SIGALRM, which works in a main thread only, and give wrong results.
"""

import logging
import re

from math_verify import parse
from sympy import Basic, Eq, Expr, Float, Rational, Symbol

from grading.checking.reasons import template
from grading.checking.terms import FACTOR_COMMANDS
from grading.checking.verdicts import DIFFERENT, EQUAL, NOT_COMPARED, UNREAD, Verdict, correct, incorrect, undecided

DIGITS = 40
CLOSE = Float("1e-25")
POINTS = ((3, 5, 7, 4, 6), (Rational(13, 10), Rational(7, 10), Rational(19, 10), Rational(3, 7), Rational(11, 9)))
# It leaves out what it does not know, so it is asked only where every command and word is known.
KNOWN = FACTOR_COMMANDS | {
    r"\sum",
    r"\prod",
    r"\int",
    r"\lim",
    r"\max",
    r"\min",
    r"\gcd",
    r"\to",
    r"\cdot",
    r"\times",
    r"\le",
    r"\ge",
    r"\ne",
}
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{4,}|[^\x00-\x7f]")

EXPECTED_UNREAD = template("The expected answer could not be read.")

logging.getLogger("math_verify").setLevel(logging.ERROR)  # it warns that its time limits are off


def compare_symbolic(expected: str, given: str) -> Verdict:
    """Two answers in the plain spelling. Raises whatever sympy raises."""
    for text, reason in ((expected, EXPECTED_UNREAD), (given, UNREAD)):
        if WORDS.search(text) or not KNOWN.issuperset(COMMAND.findall(text)):
            return undecided(reason)
    left, right = _tree(expected), _tree(given)
    if left is None or right is None:
        return undecided(EXPECTED_UNREAD if left is None else UNREAD)
    if left == right:
        return correct(EQUAL)
    if isinstance(left, Eq) and isinstance(right, Eq) and left.lhs == right.lhs:
        left, right = left.rhs, right.rhs
    if not (isinstance(left, Expr) and isinstance(right, Expr)):
        return undecided(NOT_COMPARED)
    return _compare_values(left, right)


def _tree(text: str) -> Basic | None:
    found = parse(f"\\boxed{{{text}}}", parsing_timeout=None, raise_on_error=True)
    return found[0] if found and isinstance(found[0], Basic) else None


def _compare_values(left: Expr, right: Expr) -> Verdict:
    names = sorted(left.free_symbols | right.free_symbols, key=str)
    if len(names) > len(POINTS[0]):
        return undecided(NOT_COMPARED)
    for point in POINTS if names else POINTS[:1]:
        same = _same_at(left, right, dict(zip(names, point, strict=False)))
        if same is None:
            return undecided(NOT_COMPARED)
        if not same:
            return incorrect(DIFFERENT)
    return correct(EQUAL)


def _same_at(left: Expr, right: Expr, point: dict[Symbol, int | Rational]) -> bool | None:
    one, other = (side.subs(point).doit().evalf(DIGITS) for side in (left, right))
    if not (one.is_number and other.is_number and one.is_finite and other.is_finite):
        return None
    difference, size = abs(one - other), max(abs(one), abs(other))
    return bool(difference <= size * CLOSE)
