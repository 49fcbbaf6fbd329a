"""Knows the keys of a student's items, for the browser tests. JSON lines in and out."""

from tutor.tests.browser.script import COMMANDS, serve  # first: it sets Django up

# isort: split
from accounts import classrooms
from accounts.models import Enrolment, User
from practice import making
from practice.models import Item, Knowledge


def key(name):
    """Of the newest item."""
    return Item.objects.filter(student__username=name).latest("created").expected


def percentage(name):
    """A new item whose key is one."""
    student = User.objects.get(username=name)
    items = (making.make(student, "percent", 2) for _time in range(60))
    return str(next(item.pk for item in items if item.expected.endswith("%")))


def known(name, skill):
    return Knowledge.objects.get(student__username=name, skill=skill).known


def classroom(teacher, student):
    made = classrooms.create(User.objects.get(username=teacher), "8b")
    Enrolment.objects.create(classroom=made, student=User.objects.get(username=student))
    return str(made.pk)


if __name__ == "__main__":
    serve(COMMANDS | {"key": key, "percentage": percentage, "known": known, "classroom": classroom})
