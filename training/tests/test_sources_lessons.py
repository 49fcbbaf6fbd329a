"""What a reader says of a solution can be learned from; what they say of a lesson's turn is no judgement of a solution."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Classroom, Enrolment, User
from training import sources
from training.models import Dataset
from tutor import asking, reporting
from tutor.models import Turn, TurnEvent

pytestmark = pytest.mark.django_db


def test_a_lesson_is_not_taken_for_a_solution():
    student = User.objects.create_user("student")
    classroom = Classroom.objects.create(name="7b", training_since=timezone.now() - timedelta(hours=1))
    Enrolment.objects.create(classroom=classroom, student=student)
    for more in ({}, {"aim": "hints"}, {"attempt": "1 + 1 = 3"}, {"quote": "1 + 1 = 2"}):
        turn = asking.ask(student, "What is 1 + 1?", "cot", "en", **more)
        Turn.objects.filter(pk=turn.pk).update(state="done", text="It is 2.", answer="2")
        TurnEvent.objects.create(turn=turn, seq=2, run=1, kind="started", payload={"mode": "cot", "language": "en"})
        TurnEvent.objects.create(turn=turn, seq=3, run=1, kind="done", payload={"candidate": 0, "finish": "stop", "differs": False})
        reporting.report(student, turn, "good", None, "")
    assert sources.count(Dataset.Source.THUMBS) == 1
