"""Work that is alike: the same answer, or the same first wrong step, whatever way it is written."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from accounts.text import storable
from grading import queue
from grading.evidence import misconception_name
from grading.models import Assignment, Group, Problem, Submission
from inference.selection import mathematically_equal

LONGEST = 500  # characters of a text that can have a group
COMPARED = 200  # groups of one problem that a text is compared with
SECONDS = 5.0  # for all these comparisons; what is not compared by then gets a group of its own

Kind = Group.Kind


def find_or_make(problem_id: UUID, kind: str, text: str, misconception: str = "", *, seconds: float = SECONDS) -> Group | None:
    """The group of this text: one with the same text, or else one that says the same; a new one for what is new. None for no text."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    groups = list(Group.objects.filter(problem=problem_id, kind=kind).order_by("pk"))
    found = next((group for group in groups if group.text == text), None) or _equal(groups, text, seconds)
    if found is None:
        found, _made = Group.objects.get_or_create(problem_id=problem_id, kind=kind, text=text, defaults={"misconception": misconception})
    return found


def _equal(groups: Iterable[Group], text: str, seconds: float) -> Group | None:
    deadline = time.monotonic() + seconds
    for _number, group in zip(range(COMPARED), groups, strict=False):
        if mathematically_equal(group.text, text) or mathematically_equal(text, group.text):
            return group
        if time.monotonic() > deadline:
            return None
    return None


def of_problem(problem: Problem, kind: str) -> "QuerySet[Group]":
    """The groups that hold current work, largest first, with `size` and `waiting` (not reviewed yet)."""
    return _held(Group.objects.filter(problem=problem), kind)


def _held(groups: "QuerySet[Group]", kind: str) -> "QuerySet[Group]":
    relation = "by_answer" if kind == Kind.ANSWER else "by_step"
    held = Q(**{f"{relation}__current": True}) & queue.enrolled(f"{relation}__")
    waiting = held & Q(**{f"{relation}__mark__state": "draft"})
    counted = groups.filter(kind=kind).annotate(size=Count(relation, filter=held), waiting=Count(relation, filter=waiting))
    return counted.filter(size__gt=0).order_by("-size", "pk")


def members(group: Group) -> "QuerySet[Submission]":
    """The current submissions of a group."""
    held = group.by_answer if group.kind == Kind.ANSWER else group.by_step
    return held.filter(queue.enrolled(), current=True).select_related("mark", "student", "problem")


def rename(group: Group, name: str) -> None:
    """Name the misconception behind a group: those of later work that join the group have it as well."""
    group.name = storable(name)[:120]
    group.save(update_fields=["name"])


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One line of the class error map: a first wrong step, how often, and of how many submissions to its problem."""

    group: Group
    size: int
    submissions: int

    @property
    def name(self) -> str:
        """The teacher's name for it, or the step checker's; "" for none."""
        return self.group.name or (gettext(misconception_name(self.group.misconception)) if self.group.misconception else "")

    @property
    def percent(self) -> int:
        return round(100 * self.size / self.submissions)


ErrorMap = list[tuple[Problem, list[ErrorRow]]]


def misconceptions(rows: ErrorMap) -> list[tuple[str, int, int]]:
    """The named ones over all problems, the commonest first: (name, submissions, problems)."""
    sizes: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for _problem, errors in rows:
        for row in errors:
            sizes[row.name] += row.size
        places.update({row.name for row in errors})
    return [(name, size, places[name]) for name, size in sizes.most_common() if name]


def error_map(assignment: Assignment) -> ErrorMap:
    """For each problem its first wrong steps, the commonest first."""
    counts = queue.counts_of(assignment)
    errors: dict[UUID, list[ErrorRow]] = {pk: [] for pk in counts}
    for group in _held(Group.objects.filter(problem__assignment=assignment), Kind.STEP):
        errors[group.problem_id].append(ErrorRow(group, group.size, counts[group.problem_id].submissions))  # type: ignore[attr-defined]  # annotated
    return [(problem, errors[problem.pk]) for problem in assignment.problems.all()]
