"""`manage.py demo_class`: something to look at for the demo accounts: a class, problems, an assignment, and work to grade."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import classrooms
from accounts.models import Enrolment, User
from grading import bank, reading, submitting
from grading.checking import pool
from grading.models import Assignment, Problem


class Command(BaseCommand):
    help = "Give the account `teacher` a class with the account `student` in it, unless it has a class or the accounts are missing."

    def handle(self, **options: object) -> None:
        teacher, student = (User.objects.filter(username=name).first() for name in ("teacher", "student"))
        if teacher and student and not teacher.classrooms_taught.exists():
            with transaction.atomic():
                _make(teacher, student)
            pool.stop()  # who serves has no use for these processes, and would keep them
            reading.stop()


def _make(teacher: User, student: User) -> None:
    classroom = classrooms.create(teacher, _("Demo class"))
    Enrolment.objects.create(classroom=classroom, student=student)
    train = _("A train covers 180 km in 2.5 hours. How long does it need for 300 km at the same speed?")
    problems = [
        _problem(teacher, _("Solve $2x + 3 = 7$."), "x = 2", _("Equations"), "2x = 4\nx = 2"),
        _problem(teacher, train, "25/6", _("Proportions")),
        _problem(teacher, _("Find the derivative of $x^2 \\sin x$."), "2x\\sin x + x^2\\cos x", _("Calculus")),
    ]
    now = timezone.now()
    assignment = Assignment.objects.create(classroom=classroom, title=_("First assignment"), due=now + timedelta(days=7))
    first, *_others = bank.assign(problems, assignment)
    Assignment.objects.filter(pk=assignment.pk).update(published=now)  # without samples: a first look needs the model for itself
    submitting.hand_in(student, first, "2x + 3 = 7\n2x = 10\nx = 5", "x = 5", anyway=True)


def _problem(teacher: User, text: str, answer: str, topic: str, reference: str = "") -> Problem:
    return bank.create(Problem(owner=teacher, text=text, answer=answer, topic=topic, reference=reference))
