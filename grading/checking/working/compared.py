"""What other solutions say about the steps of a working: a reference, the expected answer, sampled solutions."""

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile

from grading.checking.answers import Outcome, check
from grading.checking.extract import final_answer
from grading.checking.numbers import read_number
from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.arithmetic import shown_decimals
from grading.checking.working.calculated import Calculated
from grading.checking.working.claims import LABEL
from grading.checking.working.computations import Computation, find_computations, is_in, same
from grading.checking.working.findings import Finding, Truth, plain_number
from grading.checking.working.locate import Kind, Place, Work, locate, mend
from grading.checking.working.naming_places import name_of_place
from grading.checking.working.owners import find_names
from grading.checking.working.quantities import stated
from grading.checking.working.sources import Grounds, Source, read_answer, read_answers, read_source

LONGEST_SOURCE = 20_000  # characters of a reference or a sampled solution
MOST_SAMPLES = 64
MAJORITY = 0.6  # of the samples must have an answer for it to be taken for right where none is known …
MINORITY = 0.2  # … and so few at most the student's
ANSWER_SECONDS = 3.0
ANOTHER = re.compile(r",\s|[，、;；]|\band\b|和")  # between the values of an answer


@dataclass(frozen=True, slots=True)
class Compared:
    """`place` is the first wrong step that calculation does not see, `finding` says why. `carried` steps go on from a wrong one."""

    answer_is_right: bool | None
    place: Place | None
    finding: Finding
    carried: frozenset[int]
    values: tuple[tuple[Fraction, ...], ...]
    reference: Source | None
    samples: tuple[Source, ...]

    def carries(self, at: int) -> bool:
        return at in self.carried

    def agreeing(self, at: int) -> tuple[int, int]:
        """How many of how many samples have the step's values; 0 of 0 where it has none."""
        if not self.samples or not self.values[at : at + 1] or not self.values[at]:
            return 0, 0
        return sum(all(source.has(value) for value in self.values[at]) for source in self.samples), len(self.samples)

    def agreement(self, at: int) -> tuple[str, dict[str, str]] | None:
        """The sentence that says who has this step's values as well; None where nobody has."""
        if not self.values[at : at + 1] or not self.values[at]:
            return None
        agreeing, sampled = self.agreeing(at)
        if agreeing:
            return findings.AGREES, {"agreeing": str(agreeing), "sampled": str(sampled)}
        if self.reference is not None and all(self.reference.has(value) for value in self.values[at]):
            return findings.AGREES_WITH_REFERENCE, {}
        return None


def compare(
    problem: str,
    steps: Sequence[str],
    calculated: Calculated,
    *,
    reference: str | None,
    answer: str | None,
    samples: Sequence[str],
    deadline: float,
) -> Compared:
    known = _read_reference(problem, reference, answer)
    in_time = takewhile(lambda _: time.monotonic() < deadline, samples[:MOST_SAMPLES])
    sampled = tuple(read_source(problem, sample[:LONGEST_SOURCE].splitlines()) for sample in in_time)
    answers = read_answers(problem, steps)
    expected = _expected(known, sampled, answers)
    own = next((value for value in answers if expected is not None and same(value, expected)), next(iter(answers), None))
    work = Work(steps, calculated.chains, find_computations(calculated.chains), own, find_names(problem))
    given = frozenset(stated(problem))
    is_right = _is_solved(work, expected, answer, calculated, deadline) or _is_right(
        problem, work, expected, reference, answer, calculated, deadline
    )
    grounds = Grounds(given, _trusted(known, sampled, expected))
    place = _place(work, grounds, expected, is_right, calculated, deadline)
    finding = _finding(place, work, grounds, expected)
    first = min((at for at in (calculated.first_wrong, place.step if place else None) if at is not None), default=None)
    carried = _carried(work, first, calculated, given)
    values = tuple(_own_values(work, at, given) for at in range(len(steps)))
    return Compared(is_right, place, finding, carried, values, known if reference else None, sampled)


def _read_reference(problem: str, reference: str | None, answer: str | None) -> Source | None:
    source = read_source(problem, reference[:LONGEST_SOURCE].splitlines()) if reference else None
    said = read_number(answer) if answer else None
    if said is None:
        return source
    return replace(source or Source((), (), frozenset(), None), answer=said.value)


def _expected(known: Source | None, samples: Sequence[Source], own: Sequence[Fraction]) -> Fraction | None:
    """The right answer as a number: the known one, or the one that most samples have and hardly any has the student's."""
    if known is not None:
        return known.answer
    counts = Counter(source.answer for source in samples if source.answer is not None)
    if not counts:
        return None
    answer, count = counts.most_common(1)[0]
    agreeing = sum(times for value, times in counts.items() if is_in(value, own))
    if is_in(answer, own):
        return answer
    return answer if count >= MAJORITY * len(samples) and agreeing <= MINORITY * len(samples) else None


def _trusted(known: Source | None, samples: Sequence[Source], expected: Fraction | None) -> tuple[Source, ...]:
    right = tuple(source for source in samples if expected is not None and source.answer is not None and same(source.answer, expected))
    return (known, *right) if known is not None and known.nodes else right


def _is_right(
    problem: str,
    work: Work,
    expected: Fraction | None,
    reference: str | None,
    answer: str | None,
    calculated: Calculated,
    deadline: float,
) -> bool | None:
    """Whether the working comes to the right answer; None where that is not known or cannot be compared."""
    right = answer or (final_answer(reference) if reference else None)
    seconds = min(ANSWER_SECONDS, deadline - time.monotonic())
    if expected is not None and work.answer is not None:
        return same(work.answer, expected) or (seconds > 0 and _is_in_another_unit(right, read_answer(problem, work.steps), seconds))
    given = final_answer("\n".join(work.steps)) or (work.steps[-1] if work.steps else None)
    if right is None or given is None or seconds <= 0:
        return None
    outcome = check(right, given, seconds=seconds).outcome
    if outcome is not Outcome.INCORRECT:
        return None if outcome is Outcome.UNDECIDED else True
    others = _other_answers(work, right) if calculated.first_wrong is None else []
    return any(check(right, other, seconds=seconds).outcome is Outcome.CORRECT for other in others)


def _other_answers(work: Work, right: str) -> list[str]:
    """What the work may say as well: the results of its last calculations, where there are several answers, and what stands exactly before
    a rounded result."""
    ends = [chain for chains in work.chains for chain in chains if len(chain.sides) > 1]
    many = len(ANOTHER.split(right))
    several = [", ".join(chain.sides[-1].text for chain in ends[-many:])] if 1 < many <= len(ends) else []
    sides = ends[-1].sides if ends else ()
    is_rounded = len(sides) > 2 and bool(shown_decimals(sides[-1]))
    return [*several, sides[-2].text] if is_rounded else several


def _is_solved(work: Work, expected: Fraction | None, answer: str | None, calculated: Calculated, deadline: float) -> bool:
    """Whether the right answer is what calculation finds to solve the problem, whatever is written behind it: a check, say."""
    right = answer or (plain_number(expected) if expected is not None else "")
    seconds = min(ANSWER_SECONDS, deadline - time.monotonic())
    if not right or not calculated.solution or seconds <= 0 or final_answer("\n".join(work.steps)) is not None:
        return False
    return check(right, calculated.solution, seconds=seconds).outcome is Outcome.CORRECT


def _is_in_another_unit(right: str | None, given: str | None, seconds: float) -> bool:
    if not right or not given or read_number(right) is None or read_number(given) is None:
        return False
    return same_answer(right, given, seconds)


def same_answer(left: str, right: str, seconds: float) -> bool:
    """Whether two answers are one: numbers but for rounding, those with two units (`90 minutes`, `1.5 hours`) as the checker has it."""
    numbers = read_number(left), read_number(right)
    if numbers[0] is None or numbers[1] is None:
        return check(left, right, seconds=seconds).outcome is Outcome.CORRECT
    alike = same(numbers[0].value, numbers[1].value)
    if numbers[0].percent == numbers[1].percent and (numbers[0].unit == numbers[1].unit or not (numbers[0].unit and numbers[1].unit)):
        return alike
    outcome = check(left, right, seconds=seconds).outcome
    return outcome is Outcome.CORRECT or (alike and outcome is Outcome.UNDECIDED)


def _place(
    work: Work, grounds: Grounds, expected: Fraction | None, is_right: bool | None, calculated: Calculated, deadline: float
) -> Place | None:
    """The first wrong step of a working with a wrong answer, if it comes before what calculation finds wrong, and is not proved right."""
    if is_right is not False or not work.steps or time.monotonic() > deadline:
        return None
    if expected is None:
        place = Place(len(work.steps) - 1, Kind.CONCLUSION)
    else:
        place = locate(work, grounds, expected) if grounds.sources else mend(work, grounds, expected)
    first = calculated.first_wrong
    if first is not None and (first <= place.step or place.kind is Kind.CONCLUSION):
        return None
    return None if calculated.proves(place.step) else place


def _finding(place: Place | None, work: Work, grounds: Grounds, expected: Fraction | None) -> Finding:
    if place is None:
        return Finding(Truth.OPEN, Reason(findings.NOTHING))
    code = name_of_place(place, work, grounds, expected)
    should_be = plain_number(place.should_be) if place.should_be is not None else None
    return Finding(Truth.WRONG, _reason(place, code), should_be, code)


def _reason(place: Place, code: str | None) -> Reason:
    if code == "went_on":
        return Reason(findings.WENT_ON)
    match place.kind:
        case Kind.VALUE:
            return Reason(findings.OTHER_VALUE)
        case Kind.EQUATION:
            return Reason(findings.OTHER_EQUATION)
        case Kind.OWNER:
            return Reason(findings.OTHER_OWNER)
        case Kind.STATED if place.written is not None:
            return Reason(findings.FROM_NOWHERE, {"value": plain_number(place.written)})
    return Reason(findings.NOT_THE_ANSWER)


def _carried(work: Work, first: int | None, calculated: Calculated, given: frozenset[Fraction]) -> frozenset[int]:
    """The steps behind the first wrong one that take in a value of it, or of a step that does."""
    if first is None:
        return frozenset()
    before = set(given) | {value for at in range(first) for value in _all_values(work, at)}
    tainted = {value for value in _all_values(work, first) if not is_in(value, before)}
    carried = set()
    for at in range(first + 1, len(work.steps)):
        here = _all_values(work, at)
        if calculated.steps[at].truth is not Truth.WRONG and any(is_in(value, tainted) for value in here):
            carried.add(at)
            tainted.update(value for value in here if not is_in(value, before))
    return frozenset(carried)


def _stated(step: str) -> list[Fraction]:
    """Without the step's number, which is none of its values."""
    return stated(LABEL.sub("", step))


def _all_values(work: Work, at: int) -> list[Fraction]:
    here = [computation for computation in work.computations if computation.step == at]
    return [
        *_stated(work.steps[at]),
        *(value for computation in here for value in (computation.value, *computation.operands)),
    ]


def _own_values(work: Work, at: int, given: frozenset[Fraction]) -> tuple[Fraction, ...]:
    """The values that the step brings: those that it calculates, else the numbers that it states and the problem does not."""
    results = _results(work.computations, at)
    if results:
        return results
    return tuple(value for value in dict.fromkeys(_stated(work.steps[at])) if not is_in(value, given) and value not in (0, 1))


def _results(computations: Sequence[Computation], at: int) -> tuple[Fraction, ...]:
    return tuple(dict.fromkeys(computation.value for computation in computations if computation.step == at))
