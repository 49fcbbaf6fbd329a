"""Deciding on a mark: one change at a time, against the version that its author saw, with an entry in its history."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from grading import feedback, groups, live, marking
from grading.evidence import Evidence
from grading.models import Assignment, Group, Mark, MarkChange, Problem, RubricItem, Submission

LONGEST_COMMENT = 4_000  # characters
LONGEST_REASON = 500  # characters
GROUPING_SECONDS = 2.0  # for finding out which first wrong steps are alike, while a grader waits

Kind = MarkChange.Kind
State = Mark.State


class ReviewError(Refusal):
    """Nothing was changed. `str()` says why, to the grader.

    Conflict, ReasonMissing, CommentTooLong
    """


class Conflict(ReviewError):
    """Somebody else changed the mark since it was shown. `theirs` is the mark as it is now."""

    message = _("Somebody else has changed this mark since you opened it.")

    def __init__(self, theirs: Mark) -> None:
        super().__init__()
        self.theirs = theirs


class ReasonMissing(ReviewError):
    message = _("The student has seen this mark. Say why it changes.")


class CommentTooLong(ReviewError):
    message = _("The comment is too long. Shorten it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a grader says of a submission. `first_error` as in `Mark`. `reviewed` False keeps it a draft."""

    ticked: Collection[int]
    adjustment: Decimal = Decimal(0)
    comment: str = ""
    first_error: int | None = None
    reviewed: bool = True
    blind: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A change of a mark that is not made yet."""

    mark: Mark
    after: Mark

    @property
    def changes(self) -> bool:
        return snapshot(self.mark) != snapshot(self.after)

    @property
    def moves(self) -> bool:
        """Whether the points change, which is what a student sees first."""
        return self.mark.points != self.after.points


def evidence_of(submission: Submission) -> Evidence | None:
    """What the machine found; None until its check is done, and again while it is repeated: older findings may be about another key."""
    if submission.state != Submission.State.DONE or submission.evidence is None:
        return None
    return Evidence.from_json(submission.evidence)


def proposal_of(submission: Submission, rubric: Sequence[RubricItem]) -> marking.Proposal | None:
    return marking.propose(submission.problem, rubric, evidence_of(submission))


def proposed_comment(submission: Submission) -> str:
    """What the machine would say to the student, in the active language."""
    found = evidence_of(submission)
    return "" if found is None else comment_on(submission, found, submission.problem.answer)


def comment_on(submission: Submission, found: Evidence, answer: str) -> str:
    """What the machine would say to the student if it had found this, with this expected answer."""
    assert submission.problem.assignment is not None
    name = submission.step_group.name if submission.step_group else ""
    return feedback.compose(found, answer=answer, misconception=name, reveal=submission.problem.assignment.reveal_answer)


# --- One mark -----------------------------------------------------------------------------------------------------------


def decide(submission: Submission, grader: User, decision: Decision, *, version: int, kind: str = Kind.GRADED) -> Mark:
    """Write a decision on the version that the grader saw. Raises `ReviewError`."""
    rubric = list(submission.problem.rubric.all())
    pending = _pending(submission, rubric, grader, decision)
    if pending.mark.version != version:  # before all else: the grader is to see the other's change, not to mend this one
        raise _conflict(pending.mark)
    if len(decision.comment) > LONGEST_COMMENT or len(decision.why) > LONGEST_REASON:
        raise CommentTooLong
    if pending.mark.state == State.RELEASED and pending.changes and not decision.why.strip():
        raise ReasonMissing
    if not pending.changes and pending.mark.decided is not None:
        return pending.mark
    with transaction.atomic():
        _write(pending, grader, kind, decision.why, version)
    if pending.after.first_error != pending.mark.first_error:
        _regroup(submission, pending.after.first_error)
    return pending.after


def _pending(submission: Submission, rubric: Sequence[RubricItem], grader: User, decision: Decision) -> Pending:
    mark = Mark.objects.get(pk=submission.pk)
    known = [item.pk for item in rubric if item.pk in decision.ticked]
    after = Mark(
        submission=submission,
        version=mark.version + 1,
        state=State.REVIEWED if decision.reviewed and mark.state == State.DRAFT else mark.state,
        ticked=known,
        adjustment=decision.adjustment,
        points=marking.total(submission.problem, rubric, known, decision.adjustment),
        comment=decision.comment.strip(),
        first_error=_in_range(decision.first_error, submission),
        blind=mark.blind or (decision.blind and mark.decided is None),
        grader=grader,
        decided=timezone.now(),
        released=mark.released,
    )
    return Pending(mark, after)


def _in_range(first_error: int | None, submission: Submission) -> int | None:
    """A step that the work does not have is not said to be wrong."""
    return None if first_error is None or first_error >= len(submission.steps) else first_error


def _write(pending: Pending, by: User | None, kind: str, why: str, version: int) -> None:
    """Raises `Conflict` where the mark has moved on from `version`. Inside a transaction."""
    fields = ("version", "state", "ticked", "adjustment", "points", "comment", "first_error", "blind", "grader", "decided", "released")
    values = {field: getattr(pending.after, field) for field in fields} | {"version": version + 1}
    if not Mark.objects.filter(pk=pending.mark.pk, version=version).update(**values):
        raise _conflict(pending.mark)
    before, after = snapshot(pending.mark), snapshot(pending.after)
    MarkChange.objects.create(mark=pending.mark, by=by, kind=kind, before=before, after=after, why=why.strip())
    assignment_id = pending.after.submission.problem.assignment_id
    transaction.on_commit(lambda: live.ring(assignment_id))


def _conflict(mark: Mark) -> Conflict:
    return Conflict(Mark.objects.select_related("grader").get(pk=mark.pk))


def snapshot(mark: Mark) -> dict[str, Any]:
    """A mark's content, as its history keeps it."""
    return {
        "state": mark.state,
        "points": None if mark.points is None else plain(mark.points),
        "ticked": sorted(mark.ticked),
        "adjustment": plain(mark.adjustment),
        "comment": mark.comment,
        "first_error": mark.first_error,
    }


def plain(points: Decimal) -> str:
    """`2.50` as 2.5, `10.00` as 10."""
    return f"{points.normalize():f}"


def _regroup(submission: Submission, first_error: int | None) -> None:
    """The class error map follows the teacher's word."""
    found = evidence_of(submission)
    index = first_error if first_error is not None else found.first_error if found else None
    step = submission.steps[index] if index is not None and 0 <= index < len(submission.steps) else ""
    group = groups.find_or_make(submission.problem_id, Group.Kind.STEP, step, seconds=GROUPING_SECONDS)
    Submission.objects.filter(pk=submission.pk).update(step_group=group)


# --- Many marks ---------------------------------------------------------------------------------------------------------


def accept(ids: Iterable[UUID], grader: User) -> int:
    """Take the proposal of each as its reviewed mark; how many. Left out: what has none, and what a person has decided on already.

    Each submission is read when its turn comes: the key may change while those before it are marked.
    """
    accepted = 0
    for pk in ids:
        submission = Submission.objects.select_related("problem__assignment", "step_group", "mark").get(pk=pk)
        proposal = proposal_of(submission, list(submission.problem.rubric.all()))
        if proposal is None or submission.mark.decided is not None:
            continue
        decision = Decision(ticked=proposal.ticked, comment=proposed_comment(submission), first_error=proposal.first_error)
        try:
            decide(submission, grader, decision, version=submission.mark.version, kind=Kind.ACCEPTED)
        except Conflict:  # somebody was quicker, and has looked
            continue
        accepted += 1
    return accepted


def preview_group(group: Group, grader: User, decision: Decision, *, decided_too: bool) -> list[Pending]:
    """What marking a whole group alike would change. What a person has decided on is left out unless `decided_too`.

    Each keeps what was said of it alone: its first wrong step, and its comment and adjustment where the group is given none.
    """
    rubric = list(group.problem.rubric.all())
    submissions = groups.members(group)
    chosen = [s for s in submissions if decided_too or s.mark.decided is None]
    return [_pending(submission, rubric, grader, _kept(decision, submission.mark)) for submission in chosen]


def _kept(decision: Decision, mark: Mark) -> Decision:
    """What is said of a group, with what was said of this one alone."""
    comment, adjustment = decision.comment.strip() or mark.comment, decision.adjustment or mark.adjustment
    return replace(decision, first_error=mark.first_error, comment=comment, adjustment=adjustment)


def mark_group(group: Group, grader: User, decision: Decision, versions: dict[str, int], *, decided_too: bool) -> tuple[int, int]:
    """Mark a group alike: (changed, left alone). `versions` are the marks that the preview showed; one that has moved on is left alone."""
    changed = left = 0
    for pending in preview_group(group, grader, decision, decided_too=decided_too):
        version = versions.get(str(pending.mark.pk))
        try:
            if version is None or (pending.mark.state == State.RELEASED and not decision.why.strip()):
                left += 1
                continue
            with transaction.atomic():
                _write(pending, grader, Kind.GROUP, decision.why, version)
            changed += 1
        except Conflict:
            left += 1
    return changed, left


def recalculate(problem: Problem, rubric: Sequence[RubricItem], marks: Iterable[Mark], changes: dict[Any, dict[str, Any]]) -> list[Pending]:
    """The marks as they would be under this rubric, with other fields where `changes` (by mark) says so; only those that change."""
    pending = []
    for mark in marks:
        after = _copy(mark)
        for name, value in changes.get(mark.pk, {}).items():
            setattr(after, name, value)
        after.ticked = [item.pk for item in rubric if item.pk in after.ticked]
        if mark.points is not None:
            after.points = marking.total(problem, rubric, after.ticked, mark.adjustment)
        pending.append(Pending(mark, after))
    return [each for each in pending if each.changes]


def _copy(mark: Mark) -> Mark:
    return Mark(**{field.attname: getattr(mark, field.attname) for field in Mark._meta.concrete_fields})


def rewrite(pending: Iterable[Pending], by: User, kind: str, why: str) -> None:
    """Make changes that a preview showed, all or none; raises `Conflict` where one of the marks has moved on. Inside a transaction."""
    for each in pending:
        _write(each, by, kind, why, each.mark.version)


def history(submission: Submission) -> "list[MarkChange]":
    return list(MarkChange.objects.filter(mark=submission.pk).select_related("by"))


def blind_agreement(assignment: Assignment) -> list[tuple[float, bool]]:
    """For each mark that was given blind and has a proposal: its confidence, and whether the proposal is the same points."""
    marks = Mark.objects.filter(submission__problem__assignment=assignment, submission__current=True, blind=True)
    related = marks.select_related("submission__problem").prefetch_related("submission__problem__rubric")
    pairs = []
    for mark in related:
        proposal = proposal_of(mark.submission, list(mark.submission.problem.rubric.all()))
        if proposal is not None and mark.submission.confidence is not None:
            pairs.append((mark.submission.confidence, proposal.points == mark.points))
    return pairs
