"""Whether something has still to be calculated: `3x + 6 + 4` and `48/4` have the answer's value, and are on the way to it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from grading.checking.working.claims import Chain
from grading.checking.working.expressions import CONSTANTS, Expression, NoValue, Number, Operation, exact, is_plain, symbols, walk


def is_unfinished(chains: Sequence[Chain]) -> bool:
    """Of the last sides of chains, in the first of what they can mean."""
    return any(_goes_on(part) for chain in chains for reading in chain.sides[-1].readings[:1] for part in walk(reading))


def _goes_on(expression: Expression) -> bool:
    match expression:
        case Operation(name="+" | "-"):
            return _has_like_terms(expression)
        case Operation(name="*"):
            return sum(is_plain(factor) and exact(factor) != 1 for factor in _factors(expression)) > 1
        case Operation(name="/", operands=(left, right)):
            return is_plain(left) and is_plain(right) and exact(right) not in (0, 1) and (exact(left) / exact(right)).denominator == 1
        case Operation(name="sqrt", operands=(inside,)):
            return not symbols(inside) and _is_rational(expression)
    return False


def _has_like_terms(expression: Expression) -> bool:
    """Whether two terms have the same letters: `-5x + 3x`, `6 + 4`."""
    kinds = Counter(_kind(term) for term in _terms(expression))
    return any(count > 1 for kind, count in kinds.items() if kind is not None)


def _kind(term: Expression) -> frozenset[Expression] | None:
    """What is left of a term without its numbers; None where it is not a product of numbers and powers of letters."""
    if not symbols(term) - CONSTANTS.keys():
        return frozenset() if _is_rational(term) else None
    rest = [factor for factor in _factors(term) if not is_plain(factor)]
    return frozenset(rest) if all(_is_power(factor) for factor in rest) else None


def _is_power(expression: Expression) -> bool:
    return not isinstance(expression, Operation) or (expression.name == "^" and not isinstance(expression.operands[0], Operation))


def _is_rational(expression: Expression) -> bool:
    try:
        exact(expression)
    except NoValue:
        return False
    return True


def _terms(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Operation(name="+" | "-" | "neg", operands=operands):
            for operand in operands:
                yield from _terms(operand)
        case _:
            yield expression


def _factors(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Operation(name="*", operands=operands) if not any(isinstance(one, Operation) and one.name == "%" for one in operands):
            for operand in operands:
                yield from _factors(operand)
        case Operation(name="neg", operands=(inside,)) if not isinstance(inside, Number):
            yield from _factors(inside)
        case _:
            yield expression
