"""What a turn is taught from."""

import pytest
from django.utils import timezone

from accounts.models import User
from inference.tutoring.events import Keyed
from inference.tutoring.key import Key
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


def test_a_chosen_language_is_spoken_whatever_the_problem_s(conversation):
    problem = asked(conversation, "Solve 2x = 4")
    assert teaching.language_of(problem) == "en"
    problem.language = Turn.Language.ZH
    assert teaching.language_of(problem) == "zh"


def test_a_key_that_a_later_turn_made_is_its_problem_s(conversation):
    posed = asked(conversation, "Solve 2x = 4", aim="hints")
    hint = asked(conversation, "Give me a hint", aim="hints", parent=posed, poses=posed, request="hint")
    teaching.row(hint, Keyed(key=Key(answer="2", solution="", agreeing=3, count=3, checked=True)), "a model").save()
    assert teaching.material_of(posed).key.answer == teaching.material_of(hint).key.answer == "2"
