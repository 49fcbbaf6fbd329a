"""Handing work in: until when, how often, in what shape; what was read of it is shown before an attempt is spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import workers
from accounts.models import User
from accounts.refusal import Refusal
from accounts.text import storable
from grading import evidence, leases, live, reading
from grading.evidence import LONGEST_ANSWER
from grading.models import Assignment, Mark, Problem, Submission


class SubmissionError(Refusal):
    """The work was not taken, and no attempt is spent. `str()` says why, to the student.

    Closed, NoAttemptLeft, NothingWritten, TooLong, Unreadable
    """


class Closed(SubmissionError):
    message = gettext_lazy("The due date has passed. Ask your teacher if you need more time.")


class NoAttemptLeft(SubmissionError):
    message = gettext_lazy("You have used all your attempts at this problem.")


class NothingWritten(SubmissionError):
    message = gettext_lazy("Write your working first.")


class TooLong(SubmissionError):
    message = gettext_lazy("This is too long. Shorten it.")


class Unreadable(SubmissionError):
    """Something in it cannot be read; it is taken all the same when the student says so."""

    message = gettext_lazy("Some of it could not be read. Mend it, or hand it in as it is.")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What cannot be read, and where: `line` counts from 1, None is the final answer."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Work as it will be checked. `answer_latex` is how the answer was understood, "" where it was not."""

    work: str
    steps: list[str]
    answer: str
    answer_latex: str
    troubles: list[Trouble]


def read(work: str, answer: str, *, understand: bool = True) -> Reading:
    """What would be handed in; `understand`: and how its answer is read, which may take seconds. Raises `NothingWritten` and `TooLong`."""
    work = storable(work)
    answer = storable(answer)
    if not work and not answer:
        raise NothingWritten
    if len(work) > settings.WORK_LIMIT or len(answer) > LONGEST_ANSWER:
        raise TooLong
    steps = evidence.steps_of(work)
    if len(steps) > settings.STEPS_LIMIT:
        raise TooLong
    given = answer or evidence.answer_of(work, steps)
    latex = reading.read(given) if given and understand else ""
    troubles = _unbalanced(work)
    if answer and understand and not latex:
        troubles.append(Trouble(None, _("The final answer could not be read as mathematics.")))
    return Reading(work, steps, given, latex, troubles)


def given_apart(submission: Submission) -> str:
    """The final answer that was typed; "" where it is what the working says anyway: corrected working would not change it."""
    return "" if submission.answer == evidence.answer_of(submission.work, submission.steps) else submission.answer


def _unbalanced(work: str) -> list[Trouble]:
    """The first brace that never closes, or closes nothing: LaTeX after it is read as something else than was meant."""
    opened: list[int] = []
    for number, line in enumerate(work.split("\n"), start=1):
        escaped = False
        for char in line:
            if char == "}" and not escaped and not opened:
                return [Trouble(number, _("A closing brace } has no opening one."))]
            if char == "{" and not escaped:
                opened.append(number)
            elif char == "}" and not escaped:
                opened.pop()
            escaped = char == "\\" and not escaped
    return [Trouble(opened[0], _("An opening brace { is never closed."))] if opened else []


# --- When and how often -------------------------------------------------------------------------------------------------


def due_for(assignment: Assignment, student: User) -> datetime | None:
    """The student's own due date."""
    extension = assignment.extensions.filter(student=student).first()
    return extension.due if extension else assignment.due


def with_own_due(assignments: "QuerySet[Assignment]", student: User) -> "QuerySet[Assignment]":
    """Each with `own_due`: what `due_for` says of it, in one query."""
    extension = FilteredRelation("extensions", condition=Q(extensions__student=student))
    return assignments.annotate(extension=extension, own_due=Coalesce("extension__due", "due"))


def is_over(due: datetime | None) -> bool:
    return due is not None and timezone.now() > due


def is_open(assignment: Assignment, due: datetime | None) -> bool:
    return not is_over(due) or assignment.late_allowed


def attempts_left(problem: Problem, student: User) -> int:
    assert problem.assignment is not None
    return max(0, problem.assignment.attempts - problem.submissions.filter(student=student, entered_by=None).count())


# --- Take ---------------------------------------------------------------------------------------------------------------


def hand_in(student: User, problem: Problem, work: str, answer: str, *, anyway: bool = False) -> Submission:
    """Take a student's work. Raises `SubmissionError`. The same work twice (a double click) is one attempt."""
    found = read(work, answer)
    if found.troubles and not anyway:
        raise Unreadable
    assignment = problem.assignment
    assert assignment is not None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=student.pk)  # two requests at once must not both be the next attempt
        before = problem.submissions.filter(student=student, current=True).first()
        if before is not None and (before.work, before.answer) == (found.work, found.answer):
            return before
        due = due_for(assignment, student)
        if not is_open(assignment, due):
            raise Closed
        if not attempts_left(problem, student):
            raise NoAttemptLeft
        return _store(student, problem, found, late=is_over(due))


def enter(student: User, problem: Problem, work: str, teacher: User) -> Submission:
    """Take work that a teacher has for a student, on paper or as a file: neither date nor attempts count. Raises `SubmissionError`."""
    found = read(work, "", understand=False)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=student.pk)
        before = problem.submissions.filter(student=student, current=True).first()
        if before is not None and before.work == found.work:
            return before
        return _store(student, problem, found, entered_by=teacher)


def _store(student: User, problem: Problem, found: Reading, *, late: bool = False, entered_by: User | None = None) -> Submission:
    attempt = problem.submissions.filter(student=student).count() + 1
    problem.submissions.filter(student=student, current=True).update(current=False)
    submission = Submission.objects.create(
        problem=problem,
        student=student,
        attempt=attempt,
        work=found.work,
        steps=found.steps,
        answer=found.answer,
        late=late,
        entered_by=entered_by,
    )
    Mark.objects.create(submission=submission)
    workers.ring(leases.CHECK)
    transaction.on_commit(lambda: live.ring(problem.assignment_id))
    return submission


def current_work(student: User, problems: Sequence[Problem]) -> dict[UUID, Submission]:
    """The student's newest submission to each of these problems."""
    found = Submission.objects.filter(student=student, problem__in=problems, current=True).select_related("mark")
    return {submission.problem_id: submission for submission in found}
