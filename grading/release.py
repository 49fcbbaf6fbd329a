"""Showing marks to students, and looking again at those that they ask about."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from accounts.text import storable
from grading import live, queue, review
from grading.models import Assignment, Mark, MarkChange, Problem, RegradeRequest, Submission

LONGEST_REQUEST = 2_000  # characters


class RegradeError(Refusal):
    """The request was not taken. `str()` says why, to the student.

    NothingToRegrade, AlreadyAsked, RequestEmpty
    """


class NothingToRegrade(RegradeError):
    message = _("There is no mark to ask about yet.")


class AlreadyAsked(RegradeError):
    message = _("You have asked already. Your teacher will answer.")


class RequestEmpty(RegradeError):
    message = _("Say in a sentence or two what should be looked at again.")


def releasable(assignment: Assignment) -> "QuerySet[Mark]":
    """The reviewed marks of current work that no student has seen yet."""
    return Mark.objects.filter(state=Mark.State.REVIEWED, submission__in=queue.of_assignment(assignment))


def standing() -> "QuerySet[Mark]":
    """What students have for their work: of each problem the mark that was released last. A newer attempt changes nothing until its own
    mark is released.
    """
    later = Mark.objects.filter(
        state=Mark.State.RELEASED,
        submission__problem=OuterRef("submission__problem"),
        submission__student=OuterRef("submission__student"),
        submission__attempt__gt=OuterRef("submission__attempt"),
    )
    return Mark.objects.filter(~Exists(later), state=Mark.State.RELEASED)


def standing_of(student: User, problems: Sequence[Problem]) -> dict[UUID, Mark]:
    """The student's own, by problem."""
    found = standing().filter(submission__student=student, submission__problem__in=problems).select_related("submission")
    return {mark.submission.problem_id: mark for mark in found}


def release(assignment: Assignment, teacher: User) -> int:
    """Show all reviewed marks to their students; how many. Drafts stay hidden. A mark that changes meanwhile waits for the next release."""
    released = 0
    for mark in releasable(assignment):
        now = timezone.now()
        with transaction.atomic():
            unchanged = Mark.objects.filter(pk=mark.pk, version=mark.version)
            if not unchanged.update(state=Mark.State.RELEASED, released=now, version=mark.version + 1):
                continue
            before = review.snapshot(mark)
            after = before | {"state": Mark.State.RELEASED.value}
            MarkChange.objects.create(mark=mark, by=teacher, kind=MarkChange.Kind.RELEASED, before=before, after=after)
        released += 1
    live.ring(assignment.pk)
    return released


def ask(submission: Submission, text: str) -> RegradeRequest:
    """A student's request. Raises `RegradeError`."""
    text = storable(text)
    if not text or len(text) > LONGEST_REQUEST:
        raise RequestEmpty
    if submission.mark.state != Mark.State.RELEASED:
        raise NothingToRegrade
    try:
        with transaction.atomic():
            asked = RegradeRequest.objects.create(submission=submission, text=text, mark_version=submission.mark.version)
    except IntegrityError as error:
        raise AlreadyAsked from error
    live.ring(submission.problem.assignment_id)
    return asked


def open_requests() -> "QuerySet[RegradeRequest]":
    """Those that wait for an answer, with what a page says of each."""
    waiting = RegradeRequest.objects.filter(queue.enrolled("submission__"), outcome=RegradeRequest.Outcome.OPEN)
    return waiting.select_related("submission__student", "submission__problem__assignment")


def answer(request: RegradeRequest, teacher: User, reply: str) -> None:
    """Close a request: the mark was changed since it was asked, or is kept. Answering twice changes nothing."""
    kept = request.submission.mark.version == request.mark_version
    outcome = RegradeRequest.Outcome.KEPT if kept else RegradeRequest.Outcome.CHANGED
    with transaction.atomic():
        answered = RegradeRequest.objects.filter(pk=request.pk, outcome=RegradeRequest.Outcome.OPEN).update(
            outcome=outcome, reply=storable(reply)[:LONGEST_REQUEST], resolved_by=teacher, resolved=timezone.now()
        )
        if answered:
            Mark.objects.filter(pk=request.submission_id).update(seen_version=None)
