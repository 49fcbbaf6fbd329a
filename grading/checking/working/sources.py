"""What other solutions of the same problem know: their values, their answer, and whether a student's value has a place among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from grading.checking.extract import final_answer
from grading.checking.numbers import read_number
from grading.checking.working.arithmetic import values
from grading.checking.working.claims import Chain, find_chains
from grading.checking.working.computations import Computation, find_computations, is_in, levels, parts, same
from grading.checking.working.expressions import NoValue, Operation, exact
from grading.checking.working.letters import find_variables
from grading.checking.working.owners import find_names, owners
from grading.checking.working.quantities import stated
from grading.checking.working.sums import Terms, is_part, terms
from grading.checking.working.tokens import Token, plain, tokenize
from grading.checking.working.units import find_unit

MOST_SOURCES = 64  # whose values are kept at hand
CONVERSIONS = frozenset(map(Fraction, (7, 12, 16, 24, 52, 60, 100, 365, 1000, 3600)))  # between common units


@dataclass(frozen=True, slots=True)
class Source:
    """A solution to compare with. `calculations` are those that it writes down: the values that go in, and the one that comes out; `nodes`
    are these, and with them their parts; `sums` are the terms of those that are sums of three terms or more. `owned` are the values with
    the names that they are told of; `unit` is the answer's, where a calculation gives it."""

    nodes: tuple[tuple[frozenset[Fraction], Fraction], ...]
    calculations: tuple[tuple[frozenset[Fraction], Fraction], ...]
    stated: frozenset[Fraction]
    answer: Fraction | None
    sums: tuple[Terms, ...] = ()
    owned: tuple[tuple[Fraction, frozenset[str]], ...] = ()
    unit: str = ""

    def has(self, value: Fraction) -> bool:
        known, fractions = _values_of(self)
        return value in known or any(same(value, other) for other in (fractions if value.denominator == 1 else known))


@lru_cache(maxsize=MOST_SOURCES)
def _values_of(source: Source) -> tuple[frozenset[Fraction], tuple[Fraction, ...]]:
    """All values of a source, and those that are no integers: only these can be an integer but for rounding."""
    known = source.stated | {result for _, result in source.nodes}
    return known, tuple(value for value in known if value.denominator != 1)


def read_source(problem: str, steps: Sequence[str]) -> Source:
    """The values that a solution of `problem` has, and how it came to them."""
    variables = find_variables([problem, *steps])
    chains = [find_chains(step, variables) for step in steps]
    computations = find_computations(chains)
    nodes = [(frozenset(levels(part)), value) for computation in computations for part, value in parts(computation.expression)]
    nodes += [(frozenset(levels(computation.expression)), value) for computation in computations for value in computation.values]
    said = frozenset(value for step in steps for value in stated(step)) | frozenset(_bare_values(chains))
    written = tuple((frozenset(computation.operands), computation.value) for computation in computations)
    sums = tuple(dict.fromkeys(own for own in (terms(computation.expression) for computation in computations) if len(own) > 2))
    names = find_names(problem)
    owned = tuple((computation.value, owners(steps[computation.step], computation.text, names)) for computation in computations if names)
    answer = next(iter(read_answers(problem, steps)), None)
    units = [computation.unit for computation in computations if answer is not None and same(computation.value, answer)]
    return Source(tuple(dict.fromkeys(nodes)), written, said, answer, sums, owned, next(reversed(units), ""))


def _bare_values(chains: Sequence[Sequence[Chain]]) -> list[Fraction]:
    found = []
    for side in (side for of_step in chains for chain in of_step for side in chain.sides):
        for reading in side.readings[:1]:
            try:
                found.append(exact(reading))
            except NoValue:
                continue
    return found


def read_answers(problem: str, steps: Sequence[str]) -> tuple[Fraction, ...]:
    """The numbers that may be the solution's answer, the likeliest first: what it says is, else what its last step comes to or states. Of
    several that it states those come first that the problem does not: `5 ounces of oil for her 20-ounce batch`.
    """
    said = final_answer("\n".join(steps))
    if said is not None and (number := read_number(said)) is not None:
        return (number.value,)
    for step in reversed(steps[-2:]):
        bare = read_number(step)
        found = [bare.value] if bare is not None else _last_numbers(problem, step)
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def read_answer(problem: str, steps: Sequence[str]) -> str | None:
    """The likeliest answer as text, with its unit where it is told as the result of a calculation."""
    if (said := final_answer("\n".join(steps))) is not None:
        return said
    if (value := next(iter(read_answers(problem, steps)), None)) is None:
        return None
    results = [chain.sides[-1] for step in steps[-2:] for chain in find_chains(step, find_variables([step])) if len(chain.sides) > 1]
    written = [side for side in results if any(isinstance(one, Fraction) and same(one, value) for one in values(side))]
    unit = written[-1].unit if written and find_unit(written[-1].unit) else ""
    return f"{written[-1].text} {unit}".strip() if unit or (written and written[-1].text.endswith("%")) else str(value)


def _last_numbers(problem: str, step: str) -> list[Fraction]:
    """What the last equality of a step comes to and the numbers behind it that the problem does not state; without an equality all numbers,
    those that the problem does not state first, and of these the last one.
    """
    chains = [chain for chain in find_chains(step, find_variables([step])) if len(chain.sides) > 1]
    results = [value for chain in chains for value in values(chain.sides[-1]) if isinstance(value, Fraction)]
    behind = _written_behind(plain(step))
    given = stated(problem)
    if results:
        return [results[-1], *(number for number in behind if not is_in(number, given))]
    numbers = list(reversed(behind or stated(step)))
    return [number for number in numbers if not is_in(number, given)] + [number for number in numbers if is_in(number, given)]


def _written_behind(text: str) -> list[Fraction]:
    """The numbers behind the last equality sign, or all; with the sign that they are written with: `it is -40`, `-$40`, but not `10-40`."""
    tokens = tokenize(text)
    behind = [(at, token.value) for at, token in enumerate(tokens) if token.value is not None and token.start > text.rfind("=")]
    return [-value if _is_negative(tokens, at) else value for at, value in behind]


def _is_negative(tokens: Sequence[Token], at: int) -> bool:
    before = [token for token in tokens[max(0, at - 3) : at] if token.kind != "money"][::-1]
    is_sign = bool(before) and before[0].text == "-" and tokens[at].glued
    return is_sign and (len(before) < 2 or before[1].kind in ("relation", "word"))


# --- A student's value among them --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a problem gives, and the solutions that are taken to be right (none, where there are none)."""

    given: frozenset[Fraction]
    sources: tuple[Source, ...]

    @property
    def complements(self) -> frozenset[Fraction]:
        """What is left of, and what comes after a rise by, each share that is spoken of."""
        shares = self.given | {value for source in self.sources for value in source.stated}
        whole = {1: [share for share in shares if 0 < share < 1], 100: [share for share in shares if 0 < share < 100]}
        return frozenset(Fraction(full) + sign * share for full, parts_ in whole.items() for share in parts_ for sign in (-1, 1))

    def supports(self, computation: Computation) -> bool:
        """Whether a source calculates this value from something that this calculation takes in as well."""
        operands = [value for value in computation.operands if value not in (0, 1)]
        for taken, result in (node for source in self.sources for node in source.nodes):
            if any(same(value, result) for value in computation.values) and (
                not operands or any(is_in(value, taken) for value in operands)
            ):
                return True
        return False

    def repeats(self, computation: Computation) -> bool:
        """Whether a source does this very calculation: the same numbers, the same value."""
        operands = frozenset(computation.operands)
        return any(
            operands == values and any(same(value, result) for value in computation.values)
            for source in self.sources
            for values, result in source.calculations
        )

    def takes_together(self, computation: Computation) -> bool:
        """Whether it adds up some terms of a sum that a source has: `100 + 115`, where that is `100 + 115 + 130`."""
        own = terms(computation.expression)
        return any(is_part(own, whole) for source in self.sources for whole in source.sums)

    def is_told_of_others(self, value: Fraction, names: frozenset[str]) -> bool:
        """Whether the sources have this value, and where they name somebody, then never one of `names`."""
        named = [own for source in self.sources for other, own in source.owned if own and same(other, value)]
        return bool(names and named) and not any(own & names for own in named)

    def calculates(self, value: Fraction) -> bool:
        return any(same(value, result) for source in self.sources for _, result in source.nodes)

    def has(self, value: Fraction) -> bool:
        return is_in(value, self.given) or any(source.has(value) for source in self.sources)

    def counts(self, value: Fraction) -> int:
        return sum(source.has(value) for source in self.sources)


def is_harmless(computation: Computation, grounds: Grounds, known: set[Fraction]) -> bool:
    """Whether a value needs no support: the same again (`4 x 1`), a unit converted (`3 x 12` for three dozen), a share's complement."""
    operands = computation.operands
    if any(same(value, computation.value) for value in operands) and len([value for value in operands if value not in (0, 1)]) <= 1:
        return True
    match computation.expression:
        case Operation(name="*" | "/") if len(operands) == 2:
            return any(value in CONVERSIONS and not is_in(value, known) for value in operands)
        case Operation(name="+" | "-") if operands[:1] in ([Fraction(1)], [Fraction(100)]):
            return any(is_in(value, grounds.complements) for value in computation.values)
    return False
