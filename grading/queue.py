"""The grading queue of one problem: which submissions, in which order, and which one comes next."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from accounts.models import CODE_ALPHABET
from grading import routing
from grading.models import Assignment, Mark, Problem, Submission

BLIND_SAMPLE = 20  # submissions that are offered for grading without sight of the proposals
SHOWS = ("todo", "read", "glance", "auto", "failed", "blind", "all")

LABEL_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A submission's place in a queue: the `position`-th of `count`; `previous` and `next` go round in a circle, None when it is alone."""

    position: int
    count: int
    previous: UUID | None
    next: UUID | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How the work on a problem, or on an assignment, stands."""

    submissions: int = 0
    waiting: int = 0  # for the machine
    failed: int = 0
    drafts: int = 0
    reviewed: int = 0
    released: int = 0


_COUNTED = {  # for each field of `Counts`
    "submissions": Count("pk"),
    "waiting": Count("pk", filter=Q(state__in=(Submission.State.QUEUED, Submission.State.RUNNING))),
    "failed": Count("pk", filter=Q(state=Submission.State.FAILED)),
    "drafts": Count("pk", filter=Q(mark__state=Mark.State.DRAFT)),
    "reviewed": Count("pk", filter=Q(mark__state=Mark.State.REVIEWED)),
    "released": Count("pk", filter=Q(mark__state=Mark.State.RELEASED)),
}


def enrolled(path: str = "") -> Q:
    """Work of students who are in the class that it was set for; `path` leads to the submission. Who has left is not waited for."""
    return Q(**{f"{path}student__enrolments__classroom": F(f"{path}problem__assignment__classroom")})


def submissions_of(problem: Problem) -> "QuerySet[Submission]":
    """The current work of the students who are in the class."""
    return attempts_of(problem).filter(current=True)


def attempts_of(problem: Problem) -> "QuerySet[Submission]":
    """All work of the students who are in the class, with older attempts."""
    return Submission.objects.filter(enrolled(), problem=problem).select_related("mark", "student")


def ordered(problem: Problem, show: str, *, group: int | None = None) -> list[UUID]:
    """Ids of what this view of the queue holds: by name, or in an order that is random, the same for everybody, and stays."""
    assignment = problem.assignment
    assert assignment is not None
    by_name = _shown(problem, assignment, show, group).order_by("student__first_name", "student__username")
    found = list(by_name.values_list("pk", "student_id"))
    if assignment.random_order or assignment.anonymous or show == "blind":
        found.sort(key=lambda row: _shuffled(assignment, row[1]))
    ids = [pk for pk, _student in found]
    return ids[:BLIND_SAMPLE] if show == "blind" else ids


def _shown(problem: Problem, assignment: Assignment, show: str, group: int | None) -> "QuerySet[Submission]":
    found = submissions_of(problem)
    if group is not None:
        found = found.filter(Q(answer_group=group) | Q(step_group=group))
    draft = Q(mark__state=Mark.State.DRAFT)
    match show:
        case "todo":
            return found.filter(draft)
        case "auto":
            return found.filter(draft, confidence__gte=assignment.auto_from)
        case "glance":
            return found.filter(draft, confidence__gte=assignment.glance_from, confidence__lt=assignment.auto_from)
        case "read":
            return found.filter(draft).exclude(confidence__gte=assignment.glance_from)
        case "failed":
            return found.filter(state=Submission.State.FAILED)
        case "blind":
            return found.filter(Q(mark__decided=None) | Q(mark__blind=True))
    return found


def _shuffled(assignment: Assignment, student_id: int) -> bytes:
    return hashlib.sha256(f"{assignment.pk}{student_id}".encode()).digest()


def label(assignment: Assignment, student_id: int) -> str:
    """What stands for a student's name where it is hidden: four characters that mean nothing and stay the same in the assignment."""
    digest = _shuffled(assignment, student_id)
    return "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in digest[-LABEL_LENGTH:])


def place(whole: Sequence[UUID], shown: Sequence[UUID], at: UUID) -> Place:
    """Where `at` stands among `shown`; it may have left that view when it was marked: `whole`, in the same order, says where it stood."""
    inside = set(shown)
    start = whole.index(at) if at in whole else 0
    after = [pk for pk in [*whole[start + 1 :], *whole[:start]] if pk in inside]
    position = sum(pk in inside for pk in whole[: start + 1])
    return Place(position, len(shown), after[-1] if after else None, after[0] if after else None)


def newer(submission: Submission) -> Submission | None:
    """The attempt that has taken over from this one; None for the newest."""
    same = Submission.objects.filter(problem=submission.problem_id, student=submission.student_id, current=True)
    return None if submission.current else same.first()


def route_of(submission: Submission, assignment: Assignment) -> routing.Route:
    return routing.route(submission.confidence, assignment.auto_from, assignment.glance_from)


def counts(submissions: "QuerySet[Submission]") -> Counts:
    """Of current work. One query."""
    return Counts(**submissions.aggregate(**_COUNTED))


def counts_of(assignment: Assignment) -> dict[UUID, Counts]:
    """Of the current work on each problem, in the order of the problems. Two queries, however many problems there are: open pages ask it
    every two seconds.
    """
    work = of_assignment(assignment).order_by().values("problem_id").annotate(**_COUNTED)
    found = {pk: Counts(**dict(zip(_COUNTED, counted, strict=True))) for pk, *counted in work.values_list("problem_id", *_COUNTED)}
    return {pk: found.get(pk, Counts()) for pk in assignment.problems.values_list("pk", flat=True)}


def of_assignment(assignment: Assignment) -> "QuerySet[Submission]":
    """All current work of an assignment."""
    return Submission.objects.filter(enrolled(), problem__assignment=assignment, current=True)
