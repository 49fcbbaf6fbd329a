"""One submission as a grader sees it: the work, the evidence beside it, and the form with what was decided or is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading import feedback, groups, marking, queue, review
from grading.checking.steps import StepVerdict
from grading.evidence import Evidence, misconception_name
from grading.forms import DecisionForm
from grading.models import Assignment, Group, Mark, Problem, RegradeRequest, RubricItem, Submission
from grading.queue import Place

KEYS = "1234567890"  # of the rubric's lines, as far as they reach


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with what is known of it. `verdict` is None where nothing is, or where the grader is to judge blind."""

    number: int
    text: str
    verdict: StepVerdict | None = None

    @property
    def index(self) -> int:
        return self.number - 1

    @property
    def status(self) -> str:
        return self.verdict.status if self.verdict else ""

    @property
    def words(self) -> str:
        """The verdict in a word or two."""
        verdict = self.verdict
        if verdict is None:
            return ""
        if verdict.status == "agrees":
            return ngettext(
                "Agrees with {agreeing} of {sampled} solution", "Agrees with {agreeing} of {sampled} solutions", verdict.sampled
            ).format(agreeing=verdict.agreeing, sampled=verdict.sampled)
        return {
            "checked": _("Checked by calculation"),
            "unverified": _("Not verified"),
            "wrong": _("Wrong"),
            "carried": _("Follows from the wrong step"),
        }[verdict.status]

    @property
    def reason(self) -> str:
        """Why, and what would have been right: for teachers."""
        if self.verdict is None or self.verdict.status == "unverified":
            return ""
        reason = feedback.say(self.verdict.reason)
        if self.verdict.misconception:
            reason = _("{said} ({more})").format(said=reason, more=_(misconception_name(self.verdict.misconception)))
        return reason


@dataclass(frozen=True, slots=True)
class ItemView:
    """A rubric line with the key that toggles it."""

    item: RubricItem
    key: str
    ticked: bool
    proposed: bool


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`mine` is a form that could not be taken, `theirs` the mark that stands in its way, `error` what to say."""

    submission: Submission
    place: Place
    blind: bool = False
    mine: DecisionForm | None = None
    theirs: Mark | None = None
    error: str = ""
    rubric: Sequence[RubricItem] = field(default_factory=list)

    @property
    def mark(self) -> Mark:
        return self.submission.mark

    @property
    def problem(self) -> Problem:
        return self.submission.problem

    @property
    def assignment(self) -> Assignment:
        assert self.problem.assignment is not None
        return self.problem.assignment

    @property
    def who(self) -> str:
        """The student, or what stands for the student."""
        if self.assignment.anonymous:
            return _("Student {label}").format(label=queue.label(self.assignment, self.submission.student_id))
        return self.submission.student.full_name

    @property
    def waiting(self) -> bool:
        return self.submission.state in (Submission.State.QUEUED, Submission.State.RUNNING)

    @cached_property
    def evidence(self) -> Evidence | None:
        return None if self.blind else review.evidence_of(self.submission)

    @property
    def route(self) -> str:
        return "" if self.blind or self.waiting else queue.route_of(self.submission, self.assignment)

    @property
    def reason(self) -> str:
        """Why the answer is judged as it is."""
        return feedback.say(self.evidence.reason) if self.evidence and self.evidence.reason else ""

    @property
    def steps(self) -> list[StepView]:
        found = list(self.evidence.steps) if self.evidence else []
        verdicts = [*found, *[None] * (len(self.submission.steps) - len(found))]
        pairs = zip(self.submission.steps, verdicts, strict=False)
        return [StepView(number, text, verdict) for number, (text, verdict) in enumerate(pairs, start=1)]

    # --- The form -------------------------------------------------------------------------------------------------------

    @cached_property
    def proposal(self) -> marking.Proposal | None:
        return None if self.blind else marking.propose(self.problem, self.rubric, self.evidence)

    @property
    def filled(self) -> dict[str, Any]:
        """What the form shows: what the grader sent, what a person decided, or what is proposed; nothing where the work must be read."""
        if self.mine is not None:
            return self.mine.as_typed()
        mark = self.mark
        if mark.decided is not None or self.proposal is None or self.route == "read":
            adjustment = review.plain(mark.adjustment) if mark.adjustment else ""
            return {"ticked": mark.ticked, "comment": mark.comment, "adjustment": adjustment, "first_error": mark.first_error, "why": ""}
        return {**self.proposed, "adjustment": "", "why": ""}

    @property
    def proposed(self) -> dict[str, Any]:
        """What accepting the proposal fills in."""
        if self.proposal is None:
            return {}
        comment = review.proposed_comment(self.submission)
        return {"ticked": self.proposal.ticked, "comment": comment, "first_error": self.proposal.first_error}

    @property
    def items(self) -> list[ItemView]:
        ticked, proposed = set(self.filled["ticked"]), set(self.proposal.ticked if self.proposal else [])
        keys = [*KEYS, *[""] * max(0, len(self.rubric) - len(KEYS))]
        return [ItemView(item, key, item.pk in ticked, item.pk in proposed) for item, key in zip(self.rubric, keys, strict=False)]

    @property
    def total(self) -> Decimal:
        """The points of what the form shows."""
        adjustment = self.filled["adjustment"]
        try:
            return marking.total(self.problem, self.rubric, self.filled["ticked"], Decimal(adjustment or 0))
        except ArithmeticError:  # what was typed is no number, which the form says
            return marking.total(self.problem, self.rubric, self.filled["ticked"])

    @property
    def version(self) -> int:
        """What the form is about: once a conflict was shown, the mark as it is now; one that came back for another reason still that which
        its grader saw.
        """
        if self.theirs is None and self.mine is not None:
            return int(self.mine.cleaned_data.get("version", self.mark.version))
        return self.theirs.version if self.theirs else self.mark.version

    @property
    def their_items(self) -> list[RubricItem]:
        return [item for item in self.rubric if self.theirs and item.pk in self.theirs.ticked]

    # --- Around it ------------------------------------------------------------------------------------------------------

    @cached_property
    def regrades(self) -> list[RegradeRequest]:
        return list(self.submission.regrades.select_related("resolved_by"))

    @cached_property
    def alike(self) -> list[tuple[Group, int]]:
        """The submission's groups, and how many others are in each."""
        found = [] if self.blind else [self.submission.answer_group, self.submission.step_group]
        return [(group, count) for group in found if group and (count := groups.members(group).exclude(pk=self.submission.pk).count())]

    @cached_property
    def newer(self) -> Submission | None:
        """The attempt that has taken over from this one."""
        return queue.newer(self.submission)

    @cached_property
    def attempts(self) -> list[Submission]:
        """Earlier attempts, newest first."""
        earlier = Submission.objects.filter(problem=self.problem, student=self.submission.student_id, attempt__lt=self.submission.attempt)
        return list(earlier.order_by("-attempt"))


def panel_of(submission: Submission, place: Place, **more: Any) -> Panel:  # noqa: ANN401 (Panel's other fields)
    return Panel(submission=submission, place=place, rubric=list(submission.problem.rubric.all()), **more)
