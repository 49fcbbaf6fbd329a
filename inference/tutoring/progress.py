"""How far along a solution a student's work has come."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from grading.checking.answers import Outcome, check
from grading.checking.working.claims import Chain
from grading.checking.working.computations import is_in
from grading.checking.working.expressions import exact
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated, value_of
from inference.tutoring.equations import equations_in, is_plain_side, says_what_a_letter_is, signature
from inference.tutoring.key import Step, bare


def reached(problem: str, steps: Sequence[Step], work: str) -> int:
    """How many steps of the reference the work has come past: up to the last whose result it says, or all of whose equations."""
    variables = find_variables([problem, work, *(step.text for step in steps)])
    given = set(map(signature, equations_in(problem, variables)))
    written = [chain for chain in equations_in(work, variables) if signature(chain) not in given]
    past = [_first(steps, value, variables) for value in _results(problem, work, written)]
    for at, step in enumerate(steps, 1):
        equations = [chain for chain in equations_in(step.text, variables) if signature(chain) not in given]
        if not step.value and equations and all(any(_says_the_same(one, other) for other in written) for one in equations):
            past.append(at)
    return max(past, default=0)


def is_on_the_way(problem: str, steps: Sequence[Step], solution: str, said: str) -> bool:
    """Whether what cannot be checked by itself ("the width is 8") has a result or an equation of the solution's, and no number but its."""
    given, known = stated(problem), stated(bare(solution))
    new = [value for value in stated(said) if not is_in(value, given)]
    return all(is_in(value, known) for value in new) and (bool(new) or reached(problem, steps, said) > 0)


def _says_the_same(one: Chain, other: Chain) -> bool:
    """Whether two equations have the same parts, or sides that come to the same: `5x - 2x = 8 + 7` and `3x = 15`."""
    if signature(one) == signature(other):
        return True
    if one.relations != ("=",) or other.relations != ("=",):
        return False
    return all(check(mine.text, theirs.text).outcome is Outcome.CORRECT for mine, theirs in zip(one.sides, other.sides, strict=True))


def _results(problem: str, work: str, written: Sequence[Chain]) -> Iterator[Fraction]:
    """The numbers that are not the problem's, and those that something is said to be equal to."""
    given = stated(problem)
    yield from (value for value in stated(work) if not is_in(value, given))
    yield from (exact(side.readings[0]) for chain in written for side in chain.sides[1:] if is_plain_side(side))


def _first(steps: Sequence[Step], value: Fraction, variables: frozenset[str]) -> int:
    """The number of the first step with this result; 0 where there is none."""
    return next((at for at, step in enumerate(steps, 1) if is_in(value, _result_of(step, variables))), 0)


def _result_of(step: Step, variables: frozenset[str]) -> list[Fraction]:
    """What a step comes to; of an equation that says what a letter is, that, for a student's letter may be another. `x < 5` is not 5."""
    if step.value:
        return value_of(step.value)
    last = [chain for chain in equations_in(step.text, variables)[-1:] if set(chain.relations) == {"="}]
    return [exact(side.readings[0]) for chain in last if says_what_a_letter_is(chain) for side in chain.sides[1:] if is_plain_side(side)]
