"""The solution of an equation that is linear in its one unknown, or becomes so when multiplied by it: no algebra system needed."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from grading.checking.working.claims import Chain
from grading.checking.working.expressions import CONSTANTS, Expression, NoValue, at, symbols

EXACT = 1e-9  # relative
LARGEST_DENOMINATOR = 10_000


def unknowns(chain: Chain, known: Mapping[str, complex]) -> frozenset[str]:
    found = frozenset(name for side in chain.sides for reading in side.readings[:1] for name in symbols(reading))
    return found - known.keys() - CONSTANTS.keys()


def solve_linear(chain: Chain, known: Mapping[str, complex]) -> tuple[str, Fraction] | None:
    """The unknown and its value; None for anything but an equation in one unknown of the two simple kinds."""
    if len(chain.sides) < 2 or set(chain.relations) != {"="} or not all(side.readings for side in (chain.sides[0], chain.sides[-1])):
        return None
    names = unknowns(chain, known)
    if len(names) != 1:
        return None
    (name,) = names
    left, right = chain.sides[0].readings[0], chain.sides[-1].readings[0]
    difference = _difference(left, right, name, known)
    for function in (difference, lambda value: value * difference(value)):
        root = _root(function)
        if root is not None:
            return name, root
    return None


def _difference(left: Expression, right: Expression, name: str, known: Mapping[str, complex]) -> Callable[[complex], complex]:
    def difference(value: complex) -> complex:
        point = {**known, name: value}
        return at(left, point) - at(right, point)

    return difference


def _root(function: Callable[[complex], complex]) -> Fraction | None:
    """The root of a straight line; None where the function is none."""
    try:
        one, two, three, five = (function(complex(value)) for value in (1, 2, 3, 5))
    except NoValue:
        return None
    size = max(abs(one), abs(two), abs(three), abs(five), 1.0)
    slope = two - one
    if abs(three - two - slope) > EXACT * size or abs(five - three - 2 * slope) > EXACT * size or abs(slope) <= EXACT * size:
        return None
    root = 1 - one / slope
    if abs(root.imag) > EXACT or abs(root.real) > 1e12:
        return None
    return Fraction(root.real).limit_denominator(LARGEST_DENOMINATOR)
