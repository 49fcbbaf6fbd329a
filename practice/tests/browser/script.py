"""Knows the keys of a student's items, for the browser tests. JSON lines in and out."""

from tutor.tests.browser.script import COMMANDS, serve  # first: it sets Django up

# isort: split
from accounts import classrooms
from accounts.models import Enrolment, User
from practice import answering, making, reporting
from practice.models import Item, Knowledge, Writing


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


def full(teacher, student):
    """A student in a class, with a problem that was reported and one that the model is to write. Ids of all of it."""
    person = User.objects.get(username=student)
    room = classrooms.create(User.objects.get(username=teacher), "8b")
    enrolment = Enrolment.objects.create(classroom=room, student=person)
    item = making.make(person, "quadratic", 2)
    answering.answer(item, item.expected)
    reporting.report(item, "Is $x$ a whole number?")
    waiting = Writing.objects.create(student=person, question="Solve $2x + 3 = 7$.")
    return {"classroom": str(room.pk), "enrolment": enrolment.pk, "item": str(item.pk), "writing": str(waiting.pk)}


if __name__ == "__main__":
    serve(COMMANDS | {"key": key, "percentage": percentage, "known": known, "full": full})
