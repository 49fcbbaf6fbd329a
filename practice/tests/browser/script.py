"""Knows the keys of a student's items, for the browser tests. JSON lines in and out."""

from tutor.tests.browser.script import COMMANDS, serve  # first: it sets Django up

# isort: split
from accounts import classrooms
from accounts.models import Enrolment, User
from practice.models import Item, Knowledge


def key(name):
    """Of the newest item."""
    return Item.objects.filter(student__username=name).latest("created").expected


def known(name, skill):
    return Knowledge.objects.get(student__username=name, skill=skill).known


def classroom(teacher, student):
    made = classrooms.create(User.objects.get(username=teacher), "8b")
    Enrolment.objects.create(classroom=made, student=User.objects.get(username=student))
    return str(made.pk)


if __name__ == "__main__":
    serve(COMMANDS | {"key": key, "known": known, "classroom": classroom})
