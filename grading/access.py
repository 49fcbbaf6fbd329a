"""Fetch and authorise in one call: what a person may not see is not there (Http404)."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Classroom, User
from grading.models import Assignment, Extension, Group, Problem, RegradeRequest, Submission, Upload

# --- The teacher's side: what belongs to a class that they teach, and their own bank -----------------------------------


def get_assignment_for(user: User, pk: UUID) -> Assignment:
    return get_object_or_404(Assignment.objects.select_related("classroom"), pk=pk, classroom__in=_taught(user))


def get_problem_for(user: User, pk: UUID) -> Problem:
    """A problem of the bank of this user, or of an assignment in a class that they teach."""
    own = Q(owner=user) if user.teaches else Q(pk=None)
    theirs = Q(assignment__classroom__in=_taught(user))
    return get_object_or_404(Problem.objects.select_related("assignment__classroom").filter(own | theirs), pk=pk)


def get_assigned_for(user: User, pk: UUID) -> Problem:
    """A problem of an assignment, which submissions can be handed in to."""
    problems = Problem.objects.select_related("assignment__classroom")
    return get_object_or_404(problems, pk=pk, assignment__classroom__in=_taught(user))


def get_submission_for(user: User, pk: UUID) -> Submission:
    related = ("problem__assignment__classroom", "student", "mark__grader", "step_group", "answer_group")
    submissions = Submission.objects.select_related(*related)
    return get_object_or_404(submissions, pk=pk, problem__assignment__classroom__in=_taught(user))


def get_group_for(user: User, pk: int) -> Group:
    groups = Group.objects.select_related("problem__assignment__classroom")
    return get_object_or_404(groups, pk=pk, problem__assignment__classroom__in=_taught(user))


def get_upload_for(user: User, pk: UUID) -> Upload:
    uploads = Upload.objects.select_related("problem__assignment__classroom")
    return get_object_or_404(uploads, pk=pk, problem__assignment__classroom__in=_taught(user))


def get_regrade_for(user: User, pk: int) -> RegradeRequest:
    regrades = RegradeRequest.objects.select_related("submission__problem__assignment__classroom", "submission__mark")
    return get_object_or_404(regrades, pk=pk, submission__problem__assignment__classroom__in=_taught(user))


def get_extension_for(user: User, pk: int) -> Extension:
    return get_object_or_404(Extension.objects.select_related("assignment"), pk=pk, assignment__classroom__in=_taught(user))


def bank_of(user: User) -> "QuerySet[Problem]":
    return Problem.objects.filter(owner=user).order_by("topic", "-created")


def _taught(user: User) -> "QuerySet[Classroom]":
    return Classroom.objects.taught_by(user)


# --- The student's side: published work of their classes, and their own submissions ------------------------------------


def get_set_work_for(user: User, pk: UUID) -> Assignment:
    """An assignment that this student's class was given."""
    return get_object_or_404(set_work_of(user).select_related("classroom"), pk=pk)


def get_set_problem_for(user: User, pk: UUID) -> Problem:
    problems = Problem.objects.select_related("assignment__classroom")
    return get_object_or_404(problems, pk=pk, assignment__in=set_work_of(user))


def get_own_submission_for(user: User, pk: UUID) -> Submission:
    submissions = Submission.objects.select_related("problem__assignment__classroom", "mark")
    return get_object_or_404(submissions, pk=pk, student=user, problem__assignment__in=set_work_of(user))


def set_work_of(user: User) -> "QuerySet[Assignment]":
    """Assignments that are published, in the classes that this student is in."""
    return Assignment.objects.filter(classroom__in=Classroom.objects.attended_by(user), published__lte=timezone.now())
