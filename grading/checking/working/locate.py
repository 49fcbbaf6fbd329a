"""Where a solution with a wrong answer first leaves the way that right ones take."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grading.checking.numbers import read_number
from grading.checking.working.claims import Chain
from grading.checking.working.computations import Computation, Path, follow, is_in, leaves, levels, origins, recalculate, same
from grading.checking.working.equations import solve_linear, unknowns
from grading.checking.working.expressions import Expression, NoValue, exact
from grading.checking.working.owners import owners
from grading.checking.working.quantities import stated
from grading.checking.working.slips import expression_slips
from grading.checking.working.sources import Grounds, is_harmless
from grading.checking.working.sums import terms
from grading.checking.working.ways import other_ways

# Slips that may as well be what was needed instead: `a + b` where `a - b` is right, and the other way round.
OPERATIONS = frozenset({"wrong_operation", "divided_wrong_way", "order_of_operations", "percent_as_number", "percent_added"})


MOST_CANDIDATES = 100  # values that are put in the place of another


class Kind(enum.Enum):
    """Why a step is taken for the first wrong one."""

    VALUE = "value"  # it calculates what no right solution does
    EQUATION = "equation"  # its equation has a solution that no right solution has
    OWNER = "owner"  # it says of somebody what right solutions say of others
    STATED = "stated"  # it states a number from nowhere
    CONCLUSION = "conclusion"  # all before it has a place, but it is not the answer


@dataclass(frozen=True, slots=True)
class Place:
    """The first wrong step, and of its wrong value what it is and what it should be (None: not known)."""

    step: int
    kind: Kind
    computation: Computation | None = None
    written: Fraction | None = None
    should_be: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """A student's working as it was read: the steps, the chains and the calculations in them, and the number that it ends with. `names` are
    those that the problem has."""

    steps: Sequence[str]
    chains: Sequence[Sequence[Chain]]
    computations: Sequence[Computation]
    answer: Fraction | None
    names: frozenset[str] = frozenset()


def locate(work: Work, grounds: Grounds, answer: Fraction | None) -> Place:
    """The first wrong step of a solution whose answer is wrong. `answer` is the right one, where it is known."""
    ways = other_ways(work.computations, grounds, answer) if answer is not None else frozenset()
    if answer is not None and (beyond := _beyond(work, grounds, answer, ways)) is not None:
        return beyond
    found = (_value(work, grounds, ways), _owner(work, grounds), _equation(work, grounds), _number(work, grounds))
    places = [place for place in found if place]
    place = min(places, key=lambda place: place.step) if places else _conclusion(work)
    if answer is None:
        return place
    repairs = _repairs(work, grounds, answer, ways)
    if repairs and work.computations[min(repairs)].step <= place.step:
        first = work.computations[min(repairs)]
        return Place(first.step, Kind.VALUE, first, first.value, repairs[min(repairs)])
    if place.computation is not None and work.answer is not None and same(place.computation.value, work.answer):
        return replace(place, should_be=answer)
    return place


def _beyond(work: Work, grounds: Grounds, answer: Fraction, ways: frozenset[int]) -> Place | None:
    """The first calculation behind one that came to the right answer, as right solutions do or in another way; None where these go on
    there as well."""
    answers = [(at, computation) for at, computation in enumerate(work.computations) if same(computation.value, answer)]
    reached = [computation.step for at, computation in answers if at in ways or grounds.supports(computation)]
    after = [computation for computation in work.computations if reached and computation.step > reached[0]]
    return Place(after[0].step, Kind.VALUE, after[0], after[0].value) if after and not grounds.repeats(after[0]) else None


def _repairs(work: Work, grounds: Grounds, answer: Fraction, ways: frozenset[int]) -> dict[int, Fraction]:
    """The calculations whose value, were it another one that right solutions have, would make the rest come to the right answer.

    Without the last calculation, of which that is always so, without those that right solutions do in the same way, and without other
    `ways` to the answer.
    """
    finals = [at for at, computation in enumerate(work.computations) if work.answer is not None and same(computation.value, work.answer)]
    if not finals:
        return {}
    web = origins(work.computations)
    results = dict.fromkeys(result for source in grounds.sources for _, result in source.nodes if not same(result, answer))
    candidates = list(results)[:MOST_CANDIDATES]
    found = {}
    for at, computation in enumerate(work.computations[: finals[-1]]):
        if at in ways or grounds.repeats(computation) or _begins_a_sum(work, at, grounds):
            continue
        for value in candidates:
            if not same(value, computation.value) and _reaches(follow(work.computations, web, at, value, finals[-1]), answer):
                found[at] = value
                break
    return found


def _reaches(value: Fraction | None, answer: Fraction) -> bool:
    return value is not None and same(value, answer)


def _value(work: Work, grounds: Grounds, ways: frozenset[int]) -> Place | None:
    """The first calculation without support. One that only leads to supported ones is another way to the same, and no error; nor is one
    that takes terms of a right sum together and may still get the others."""
    off, harmless = _unsupported(work.computations, grounds)
    off = {at for at in off - ways if not _begins_a_sum(work, at, grounds)}
    for at in sorted(off, reverse=True):
        users = _users(work.computations, at)
        if (
            users
            and not (off | harmless).intersection(users)
            and any(_leads_on(work.computations[user], at, work, grounds) for user in users)
        ):
            off.discard(at)
    if not off:
        return None
    first = work.computations[min(off)]
    return Place(first.step, Kind.VALUE, first, first.value)


def _begins_a_sum(work: Work, at: int, grounds: Grounds) -> bool:
    computation = work.computations[at]
    if (work.answer is not None and same(computation.value, work.answer)) or not grounds.takes_together(computation):
        return False
    return all(len(terms(work.computations[user].expression)) > 1 for user in _users(work.computations, at))


def _users(computations: Sequence[Computation], at: int) -> list[int]:
    """The later calculations that take in the value of the one at `at`."""
    value = computations[at].value
    return [user for user in range(at + 1, len(computations)) if any(same(operand, value) for operand in computations[user].operands)]


def _leads_on(user: Computation, at: int, work: Work, grounds: Grounds) -> bool:
    return len(user.operands) > 1 and user.value not in grounds.given and not same(user.value, work.computations[at].value)


def _unsupported(computations: Sequence[Computation], grounds: Grounds) -> tuple[set[int], set[int]]:
    """The calculations whose value no right solution calculates: those that may be wrong, and those that are harmless. `1/5` is right where
    the same step has it as `1 - 4/5`."""
    off: set[int] = set()
    harmless: set[int] = set()
    for at, computation in enumerate(computations):
        known = set(grounds.given) | {earlier.value for earlier in computations[:at] if earlier.step < computation.step}
        if not grounds.supports(computation):
            (harmless if is_harmless(computation, grounds, known) else off).add(at)
    right = {(computation.step, computation.value) for at, computation in enumerate(computations) if at not in off}
    return {at for at in off if (computations[at].step, computations[at].value) not in right}, harmless


def _owner(work: Work, grounds: Grounds) -> Place | None:
    """The first calculation that says of somebody what right solutions say of others."""
    for computation in work.computations:
        told = owners(work.steps[computation.step], computation.text, work.names)
        if grounds.is_told_of_others(computation.value, told):
            return Place(computation.step, Kind.OWNER, computation, computation.value)
    return None


def _equation(work: Work, grounds: Grounds) -> Place | None:
    for step, chains in enumerate(work.chains):
        for chain in chains:
            solution = solve_linear(chain, {})
            if solution is not None and not grounds.calculates(solution[1]):
                return Place(step, Kind.EQUATION, written=solution[1])
    return None


def _number(work: Work, grounds: Grounds) -> Place | None:
    """The first number from nowhere that a step without calculations states: not given, not calculated, in no right solution."""
    known = set(grounds.given) | grounds.complements | {Fraction(0), Fraction(1)}
    for step, text in enumerate(work.steps[: _end(work)]):
        here = [computation for computation in work.computations if computation.step == step]
        numbers = stated(text)
        if not here and not _has_symbols(work.chains[step]) and "round" not in text:
            for number in numbers:
                if not _is_known(number, known, grounds, percent="%" in text):
                    return Place(step, Kind.STATED, written=number)
        known.update(numbers)
        known.update(value for computation in here for value in (*computation.values, *levels(computation.expression)))
    return None


def _is_known(number: Fraction, known: set[Fraction], grounds: Grounds, *, percent: bool) -> bool:
    meanings = (number, number * 100, number / 100) if percent else (number,)
    return any(is_in(value, known) or grounds.has(value) for value in meanings)


def _has_symbols(chains: Sequence[Chain]) -> bool:
    return any(unknowns(chain, {}) for chain in chains)


def _conclusion(work: Work) -> Place:
    """The last step that states the answer in words; where none does, the one after the last calculation."""
    body = list(work.steps[: _end(work)]) or list(work.steps)
    saying = [step for step, text in enumerate(body) if work.answer is not None and is_in(abs(work.answer), stated(text))]
    if saying:
        return Place(saying[-1], Kind.CONCLUSION, written=work.answer)
    calculated = max((computation.step for computation in work.computations), default=len(body) - 2)
    return Place(min(calculated + 1, len(body) - 1), Kind.CONCLUSION, written=work.answer)


def _end(work: Work) -> int:
    """How many steps there are without a last line that is nothing but the answer."""
    return len(work.steps) - (read_number(work.steps[-1]) is not None)


def mend(work: Work, grounds: Grounds, answer: Fraction) -> Place:
    """The first wrong step where only the right answer is known: a calculation that leads to it when it is done with another operation, or,
    if there is none, with another quantity."""
    finals = [at for at, computation in enumerate(work.computations) if work.answer is not None and same(computation.value, work.answer)]
    web = origins(work.computations)
    for variants in (_other_operations, _other_quantities):
        for at in range(finals[-1] + 1 if finals else 0):
            computation = work.computations[at]
            for value in variants(work, grounds, at):
                reached = value if at == finals[-1] else follow(work.computations, web, at, value, finals[-1])
                if not same(value, computation.value) and _reaches(reached, answer):
                    return Place(computation.step, Kind.VALUE, computation, computation.value, value)
    return _conclusion(work)


def _other_operations(work: Work, grounds: Grounds, at: int) -> Iterator[Fraction]:
    for code, variant in expression_slips(work.computations[at].expression):
        if code in OPERATIONS:
            yield from _exact(variant)


def _other_quantities(work: Work, grounds: Grounds, at: int) -> Iterator[Fraction]:
    known = sorted(grounds.given | {computation.value for computation in work.computations[:at]})
    expression = work.computations[at].expression
    for path, value in leaves(expression):
        for other in known:
            if not same(other, value):
                yield from _recalculated(expression, {path: other})


def _recalculated(expression: Expression, changed: dict[Path, Fraction]) -> Iterator[Fraction]:
    try:
        yield recalculate(expression, changed)
    except NoValue:
        return


def _exact(expression: Expression) -> Iterator[Fraction]:
    try:
        yield exact(expression)
    except NoValue:
        return
