"""Teachers' judgement as data to learn from: only from classes that allow it, and only of work handed in since they did.

Read from the marks themselves: what is deleted, a student, a class or a submission, is not in it any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import F, QuerySet

from grading import review
from grading.models import Mark, Submission

CHUNK = 200  # submissions held at once

StepLabel = Literal["right", "wrong", "unsaid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a person decided on one submission. No name stands in it; `who` is the teacher's id, None where the account is gone.

    `mark` and `proposed` are shares of the problem's points, from 0 to 1; `proposed` is None where the machine had no proposal.
    `blind`: decided without sight of the proposal. `steps` are the person's labels: right before the first wrong step, wrong there,
    unsaid after it, and all unsaid where they did not say.
    """

    submission: UUID
    problem: str
    expected: str
    response: tuple[str, ...]
    answer: str
    steps: tuple[StepLabel, ...]
    mark: float
    proposed: float | None
    blind: bool
    comment: str
    who: int | None
    when: datetime

    @property
    def differs(self) -> bool:
        """Whether the person and the machine came to different points."""
        return self.proposed is None or abs(self.proposed - self.mark) > 1e-9


def overrides() -> Iterator[Override]:
    """All decisions that may be learned from, oldest first: reviewed or released, in classes that opted in before the work came in."""
    related = allowed().select_related("submission__problem__assignment").prefetch_related("submission__problem__rubric")
    for mark in related.order_by("decided", "pk").iterator(chunk_size=CHUNK):
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
    proposal = review.proposal_of(submission, list(problem.rubric.all()))
    assert mark.points is not None  # a person decided
    assert mark.decided is not None
    return Override(
        submission=submission.pk,
        problem=problem.text,
        expected=problem.answer,
        response=tuple(submission.steps),
        answer=submission.answer,
        steps=labels(len(submission.steps), mark.first_error),
        mark=float(mark.points / problem.points),
        proposed=None if proposal is None else float(proposal.points / problem.points),
        blind=mark.blind,
        comment=mark.comment,
        who=mark.grader_id,
        when=mark.decided,
    )


def labels(count: int, first_error: int | None) -> tuple[StepLabel, ...]:
    """One label a step, from the index of the first wrong one (-1: none is wrong; None: nobody said)."""
    if first_error is None:
        return tuple(["unsaid"] * count)
    if first_error < 0:
        return tuple(["right"] * count)
    return tuple("right" if index < first_error else "wrong" if index == first_error else "unsaid" for index in range(count))
