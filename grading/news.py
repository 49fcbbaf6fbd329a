"""Marks that a student has not looked at since they were shown, changed or answered for."""

from uuid import UUID

from django.db.models import F, Max, Q, QuerySet

from accounts.models import User
from grading import access, release
from grading.models import Assignment, Mark, Problem

SHOWN = 20  # assignments at once
UNSEEN = Q(seen_version=None) | Q(seen_version__lt=F("version"))


def assignments(student: User) -> "QuerySet[Assignment]":
    """Those with such marks, the newest first."""
    marks = "problems__submissions__mark"
    found = access.set_work_of(student).filter(problems__submissions__mark__in=_marks(student))
    return found.annotate(news=Max(f"{marks}__released")).select_related("classroom").order_by("-news")[:SHOWN]


def problems(student: User, assignment: Assignment) -> set[UUID]:
    """The assignment's problems with such marks."""
    return set(_marks(student).filter(submission__problem__assignment=assignment).values_list("submission__problem", flat=True))


def look(student: User, problem: Problem) -> None:
    """The student looks at the problem, with what they have for it."""
    own = Mark.objects.filter(UNSEEN, submission__student=student, submission__problem=problem, state=Mark.State.RELEASED)
    own.update(seen_version=F("version"))


def _marks(student: User) -> "QuerySet[Mark]":
    return release.standing().filter(UNSEEN, submission__student=student)
