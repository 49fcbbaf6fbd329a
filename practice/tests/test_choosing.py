"""What to practise next follows what went wrong in marked work and in what the tutor has checked, and only what its student has seen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grading.models import Mark
from grading.tests.school import WRONG, School
from inference.tutoring.checking import review
from inference.tutoring.events import Reviewed
from practice import choosing
from practice.models import Knowledge
from tutor import teaching
from tutor.models import Conversation, Turn, TurnEvent


@pytest.fixture
def school(db, settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return School()


def test_a_mistake_in_released_work_comes_first(school):
    assert choosing.choose(school.student).why == "new"
    submission = school.hand_in(work=WRONG)
    assert choosing.choose(school.student).why == "new", "an unreleased mark tells nothing"
    school.decide(submission)
    school.release()
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.why) == ("linear", "mistake")
    assert choosing.choose(school.classmate).why == "new", "somebody else's mistake"
    Mark.objects.filter(submission=submission).update(first_error=1)
    assert choosing.choose(school.student).why == "mistake", "the teacher says the same as the machine"
    Mark.objects.filter(submission=submission).update(first_error=-1)
    assert choosing.choose(school.student).why == "new", "the teacher says that no step is wrong"
    school.decide(school.hand_in(school.classmate))
    school.release()
    assert choosing.choose(school.classmate).why == "new", "work without a mistake"


def test_a_mistake_in_work_that_is_old_or_was_handed_in_again_points_nowhere(school):
    school.decide(school.hand_in(work=WRONG))
    school.release()
    assert choosing.choose(school.student).why == "mistake"
    assert choosing.choose(school.student, timezone.now() + choosing.RECENT).why == "new"
    school.hand_in()
    assert choosing.choose(school.student).why == "new"


def checked_by_the_tutor(student, problem, work, ago=timedelta(0)):
    """The tutor has read a student's own work, as a worker writes it."""
    conversation = Conversation.objects.create(owner=student, title=problem)
    fields = {"question": problem, "attempt": work, "aim": "check", "state": "done", "enqueued": timezone.now()}
    turn = Turn.objects.create(conversation=conversation, **fields)
    said = teaching.reviewed(Reviewed(review=review(problem, work, None)), turn)
    for seq, (kind, payload) in enumerate([("queued", {}), ("reviewed", said), ("done", {"candidate": 0})], 1):
        TurnEvent.objects.create(turn=turn, seq=seq, run=1, kind=kind, payload=payload)
    Turn.objects.filter(pk=turn.pk).update(created=timezone.now() - ago)


EXPANDED = ("Expand $(x + 3)^2$.", "(x + 3)^2 = x^2 + 9")


def test_a_mistake_that_the_tutor_found_points_to_what_to_practise(school):
    checked_by_the_tutor(school.student, "Solve $2x + 3 = 7$.", WRONG)
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.why) == ("linear", "mistake")
    assert choosing.choose(school.classmate).why == "new"


def test_what_the_tutor_found_long_ago_or_right_points_nowhere(school):
    checked_by_the_tutor(school.student, *EXPANDED, ago=timedelta(days=31))
    checked_by_the_tutor(school.student, "Solve $2x + 3 = 7$.", "2x + 3 = 7\n2x = 4\nx = 2")
    assert choosing.choose(school.student).why == "new"


def test_the_newest_mistake_comes_first(school):
    school.decide(school.hand_in(work=WRONG))
    school.release()
    checked_by_the_tutor(school.student, *EXPANDED, ago=timedelta(hours=1))
    assert choosing.choose(school.student).skill.code == "linear"
    checked_by_the_tutor(school.student, *EXPANDED)
    Knowledge.objects.create(student=school.student, skill="linear", known=0.6)  # and the older one's skill is the better known
    assert choosing.choose(school.student).skill.code == "expanding"


def test_of_very_many_mistakes_the_newest_are_looked_at(school, monkeypatch):
    monkeypatch.setattr(choosing, "MISTAKES", 1)
    checked_by_the_tutor(school.student, *EXPANDED, ago=timedelta(hours=1))
    checked_by_the_tutor(school.student, "Solve $2x + 3 = 7$.", WRONG)
    assert list(choosing.recent_mistakes(school.student, timezone.now())) == ["linear"]


def test_of_several_reviews_the_one_that_waits_longest_comes_first(school):
    now = timezone.now()
    for skill, days in (("arithmetic", 1), ("linear", 3), ("fractions", 2), ("geometry", -1)):
        Knowledge.objects.create(student=school.student, skill=skill, known=0.99, due=now - timedelta(days=days))
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.why) == ("linear", "review")


def test_a_mistake_in_what_was_mastered_is_practised_once_more(school):
    due = timezone.now() + timedelta(days=9)
    skill = Knowledge.objects.create(student=school.student, skill="linear", known=0.99, due=due)
    checked_by_the_tutor(school.student, "Solve $2x + 3 = 7$.", WRONG)
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.level, choice.why) == ("linear", 3, "mistake")
    skill.save()  # by an answer
    assert choosing.choose(school.student).why == "new"


def test_what_was_tried_too_early_waits_for_what_it_needs(school):
    Knowledge.objects.create(student=school.student, skill="derivatives", known=0.2)
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.why) == ("arithmetic", "new")
    Knowledge.objects.create(student=school.student, skill="arithmetic", known=0.1)
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.why) == ("arithmetic", "learning")
    for skill, known in (("linear", 0.99), ("factoring", 0.1), ("quadratic", 0.6)):
        Knowledge.objects.create(student=school.student, skill=skill, known=known)
    assert choosing.choose(school.student).skill.code == "arithmetic", "factoring lacks, and needs what has not begun"


def test_of_what_is_being_learned_the_nearest_to_mastery_comes_first(school):
    for skill, known in (("arithmetic", 0.97), ("fractions", 0.3), ("geometry", 0.6), ("linear", 0.5)):
        Knowledge.objects.create(student=school.student, skill=skill, known=known)
    Knowledge.objects.create(student=school.classmate, skill="geometry", known=0.1)  # says nothing of this one
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.level, choice.why) == ("geometry", 2, "learning")


@pytest.mark.parametrize(("known", "level"), [(0.39, 1), (0.4, 2), (0.74, 2), (0.75, 3)])
def test_who_knows_more_gets_harder_problems(known, level):
    assert choosing.level_for(known) == level
