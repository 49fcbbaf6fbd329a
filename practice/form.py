"""Whether a right answer is finished, in the form that was asked for. What cannot be read has the benefit of the doubt."""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd

from grading.checking.answers import stated
from grading.checking.evaluate import Undefined, contains, exact, symbols
from grading.checking.nodes import Chain, Group, Many, Node, Num, Op, Quantity, Symbol
from grading.checking.numbers import read_plain_number
from grading.checking.shapes import named, settle, with_unit
from grading.checking.spellings import with_names
from grading.checking.syntax import read
from grading.checking.text import plain
from grading.checking.tokens import Unreadable


def has_form(given: str, form: str) -> bool:
    """Whether an answer with the right value is a `number`, `unsigned`, `solved`, `expanded` or `factored`; `""` takes every one."""
    spelled = with_names(plain(given))
    text = spelled.text if spelled else stated(given)
    if not form or not text or read_plain_number(text):
        return True
    try:
        return all(map(FORMS[form], _values(settle(read(text)[0]))))
    except (Unreadable, RecursionError):
        return True


def _values(node: Node) -> Iterator[Node]:
    """Of an answer, of several, or what stands behind names: `2`, `2 or 3`, `x = 2`, `(x, y) = (2, 3)`."""
    match node:
        case Many(items, _) | Group(_, _, items):
            for item in items:
                yield from _values(item)
        case Chain((_, where), ("in",)):
            yield from _values(where)
        case Chain() if (pair := named(node)) is not None:
            yield from _values(pair[1])
        case _:
            yield node


def _is_number(value: Node) -> bool:
    """With nothing left to compute: `-3`, `3/4`, `1 3/4`, `20%`, `5 cm`, `9\\pi`."""
    match with_unit(value):
        case Quantity(inner, _) | Op("neg", (inner,)):
            return _is_number(inner)
        case Op("/", ((Num() | Op("neg", (Num(),))), (Num() | Op("neg", (Num(),))))):
            return True
        case Op("+", (Num(), Op("/", (Num(), Num())))) | Op("*", (Num(), Symbol("pi")) | (Symbol("pi"), Num())):
            return True
    return not isinstance(value, Op | Chain)


def _is_solved(value: Node) -> bool:
    return not symbols(value)


# --- Polynomials -------------------------------------------------------------------------------------------------------------


def _last(value: Node) -> Node:
    """What `x^2 - 9 = (x + 3)(x - 3)`, a chain of equal formulas, comes to."""
    return value.items[-1] if isinstance(value, Chain) else value


def _is_expanded(value: Node) -> bool:
    """A sum without brackets, of whose terms no two are alike."""
    terms = list(_terms(_last(value)))
    return len({_degree(term) for term in terms}) == len(terms) and not any(contains(term, "+") for term in terms)


def _terms(node: Node) -> Iterator[Node]:
    match node:
        case Op("+", parts) | Op("neg", parts):
            for part in parts:
                yield from _terms(part)
        case _:
            yield node


def _degree(term: Node) -> Fraction:
    match term:
        case Op("*", (left, right)):
            return _degree(left) + _degree(right)
        case Op("/", (top, bottom)):
            return _degree(top) - _degree(bottom)
        case Op("^", (base, Num(power))):
            return _degree(base) * power
    return Fraction(len(symbols(term)))


def _is_factored(value: Node) -> bool:
    """A product of numbers and of lines that have no factor in common."""
    return all(_is_bare_line(factor) for factor in _factors(_last(value)) if symbols(factor))


def _factors(node: Node) -> Iterator[Node]:
    match node:
        case Op("*", parts) | Op("neg", parts) | Op("^", (*parts, Num())):
            for part in parts:
                yield from _factors(part)
        case _:
            yield node


def _is_bare_line(factor: Node) -> bool:
    """`2x - 3`; not `2x - 6`, from which 2 can be taken out, nor `x^2 - 9`."""
    name = min(symbols(factor))
    try:
        zero, one, two = (exact(factor, {name: Fraction(at)}) for at in range(3))
    except Undefined:
        return False
    if zero is None or one is None or two is None or two - one != one - zero:
        return False
    return gcd(zero.numerator, (one - zero).numerator) == 1


FORMS = {"number": _is_number, "unsigned": _is_number, "solved": _is_solved, "expanded": _is_expanded, "factored": _is_factored}
