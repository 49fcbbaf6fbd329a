"""A conversation as it is saved: what the page says of a turn, once. How a solution's text is saved is in `test_lessons.py`."""

import pytest

from accounts.models import User
from tutor import asking, conversations, exporting
from tutor.models import Turn, TurnEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def turn(db):
    return asking.ask(User.objects.create_user("student"), "What is 1 + 1?", "cot", "en")


def saved(turn, **fields):
    Turn.objects.filter(pk=turn.pk).update(**fields)
    return exporting.markdown(turn.conversation, conversations.branch(turn.conversation))


def headings(text):
    return [line for line in text.splitlines() if line.startswith("##")]


def test_work_and_a_step_that_are_all_that_was_said_are_saved_once(turn):
    assert headings(saved(turn)) == ["## Question", "## Solution"]
    text = saved(turn, question="So $a = 3$.", quote="So $a = 3$.", request="challenge")
    assert (headings(text)[0], text.count("a = 3")) == ("## Question", 1)
    text = saved(turn, question="$b = 4$", attempt="$b = 4$", quote="", request="attempt")
    assert (headings(text)[0], text.count("b = 4")) == ("## My own work", 1)


def test_a_saved_answer_says_that_python_checked_it(turn):
    assert "**Answer:** $2$\n" in saved(turn, state="done", answer="2")
    assert "**Answer:** $2$ (Checked by Python)\n" in saved(turn, checked=True)


def test_a_warning_about_the_picked_solution_is_not_of_each_candidate(turn):
    """One of four that ended at its limit, or was refuted, is not the one that is shown."""
    data = {"candidate": 1, "finish": "length", "refuted": True}
    TurnEvent.objects.create(turn=turn, seq=2, run=0, kind="solved", payload=data)
    assert "⚠" not in saved(turn, n=4)
