"""Mastery, and the reviews that follow it."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from practice import answering, choosing, making
from practice.models import Item, Knowledge
from practice.tests.practising import give, start, wrong

pytestmark = pytest.mark.django_db


def test_three_right_answers_are_mastery_and_a_review_follows(ada, people):
    for _time in range(3):
        item = start(ada, skill="fractions", level="1")
        give(ada, item, item.expected)
    knowledge = Knowledge.objects.get(skill="fractions")
    assert knowledge.mastered
    assert knowledge.due > timezone.now()
    later = choosing.choose(people["ada"], timezone.now() + timedelta(days=1, minutes=1))
    assert (later.skill.code, later.why) == ("fractions", "review")
    Knowledge.objects.update(due=timezone.now() - timedelta(minutes=1))
    review = start(ada)
    assert (review.skill, review.review, review.alone) == ("fractions", True, True)
    give(ada, review, review.expected)
    knowledge.refresh_from_db()
    assert (knowledge.box, timezone.localdate(knowledge.due)) == (1, timezone.localdate() + timedelta(days=2))


def test_a_review_is_there_all_of_the_day_that_was_said(people, monkeypatch):
    evening = timezone.make_aware(datetime.fromisoformat("2026-03-02T20:00"))
    monkeypatch.setattr(timezone, "now", lambda: evening)
    for _time in range(3):
        item = making.make(people["ada"], "fractions", 1)
        answering.answer(item, item.expected)
    assert choosing.choose(people["ada"], evening + timedelta(hours=3)).why != "review"
    assert choosing.choose(people["ada"], evening + timedelta(hours=11)).why == "review"


def test_a_review_that_waits_has_no_date_in_the_past(ada, people):
    mastered = Knowledge.objects.create(student=people["ada"], skill="linear", known=0.99, due=timezone.now() + timedelta(days=9))
    item = start(ada, skill="linear")
    give(ada, item, item.expected)
    pages = [reverse("practice:item", args=[item.pk]), reverse("practice:mastery")]
    assert ["A review of it is due." in ada.get(pages[0]).text, ">Now<" in ada.get(pages[1]).text] == [False, False]
    Knowledge.objects.filter(pk=mastered.pk).update(due=timezone.now() - timedelta(days=9))
    assert ["A review of it is due." in ada.get(pages[0]).text, ">Now<" in ada.get(pages[1]).text] == [True, True]
    assert "It comes again on" not in ada.get(pages[0]).text


def test_a_review_is_begun_once_and_counts_once(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.951, box=2, due=timezone.now())
    review = start(ada)
    assert start(ada) == review
    other = Item.objects.get(pk=review.pk)
    other.pk, other._state.adding = None, True
    other.save()  # begun at the same moment, in another tab
    for each in (review, other):
        give(ada, each, each.expected)
    knowledge = Knowledge.objects.get(skill="linear")
    assert knowledge.box == 3
    assert timedelta(days=7) < knowledge.due - timezone.now() <= timedelta(days=8)
    Knowledge.objects.update(due=timezone.now())
    assert start(ada) not in (review, other)


def test_a_review_in_another_tab_of_what_failed_meanwhile_is_learning(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.98, box=2, due=timezone.now())
    review = start(ada)
    other = Item.objects.get(pk=review.pk)
    other.pk, other._state.adding = None, True
    other.save()
    give(ada, review, wrong(review))
    give(ada, other, other.expected)
    knowledge = Knowledge.objects.get(skill="linear")
    assert (knowledge.box, timezone.localdate(knowledge.due)) == (0, timezone.localdate() + timedelta(days=1))


@pytest.mark.parametrize("due", [timedelta(0), timedelta(days=9)])
def test_practice_beside_a_review_does_not_move_it(ada, people, due):
    before = Knowledge.objects.create(student=people["ada"], skill="linear", known=0.96, box=2, due=timezone.now() + due)
    item = start(ada, skill="linear")
    give(ada, item, item.expected)
    after = Knowledge.objects.get(skill="linear")
    assert after.known > before.known
    assert (after.box, after.due) == (before.box, before.due)


def test_what_was_forgotten_beside_its_reviews_begins_anew(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.98, box=3, due=timezone.now() + timedelta(days=9))
    item = start(ada, skill="linear")
    give(ada, item, wrong(item))
    assert Knowledge.objects.get(skill="linear").due is None
    item = start(ada, skill="linear")
    give(ada, item, item.expected)
    knowledge = Knowledge.objects.get(skill="linear")
    assert (knowledge.box, timezone.localdate(knowledge.due)) == (0, timezone.localdate() + timedelta(days=1))


def test_a_failed_review_is_learned_again(ada, people):
    Knowledge.objects.create(student=people["ada"], skill="arithmetic", known=0.99, due=timezone.now() + timedelta(days=9))
    Knowledge.objects.create(student=people["ada"], skill="linear", known=0.951, box=3, due=timezone.now())
    review = start(ada)
    give(ada, review, wrong(review))
    knowledge = Knowledge.objects.get(skill="linear")
    assert (knowledge.mastered, knowledge.due, knowledge.box) == (False, None, 0)
    assert choosing.choose(people["ada"]).skill.code == "linear"


def test_there_is_always_something_to_do(people):
    for skill in choosing.SKILLS:
        Knowledge.objects.create(student=people["ada"], skill=skill.code, known=0.99, due=timezone.now() + timedelta(days=9))
    assert choosing.choose(people["ada"]).why == "mastered"
    Knowledge.objects.get(skill="arithmetic").save()  # by an answer
    assert choosing.choose(people["ada"]).skill.code == "fractions", "all are equal, and this one was practised longest ago"
    Knowledge.objects.filter(skill="systems").update(known=0.97)
    assert choosing.choose(people["ada"]).skill.code == "systems"
