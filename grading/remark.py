"""Marking again after the key or the rubric has changed: first what would change, then the change, if that is still what it would be."""

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from grading import evidence, leases, marking, queue, release, review
from grading.models import Mark, MarkChange, Problem, RubricItem, Submission
from grading.review import Pending

SECONDS = 10.0  # for comparing the class's answers with the keys; what is not compared by then is undecided

Rule = RubricItem.Rule


class PlanChanged(Refusal):
    message = _("Marks have changed since this preview. Look at it again.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What marking again would change. `verdicts` are of answers that would be judged otherwise: (submission, before, after)."""

    pending: list[Pending]
    verdicts: list[tuple[Submission, str, str]] = field(default_factory=list)
    undecided: int = 0

    @property
    def fingerprint(self) -> str:
        """Says whether a plan is still the one that was shown."""
        marks = [[str(each.mark.pk), each.mark.version, review.snapshot(each.after)] for each in self.pending]
        verdicts = [[str(submission.pk), after] for submission, _before, after in self.verdicts]
        return hashlib.sha256(json.dumps([marks, verdicts], default=str).encode()).hexdigest()

    @property
    def moved(self) -> list[Pending]:
        """The marks whose points change."""
        return [each for each in self.pending if each.moves]

    @property
    def reworded(self) -> int:
        """How many comments change."""
        return sum(each.mark.comment != each.after.comment for each in self.pending)


def _work(problem: Problem) -> "QuerySet[Submission]":
    """What students have marks for, or will have: the current work, and an older attempt as long as its mark stands."""
    return queue.attempts_of(problem).filter(Q(current=True) | Q(mark__in=release.standing()))


def _marks(problem: Problem) -> list[Mark]:
    """Those that a person has touched; proposals follow by themselves, because they are worked out when they are shown."""
    marks = Mark.objects.filter(submission__in=_work(problem), decided__isnull=False)
    related = ("submission__student", "submission__problem__assignment", "submission__step_group")
    return list(marks.select_related(*related).order_by("submission__student__username"))


# --- A changed rubric ---------------------------------------------------------------------------------------------------


def plan_rubric(problem: Problem, rubric: Sequence[RubricItem]) -> Plan:
    """What these lines, instead of the present ones, would make of the marks. Lines that are new are not saved yet, and ticked nowhere."""
    return Plan(review.recalculate(problem, rubric, _marks(problem), {}))


def apply_rubric(problem: Problem, rubric: Sequence[RubricItem], by: User, fingerprint: str) -> Plan:
    """Save the problem's points and its rubric, and recalculate. Raises `PlanChanged` where the preview no longer holds."""
    try:
        with transaction.atomic():
            Problem.objects.select_for_update().get(pk=problem.pk)
            plan = plan_rubric(problem, rubric)
            if plan.fingerprint != fingerprint:
                raise PlanChanged
            _save_rubric(problem, rubric)
            review.rewrite(plan.pending, by, MarkChange.Kind.RUBRIC, "")
    except review.Conflict as error:
        raise PlanChanged from error
    return plan


def _save_rubric(problem: Problem, rubric: Sequence[RubricItem]) -> None:
    problem.save(update_fields=["points", "from_full", "updated"])
    problem.rubric.exclude(pk__in=[item.pk for item in rubric if item.pk]).delete()
    for item in rubric:
        item.save()


# --- A changed key ------------------------------------------------------------------------------------------------------


def plan_key(problem: Problem, answer: str) -> Plan:
    """What this expected answer, instead of the present one, would make of the marks: the rubric lines that depend on the answer are
    ticked anew wherever the verdict changes, and what was said in the machine's words alone is said anew. Nothing else is.
    """
    rubric = list(problem.rubric.all())
    submissions = list(_work(problem))  # read once: while answers are compared, the class hands in more
    deadline = time.monotonic() + SECONDS
    before = _present(problem, submissions, deadline)
    after = _outcomes(problem, [each.answer for each in submissions], answer, deadline)
    verdicts = [(each, before[each.pk], after[each.answer]) for each in submissions if before[each.pk] != after[each.answer]]
    changed = {submission.pk: verdict for submission, _before, verdict in verdicts}
    marks = _marks(problem)
    changes = {mark.pk: _said(mark, answer, after.get(mark.submission.answer, ""), flips=mark.pk in changed) for mark in marks}
    for mark in marks:
        if mark.pk in changed:
            changes[mark.pk]["ticked"] = _ticked(mark, rubric, changed[mark.pk])
    undecided = sum(outcome == "undecided" for outcome in after.values())
    return Plan(review.recalculate(problem, rubric, marks, changes), verdicts, undecided)


def _present(problem: Problem, submissions: Sequence[Submission], deadline: float) -> dict[UUID, str]:
    """Each submission's verdict under the present key. What is not checked, or not again yet, has none or one under an older key; it is
    compared here, and before the new key is: what the time does not reach then changes nothing.
    """
    done = {each.pk: each.outcome for each in submissions if each.state == Submission.State.DONE}
    others = [each for each in submissions if each.pk not in done]
    outcomes = _outcomes(problem, [each.answer for each in others], problem.answer, deadline)
    return done | {each.pk: outcomes[each.answer] for each in others}


def _outcomes(problem: Problem, answers: Iterable[str], key: str, deadline: float) -> dict[str, str]:
    """Each of the class's answers against a key."""
    outcomes: dict[str, str] = {}
    for given in dict.fromkeys(answers):
        outcomes[given] = evidence.compare(problem.text, key, given) if time.monotonic() < deadline else "undecided"
    return outcomes


def _ticked(mark: Mark, rubric: Sequence[RubricItem], outcome: str) -> list[int]:
    follow = {item.pk: item.rule for item in rubric if item.rule in (Rule.ANSWER, Rule.WRONG_ANSWER)}
    if outcome not in ("correct", "incorrect"):
        return list(mark.ticked)
    right = {Rule.ANSWER: outcome == "correct", Rule.WRONG_ANSWER: outcome == "incorrect"}
    kept = [pk for pk in mark.ticked if pk not in follow]
    return kept + [pk for pk, rule in follow.items() if right[Rule(rule)]]


def _said(mark: Mark, answer: str, outcome: str, *, flips: bool) -> dict[str, Any]:
    """A mark's comment and first wrong step under another key, where they are the machine's; a person's stay, and so does no comment.

    Where the verdict `flips`, the step that was found under the old key may be a right one: no step is blamed until somebody looks again.
    """
    found = review.evidence_of(mark.submission)
    if found is None or outcome not in ("correct", "incorrect") or mark.comment != review.proposed_comment(mark.submission):
        return {}
    now = replace(found, outcome="correct" if outcome == "correct" else "incorrect", first_error=None if flips else found.first_error)
    said: dict[str, Any] = {"comment": review.comment_on(mark.submission, now, answer)} if mark.comment else {}
    if flips and mark.first_error == marking.first_error(found):
        said["first_error"] = None
    return said


def apply_key(problem: Problem, answer: str, reference: str, by: User, fingerprint: str) -> Plan:
    """Save the key, mark again what people marked, and have everything checked again. Raises `PlanChanged`."""
    plan = plan_key(problem, answer)  # compares answers: outside of the transaction, which would hold up everybody else
    if plan.fingerprint != fingerprint:
        raise PlanChanged
    try:
        with transaction.atomic():
            problem.answer, problem.reference = answer, reference
            problem.save(update_fields=["answer", "reference", "updated"])
            review.rewrite(plan.pending, by, MarkChange.Kind.KEY, "")
            leases.check_again(problem)
    except review.Conflict as error:
        raise PlanChanged from error
    return plan
