"""Where a problem says what the next step needs: the surest nudge there is, for it is in the problem's own words."""

import re
from collections.abc import Sequence
from fractions import Fraction

from grading.checking.steps import split_steps
from grading.checking.working.computations import is_in
from grading.checking.working.quantities import stated
from inference.events import Language
from inference.tutoring.key import Step

MOST = 2  # sentences that are pointed to
CLAUSE = re.compile(r"(?<=，)|(?<=．)(?!\d)")  # Chinese problems say in clauses what English ones say in sentences
FRACTION = re.compile(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}")
JOINED: dict[Language, str] = {"en": " … ", "zh": "……"}


def source_of(problem: str, step: Step, language: Language) -> str | None:
    """The sentences (at most two) that have the most of the numbers that the step goes out from; None where these are not in the
    problem, or where nothing that the problem tells would be left out."""
    parts = _parts(problem, language)
    numbers = [_with_divisors(stated(part)) for part in parts]
    chosen = _covering(numbers, _wanted(step))
    told = {at for at, part in enumerate(parts) if numbers[at] or not part.endswith(("?", "？"))}
    if not chosen or told <= set(chosen):
        return None
    return _quoted(parts, chosen, language)


def goes_on(problem: str, step: Step, before: Sequence[Step]) -> bool:
    """Whether the step goes out from a number that had to be worked out before."""
    given, found = stated(problem), [value for one in before for value in stated(one.value)]
    return any(is_in(value, found) and not is_in(value, given) for value in _wanted(step))


def _with_divisors(numbers: Sequence[Fraction]) -> list[Fraction]:
    """With what is divided by for "a quarter"."""
    return [*numbers, *(1 / number for number in numbers if 0 < number < 1)]


def _wanted(step: Step) -> set[Fraction]:
    """Not what it comes to; and a one says least of all (`1/2 * 4` has a half and 4)."""
    written = FRACTION.sub(r"\1/\2", step.expression or step.text)
    numbers = set(stated(written)) - set(stated(step.value))
    return numbers - {Fraction(1)} or numbers


def _parts(problem: str, language: Language) -> list[str]:
    sentences = split_steps(problem)
    if language == "en":
        return sentences
    return [clause.strip() for sentence in sentences for clause in CLAUSE.split(sentence) if clause.strip()]


def _covering(numbers: Sequence[Sequence[Fraction]], wanted: set[Fraction]) -> list[int]:
    """In their order, the parts that have most of the wanted numbers: one after the other the one that has most of those still missing."""
    found = [{value for value in wanted if is_in(value, here)} for here in numbers]
    chosen: list[int] = []
    while len(chosen) < MOST and any(found):
        best = max(range(len(found)), key=lambda at: len(found[at]))
        chosen.append(best)
        found = [missing - found[best] for missing in found]
    return sorted(chosen)


def _quoted(parts: Sequence[str], chosen: Sequence[int], language: Language) -> str:
    first, last = chosen[0], chosen[-1]
    together = last - first == len(chosen) - 1
    between = ("" if language == "zh" else " ") if together else JOINED[language]
    return between.join(parts[at] for at in chosen).rstrip("，；。")
