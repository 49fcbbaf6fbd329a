"""A teacher's problems, and their copies in assignments."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from accounts.models import User
from accounts.text import searched, storable
from grading import access, leases, marking, sampling
from grading.models import Assignment, Problem, RubricItem, Sample

MOST_PROBLEMS = 50  # of one assignment


def search(owner: User, query: str, topic: str) -> "QuerySet[Problem]":
    """The bank's problems with `query` in them, of one topic ("" for any)."""
    found, topic = access.bank_of(owner), storable(topic)
    if query := searched(query):
        found = found.filter(Q(text__icontains=query) | Q(topic__icontains=query))
    return found.filter(topic=topic) if topic else found


def topics(owner: User) -> list[str]:
    return list(Problem.objects.filter(owner=owner).exclude(topic="").order_by("topic").values_list("topic", flat=True).distinct())


def create(problem: Problem) -> Problem:
    """Save a new problem with the default rubric."""
    with transaction.atomic():
        problem.save()
        RubricItem.objects.bulk_create(marking.default_rubric(problem))
    return problem


def change(problem: Problem, fields: Collection[str]) -> None:
    """Save these fields. What comes of another text goes with it: the model's solutions, and what was found in the class's work."""
    with transaction.atomic():
        before = Problem.objects.select_for_update().get(pk=problem.pk)
        problem.save(update_fields=[*fields, "updated"])
        if problem.text != before.text:
            sampling.renew(problem)
            leases.check_again(problem)


def assign(problems: Sequence[Problem], assignment: Assignment) -> list[Problem]:
    """Copy problems, with their rubrics and samples, to the end of an assignment; at most `MOST_PROBLEMS` fit."""
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=assignment.pk)
        room = MOST_PROBLEMS - assignment.problems.count()
        copies = [_copy(problem, assignment) for problem in problems[: max(0, room)]]
    if assignment.published:
        for copy in copies:
            sampling.request(copy)
    return copies


def _copy(problem: Problem, assignment: Assignment) -> Problem:
    last = assignment.problems.aggregate(last=Max("position"))["last"]
    copy = Problem.objects.create(
        assignment=assignment,
        position=0 if last is None else last + 1,
        text=problem.text,
        answer=problem.answer,
        reference=problem.reference,
        topic=problem.topic,
        points=problem.points,
        from_full=problem.from_full,
        sampling=problem.sampling if problem.sampling == Problem.Sampling.DONE else Problem.Sampling.NONE,
    )
    for item in problem.rubric.all():
        item.pk, item.problem = None, copy
        item.save(force_insert=True)
    Sample.objects.bulk_create(_sample_copy(sample, copy) for sample in problem.samples.all())
    return copy


def _sample_copy(sample: Sample, problem: Problem) -> Sample:
    sample.pk, sample.problem = None, problem
    return sample
