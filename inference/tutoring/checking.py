"""Reading a student's own work: what is right, which line is the first that is wrong, and why; never what would be right there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from grading.checking.answers import Outcome, Verdict
from grading.checking.extract import final_answer
from grading.checking.quantities import ROUNDED, ROUNDS_TO
from grading.checking.reasons import Reason
from grading.checking.steps import Status, WorkReport, check_steps, split_steps
from grading.checking.working import findings
from grading.checking.working.claims import find_chains
from grading.checking.working.computations import find_computations, is_in
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated
from inference.events import Language
from inference.tutoring import answered
from inference.tutoring.equations import equations_in
from inference.tutoring.guesses import said_plainly
from inference.tutoring.key import Key, bare, bared
from inference.tutoring.phrases import say

SECONDS = 12.0
ABOUT_THE_ANSWER = frozenset({findings.OTHER_EQUATION, findings.WENT_ON})
OTHER_WAY = frozenset({findings.OTHER_VALUE, findings.FROM_NOWHERE})
# Names of mistakes that are known by how far a value is from the right one. Of work that goes on it is the value of a step on the way,
# which may be next to the answer by chance: `20 * 4 = 80`, before `80 - 1 = 79`.
BY_DISTANCE = frozenset({"decimal_point", "digits_swapped", "off_by_one", "quantity_extra", "quantity_left_out", "unit_slip"})
READ_AS_O = re.compile(r"(?:(?<=[=<>≤≥])|(?<=[=<>≤≥] ))[Oo]\b")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a student's work. The right result that the checker knows is left out on purpose; `misconception` is a code."""

    text: str
    status: Status
    reason: Reason
    misconception: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """`first_error` is the index of the first wrong line; `answer_is_right` is None where the work has no answer, or none is known, or it
    `is_unread`: it could not be compared with the key's. `is_rounded`: it is the key's, rounded. `is_bare`: the work is nothing but an
    answer. `aside`: the index of a line of work that goes on which nothing is wrong with, but which is on no way to the answer that the
    tutor knows. `is_one_number`: it ends with one where an inequality has many.
    """

    lines: tuple[Line, ...]
    first_error: int | None
    answer_is_right: bool | None
    is_unread: bool = False
    is_rounded: bool = False
    is_bare: bool = False
    aside: int | None = None
    is_one_number: bool = False

    @property
    def says_something(self) -> bool:
        """Whether there is a verdict on any line, or on the answer."""
        about_the_answer = self.answer_is_right is not None or self.is_unread or self.is_rounded or self.is_one_number
        return about_the_answer or any(line.status != "unverified" for line in self.lines)

    @property
    def solved(self) -> bool:
        return self.answer_is_right is True and self.first_error is None


def review(problem: str, work: str, key: Key | None) -> Review:
    """Check work line by line; with the key where it is sure, or else by calculation alone. Blocks for seconds at most."""
    problem, work = _with_zeros(problem), _with_zeros(work)
    lines = split_steps(work)
    trusted = key if key is not None and key.sure else None
    is_bare, is_named = answered.is_bare(lines, trusted), answered.is_named(lines, trusted)
    verdict = answered.compared(problem, work, lines, trusted)
    is_rounded = verdict is not None and verdict.reason.template == ROUNDED
    ended = not is_rounded and (is_bare or is_named or final_answer(work) is not None)  # it says what its answer is
    report, aside = _report(problem, [said_plainly(lines[0])] if is_bare else lines, trusted, ended=ended)
    found, first_error = _found(lines, report, verdict if is_named else None)
    is_right = None if verdict is None or is_rounded else _is_right(verdict, ended=ended)
    if is_right and not ended and trusted is not None and answered.is_to_calculate(problem, lines[-1], trusted.answer):
        is_right = None
    is_unread = ended and verdict is not None and is_right is None
    is_one_number = not is_right and bool(lines) and answered.is_one_number(problem, lines[-1], trusted)
    return Review(found, first_error, is_right, is_unread, is_rounded, is_bare, None if is_right or is_rounded else aside, is_one_number)


def _found(lines: Sequence[str], report: WorkReport, named: Verdict | None) -> tuple[tuple[Line, ...], int | None]:
    """The lines with their verdicts, and which is first wrong. `named` is that on the last one, where it has a value for each name of the
    answer: our own solutions have both values of `鸡12只，兔23只`, with the other names."""
    verdicts = zip(lines, report.steps, strict=True)
    found = tuple(Line(text, step.status, step.reason, step.misconception) for text, step in verdicts)
    if named is None or named.outcome is not Outcome.INCORRECT or report.first_error is not None:
        return found, report.first_error
    return (*found[:-1], Line(found[-1].text, "wrong", named.reason)), len(found) - 1


def _is_right(verdict: Verdict, *, ended: bool) -> bool | None:
    """Of work that goes on only a right answer is taken for one. A key that is rounded may be what the answer is exactly."""
    if verdict.outcome is Outcome.CORRECT or verdict.reason.template == ROUNDS_TO:
        return True
    return False if ended and verdict.outcome is Outcome.INCORRECT else None


def _with_zeros(text: str) -> str:
    """With a zero for the letter O that is taken for it where text is read off a photo, `x² - 4 = O`."""
    mended = READ_AS_O.sub("0", text)
    return text if re.search(r"\b[Oo]\b", mended) else mended


def _report(problem: str, lines: Sequence[str], key: Key | None, *, ended: bool) -> tuple[WorkReport, int | None]:
    """What the step checker says, which takes each work for a whole one, and the line that is aside. Of work that goes on, the last line
    need not be the answer, and a calculation that holds, but that no solution we know has, may be on a way of the student's own.
    """
    by_calculation = partial(check_steps, problem, bared(lines), seconds=SECONDS)
    if key is None:
        return by_calculation(), None
    report = by_calculation(reference=bare(key.solution) or None, answer=key.answer if ended else None, samples=key.samples)
    first = report.first_error
    if ended or first is None:
        return report, None
    blamed = report.steps[first]
    if _may_come_yet(problem, lines, first, blamed.reason.template, key):
        return by_calculation(), None
    is_named = blamed.misconception is not None and blamed.misconception not in BY_DISTANCE
    if is_named or blamed.reason.template not in ABOUT_THE_ANSWER | OTHER_WAY:
        return report, None
    calculated = by_calculation()
    return calculated, first if calculated.first_error is None else None


def _may_come_yet(problem: str, lines: Sequence[str], first: int, why: str, key: Key) -> bool:
    """Whether a line of work that goes on is blamed for what is right in its place: it is not the answer; an equation has many ways
    to its solution; or what it comes to is on the key's way."""
    if why == findings.NOT_THE_ANSWER:
        return True
    if why in OTHER_WAY:
        return bool(equations_in(problem, find_variables([problem])))
    on_the_way = set(stated(f"{problem}\n{key.solution}"))
    calculated = find_computations([find_chains(bare(lines[first]), find_variables([problem, *lines]))])
    return why in ABOUT_THE_ANSWER and all(is_in(one.value, on_the_way) for one in calculated)


def summary(found: Review, language: Language) -> str:
    """What the tutor says of it, without the answer."""
    if found.is_bare and found.answer_is_right is not None:
        return say("finished" if found.answer_is_right else "answer_wrong_alone", language)
    if found.first_error is not None and found.lines[found.first_error].reason.template == findings.LOST:
        return say("solution_lost", language, line=found.first_error + 1)
    if found.first_error is not None:
        line, before = found.first_error + 1, found.first_error
        name = "wrong_first" if before == 0 else "wrong_after_one" if before == 1 else "wrong_after_right"
        return say(name, language, line=line, before=before)
    if found.answer_is_right:
        return say("all_right" if all(line.status != "unverified" for line in found.lines) else "answer_right", language)
    if found.is_rounded:
        return say("answer_rounded", language)
    if found.is_one_number:
        return say("one_number", language)
    if found.answer_is_right is False:
        return say("answer_wrong", language)
    if found.is_unread:
        return say("answer_unread", language)
    if found.aside is not None:
        return say("aside", language, line=found.aside + 1)
    return say("so_far", language)
