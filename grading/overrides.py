"""Teachers' judgement as data to learn from: only from classes that allow it, and only of work handed in since they did.

Read from the marks themselves: what is deleted, a student, a class or a submission, is not in it any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, QuerySet

from grading.models import Mark, Submission

CHUNK = 200  # submissions held at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a person decided on one submission, in which no name stands. `mark` is a share of the problem's points, from 0 to 1."""

    submission: UUID
    problem: str
    expected: str
    response: tuple[str, ...]
    answer: str
    mark: float


def overrides() -> Iterator[Override]:
    """All decisions that may be learned from, oldest first: reviewed or released, in classes that opted in before the work came in."""
    for mark in allowed().select_related("submission__problem").order_by("decided", "pk").iterator(chunk_size=CHUNK):
        yield _override(mark, mark.submission)


def allowed() -> QuerySet[Mark]:
    """The marks behind `overrides`."""
    return Mark.objects.filter(
        decided__isnull=False,
        state__in=(Mark.State.REVIEWED, Mark.State.RELEASED),
        submission__created__gte=F("submission__problem__assignment__classroom__training_since"),
    )


def _override(mark: Mark, submission: Submission) -> Override:
    problem = submission.problem
    assert mark.points is not None  # a person decided
    return Override(
        submission=submission.pk,
        problem=problem.text,
        expected=problem.answer,
        response=tuple(submission.steps),
        answer=submission.answer,
        mark=float(mark.points / problem.points),
    )
