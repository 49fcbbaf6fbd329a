"""Answers after help, of the page or of the tutor, are kept apart."""

import pytest
from django.urls import reverse
from django.utils import timezone

from inference.prompts import Exchange
from practice.models import Attempt, Item
from practice.tests.practising import give, known, start, wrong
from tutor import asking

pytestmark = pytest.mark.django_db


def test_answers_after_help_are_kept_apart(ada):
    item = start(ada, skill="percent", level="1")
    page = ada.post(reverse("practice:help", args=[item.pk]), follow=True)
    assert item.hint["en"].split("$")[0].strip() in page.text.replace("&#x27;", "'")
    give(ada, item, item.expected)
    assert Attempt.objects.get().aided
    assert known("percent") == 0.2
    row = ada.get(reverse("practice:mastery")).context["standings"][2]
    assert (row.percent, row.alone.answered, row.aided.right, row.aided.answered) == (None, 0, 1, 1)


@pytest.mark.parametrize("said", ["What is {}?", "{}", "Please: {question}"])
def test_an_answer_after_the_tutor_was_asked_is_kept_apart(ada, people, said):
    item = start(ada, skill="linear", level="1")
    text = item.question["zh" if "Please" in said else "en"]
    asking.ask(people["ada"], said.format(text.split("$")[1], question=text), "cot", "en")
    give(ada, item, item.expected)
    assert Attempt.objects.get().aided
    assert known("linear") == 0.2


def test_help_of_the_tutor_is_not_forgotten_with_its_conversation(as_, ada, people):
    item, other = (start(ada, skill="linear", level="1") for _time in range(2))
    asked = asking.ask(people["ada"], item.question["en"], "cot", "en")
    others = Item.objects.get(pk=item.pk)
    others.pk, others.student, others._state.adding = None, people["bea"], True
    others.save()
    Item.objects.update(created=item.created)
    ada.post(reverse("tutor:delete", args=[asked.conversation_id]))
    for each in (item, other):
        give(ada, each, each.expected)
    give(as_("bea"), others, others.expected)
    assert [attempt.aided for attempt in Attempt.objects.all()] == [True, False, False]


def test_a_conversation_from_before_the_problem_came_was_no_help_with_it(ada, people):
    item = start(ada, skill="linear", level="1")
    asked = asking.ask(people["ada"], item.question["en"], "cot", "en")
    Item.objects.update(created=timezone.now())
    asked.conversation.delete()
    give(ada, item, item.expected)
    assert not Attempt.objects.get().aided


@pytest.mark.parametrize("way", ["instructions", "attempt", "history"])
def test_an_answer_after_a_program_was_asked_is_kept_apart(ada, people, way):
    item = start(ada, skill="linear", level="1")
    text = item.question["en"]
    said = {"history": []} | {way: [Exchange(question=text, text="Hm.")] if way == "history" else text}
    asking.ask_once(people["ada"], "Do it.", "auto", 1, **said)
    give(ada, item, item.expected)
    assert Attempt.objects.get().aided


def test_another_problem_put_to_the_tutor_is_no_help(ada, people):
    old = start(ada, skill="linear", level="2")
    asking.ask(people["ada"], old.question["en"], "cot", "en")
    item = start(ada, skill="linear", level="2")
    asking.ask(people["bea"], item.question["en"], "cot", "en")
    give(ada, item, item.expected)
    again = Item.objects.get(pk=old.pk)
    again.pk, again._state.adding = None, True
    again.save()  # the same comes once more, when all are used up
    give(ada, again, again.expected)
    assert not any(attempt.aided for attempt in Attempt.objects.all())


def test_an_item_alone_offers_no_help_before_an_answer(ada):
    items = [start(ada, skill="arithmetic", level="1") for _time in range(4)]
    page = ada.get(reverse("practice:item", args=[items[3].pk]))
    assert "Without help" in page.text
    assert "first step" not in page.text
    assert ada.post(reverse("practice:help", args=[items[3].pk])).status_code == 422
    give(ada, items[3], wrong(items[3]))
    assert ada.post(reverse("practice:help", args=[items[3].pk]), follow=True).status_code == 200
