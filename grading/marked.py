"""A student's attempts at a problem, with what they may see of the mark: nothing before it is released."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.models import User
from grading import release, review
from grading.models import Mark, Problem, RegradeRequest, RubricItem, Submission

MACHINE = {"checked": "right", "agrees": "right", "wrong": "wrong", "carried": "carried"}


@dataclass(frozen=True, slots=True)
class MarkedStep:
    """`label` is "right", "wrong", "carried" or "" as far as the teacher's word, or else the machine's, goes."""

    number: int
    text: str
    label: str

    @property
    def words(self) -> str:
        return {"right": _("Right"), "wrong": _("Look here again"), "carried": _("Follows from the step before"), "": ""}[self.label]


@dataclass(frozen=True)
class Attempt:
    """`standing`: its mark is what the student has for the problem (`release.standing`)."""

    submission: Submission
    standing: bool

    @property
    def released(self) -> bool:
        return self.submission.mark.state == Mark.State.RELEASED

    @property
    def points(self) -> Decimal | None:
        return self.submission.mark.points if self.released else None

    @property
    def comment(self) -> str:
        return self.submission.mark.comment if self.released else ""

    @cached_property
    def ticked(self) -> list[RubricItem]:
        """The rubric lines that made the mark."""
        ticked = set(self.submission.mark.ticked) if self.released else set()
        return [item for item in self.submission.problem.rubric.all() if item.pk in ticked]

    @cached_property
    def steps(self) -> list[MarkedStep]:
        texts = self.submission.steps
        labels = _labels(self.submission) if self.released else [""] * len(texts)
        return [MarkedStep(number, text, label) for number, (text, label) in enumerate(zip(texts, labels, strict=True), start=1)]

    @cached_property
    def regrades(self) -> list[RegradeRequest]:
        return list(self.submission.regrades.all())

    @property
    def may_ask(self) -> bool:
        return self.standing and not any(asked.outcome == "" for asked in self.regrades)


def _labels(submission: Submission) -> list[str]:
    """The teacher's first wrong step decides. After it, what the machine found to follow from it is called so; the rest is left open."""
    found = review.evidence_of(submission)
    machine = [MACHINE.get(step.status, "") for step in found.steps] if found else []
    machine += [""] * (len(submission.steps) - len(machine))
    said = submission.mark.first_error
    if said is None:
        return machine
    if said < 0:
        return ["right"] * len(submission.steps)
    follows = ["carried" if label == "carried" else "" for label in machine[said + 1 :]]
    return ["right"] * said + ["wrong"] + follows


def attempts(student: User, problem: Problem) -> list[Attempt]:
    """Newest first."""
    submissions = Submission.objects.filter(student=student, problem=problem).select_related("mark", "problem__assignment")
    mark = release.standing_of(student, [problem]).get(problem.pk)
    found = submissions.prefetch_related("problem__rubric", "regrades").order_by("-attempt")
    return [Attempt(submission, mark is not None and mark.pk == submission.pk) for submission in found]
