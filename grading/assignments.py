"""When an assignment may be shown to its class."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.refusal import Refusal
from grading import sampling
from grading.models import Assignment, Submission


class AssignmentError(Refusal):
    """Nothing was changed. `str()` says why, to the teacher.

    NoProblem, AlreadyWorkedOn
    """


class NoProblem(AssignmentError):
    message = _("Choose a problem first.")


class AlreadyWorkedOn(AssignmentError):
    message = _("Students have handed in work. It stays visible.")


def publish(assignment: Assignment, *, hide: bool = False) -> None:
    """Show it to the class, and have the model solve its problems; or hide it, as long as nobody has handed anything in.

    Raises `AssignmentError`.
    """
    if hide and Submission.objects.filter(problem__assignment=assignment).exists():
        raise AlreadyWorkedOn
    problems = list(assignment.problems.all())
    if not hide and not problems:
        raise NoProblem
    with transaction.atomic():
        assignment.published = None if hide else assignment.published or timezone.now()
        assignment.save(update_fields=["published"])
        for problem in problems:
            if not hide:
                sampling.request(problem)
