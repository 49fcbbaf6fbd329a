"""The calculations of a piece of working, as a web: which values each takes in, and which earlier calculation those came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from grading.checking.working.arithmetic import values
from grading.checking.working.claims import Chain
from grading.checking.working.expressions import Expression, NoValue, Number, Operation, exact, operations, walk

MOST = 80  # calculations of one working; comparing takes time that grows with their number
SMALL = Fraction(1, 10**6)  # relative: two values nearer than this are one
ROUNDED = Fraction(1, 50)  # … or this, where both show that they were rounded

type Path = tuple[int, ...]  # which operand of which operand


@dataclass(frozen=True, slots=True)
class Computation:
    """`45/(5+3) = 5.625` in step `step`: `value` is what was written as its result, `values` also what it could mean otherwise."""

    step: int
    text: str
    expression: Expression
    value: Fraction
    values: tuple[Fraction, ...]
    unit: str = ""

    @property
    def operands(self) -> list[Fraction]:
        return [value for _, value in leaves(self.expression)]


def find_computations(chains: Sequence[Sequence[Chain]]) -> list[Computation]:
    """The calculations with numbers, from the chains of each step; of very many the first."""
    found = (computation for step, of_step in enumerate(chains) for chain in of_step for computation in _of_chain(step, chain))
    return list(islice(found, MOST))


def _of_chain(step: int, chain: Chain) -> Iterator[Computation]:
    possible = [[value for value in values(side) if isinstance(value, Fraction)] for side in chain.sides]
    for side, own in zip(chain.sides, possible, strict=True):
        if not own or not operations(side.readings[0]) - {"neg", "%"}:
            continue
        if len(chain.sides) == 1 and _is_share(side.readings[0]):
            continue  # "2/3 of the book" states a share
        written = possible[-1] if len(chain.sides) > 1 else []
        value = (written or own)[0]
        yield Computation(step, side.text, side.readings[0], value, tuple(dict.fromkeys([value, *own, *written])), chain.sides[-1].unit)


def _is_share(expression: Expression) -> bool:
    return isinstance(expression, Operation) and expression.name == "/" and all(isinstance(part, Number) for part in expression.operands)


def same(left: Fraction, right: Fraction) -> bool:
    """One value, but for rounding."""
    off = abs(left - right)
    if off <= abs(right) * SMALL:
        return True
    return off < Fraction(1, 100) and left.denominator != 1 and off <= abs(right) * ROUNDED


def is_in(value: Fraction, known: "Sequence[Fraction] | set[Fraction] | frozenset[Fraction] | Mapping[Fraction, object]") -> bool:
    return value in known or any(same(value, other) for other in known)


def leaves(expression: Expression, path: Path = ()) -> Iterator[tuple[Path, Fraction]]:
    """The numbers in an expression, a percentage as one number, with the place of each."""
    if isinstance(expression, Number):
        yield path, expression.value
    elif isinstance(expression, Operation) and expression.name == "%":
        yield path, _value(expression)
    elif isinstance(expression, Operation):
        for at, operand in enumerate(expression.operands):
            yield from leaves(operand, (*path, at))


def _value(expression: Expression) -> Fraction:
    try:
        return exact(expression)
    except NoValue:
        return Fraction(0)


def parts(expression: Expression) -> Iterator[tuple[Operation, Fraction]]:
    """Each calculation inside of an expression with its value; of a long sum or product only the whole, and what stands in it."""
    for part in _parts(expression, ""):
        try:
            yield part, exact(part)
        except NoValue:
            continue


def _parts(expression: Expression, within: str) -> Iterator[Operation]:
    if not isinstance(expression, Operation) or expression.name == "%":
        return
    family = {"-": "+", "/": "*"}.get(expression.name, expression.name)
    if family != within and expression.name != "neg":
        yield expression
    for at, operand in enumerate(expression.operands):
        yield from _parts(operand, family if at == 0 or family in "+*" else "")


def levels(expression: Expression) -> set[Fraction]:
    """The numbers in an expression, and the values of its parts."""
    found = {value for _, value in leaves(expression)}
    for part in walk(expression):
        if isinstance(part, Operation) and part is not expression:
            try:
                found.add(exact(part))
            except NoValue:
                continue
    return found


# --- The web -----------------------------------------------------------------------------------------------------------------


def origins(computations: Sequence[Computation]) -> list[dict[Path, int]]:
    """For each calculation, the places of the numbers in it that an earlier one resulted in, and which (the latest)."""
    found: list[dict[Path, int]] = []
    for at, computation in enumerate(computations):
        places: dict[Path, int] = {}
        for path, value in leaves(computation.expression):
            for earlier in reversed(range(at)):
                if same(computations[earlier].value, value):
                    places[path] = earlier
                    break
        found.append(places)
    return found


def recalculate(expression: Expression, changed: Mapping[Path, Fraction], path: Path = ()) -> Fraction:
    """The value where the numbers at some places are others. Raises `NoValue`."""
    if path in changed:
        return changed[path]
    if isinstance(expression, Operation) and expression.name != "%":
        operands = tuple(Number(recalculate(operand, changed, (*path, at))) for at, operand in enumerate(expression.operands))
        return exact(Operation(expression.name, operands))
    return exact(expression)


def follow(
    computations: Sequence[Computation], web: Sequence[Mapping[Path, int]], changed: int, value: Fraction, last: int
) -> Fraction | None:
    """What calculation `last` would come to if `changed` had resulted in `value`, all after it being as written; None: no value."""
    result = {changed: value}
    for at in range(changed + 1, last + 1):
        places = {path: result[origin] for path, origin in web[at].items() if origin in result}
        if not places:
            continue
        try:
            result[at] = recalculate(computations[at].expression, places)
        except NoValue:
            return None
    return result.get(last)
