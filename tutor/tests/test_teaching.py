"""What a turn is taught from."""

import pytest
from django.utils import timezone

from accounts.models import User
from tutor import teaching
from tutor.models import Conversation, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation():
    return Conversation.objects.create(owner=User.objects.create(username="ada"), title="Sums")


def asked(conversation, question, **fields):
    return Turn.objects.create(conversation=conversation, question=question, enqueued=timezone.now(), **fields)


def test_work_beside_a_full_solution_is_read(conversation):
    assert teaching.material_of(asked(conversation, "Solve 2x = 4")) is None
    assert teaching.material_of(asked(conversation, "Solve 2x = 4", attempt="x = 3")).problem == "Solve 2x = 4"


def test_what_stands_above_a_problem_is_a_part_of_it_where_it_was_asked_back(conversation):
    above = asked(conversation, "How many clips in all?")
    below = asked(conversation, "48 in April and 24 in May", parent=above)
    assert teaching.problem_of(below) == "48 in April and 24 in May"
    above.progress = {"asked_back": True}
    assert teaching.problem_of(below) == "How many clips in all?\n48 in April and 24 in May"
