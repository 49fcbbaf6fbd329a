"""Answers through the front door: what is right, what is wrong, and what costs nothing."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from grading import reading
from grading.checking.reasons import Reason
from practice import answering, making
from practice.models import Attempt, Item, Knowledge
from practice.tests.practising import give, known, start, wrong

pytestmark = pytest.mark.django_db


def test_a_right_answer_counts_and_leads_on(ada):
    item = start(ada, skill="linear", level="2")
    assert (item.skill, item.level) == ("linear", 2)
    page = give(ada, item, item.expected)
    assert "Right." in page.text
    assert "Next problem" in page.text
    assert known("linear") == pytest.approx(0.6)
    assert Attempt.objects.get().counted


def test_a_wrong_answer_is_told_why_and_can_be_mended(ada):
    item = start(ada, skill="quadratic", level="1")
    page = give(ada, item, "x = 77, x = 78, x = 79")
    assert f"Not right. {Reason(**Attempt.objects.get().reason)}" in page.text
    before = known("quadratic")
    Item.objects.update(created=timezone.now() - timedelta(minutes=9))
    Attempt.objects.update(created=timezone.now() - timedelta(minutes=2))
    assert "Right." in give(ada, item, item.expected).text
    assert known("quadratic") == before, "only the first answer is evidence"
    again = Attempt.objects.last()
    assert (again.known, int(again.seconds / 60)) == (before, 2)


def test_what_cannot_be_read_costs_nothing_and_is_kept(ada):
    item = start(ada, skill="linear", level="1")
    page = give(ada, item, "x = = 3 +")
    assert page.status_code == 422
    assert "It does not count" in page.text
    assert "x = = 3 +" in page.text
    assert not Attempt.objects.exists()
    assert not Knowledge.objects.exists()


@pytest.mark.parametrize("skill", ["fractions", "linear", "factoring"])
def test_the_problem_typed_again_is_no_answer_and_costs_nothing(ada, skill):
    item = start(ada, skill=skill, level="2")
    page = give(ada, item, item.question["en"].split("$")[1])
    assert page.status_code == 422
    assert "not finished" in page.text
    assert not Attempt.objects.exists()
    assert "Right." in give(ada, item, item.expected).text


def test_an_empty_answer_is_none_and_is_said(ada):
    item = start(ada, skill="linear", level="1")
    page = give(ada, item, " \x00")
    assert "Write an answer first." in page.text
    assert not Attempt.objects.exists()


def set_by_hand(people, expected, form="number", family="by-hand"):
    texts = {"question": {"en": "?"}, "hint": {}}
    return Item.objects.create(student=people["ada"], skill="arithmetic", level=1, expected=expected, form=form, family=family, **texts)


@pytest.mark.parametrize(
    ("expected", "form", "given"),
    [
        ("6x - 6", "", "6X - 6"),
        ("x = 3", "solved", "X = 3"),
        ("(x - 7)(x - 5)", "factored", "(X-7)(X-5)"),
        ("117\\pi", "number", "117 Pi"),
        ("x = -1, x = 3", "solved", "L = {-1; 3}"),
        ("26", "number", "2\x006"),
    ],
)
def test_a_capital_letter_of_a_phone_s_keyboard_is_no_mistake(ada, people, expected, form, given):
    assert "Right." in give(ada, set_by_hand(people, expected, form), given).text
    assert "\x00" not in Attempt.objects.get().answer


def test_of_an_endless_answer_is_kept_what_a_field_holds(ada, people):
    assert "Right." in give(ada, set_by_hand(people, "3"), f"3.{'0' * 600}").text
    assert len(Attempt.objects.get().answer) == answering.LONGEST


def test_a_capital_letter_of_the_model_s_may_be_another_one(ada, people):
    assert "Right." not in give(ada, set_by_hand(people, "2a", form="", family=""), "2A").text


@pytest.mark.parametrize(
    ("expected", "form", "unfinished", "wrong"),
    [("(x - 7)(x - 5)", "factored", "x(x - 12) + 35", "x(x - 12) + 36"), ("6x - 6", "expanded", "6(x - 1)", "6(x - 2)")],
)
def test_what_is_right_in_another_form_costs_nothing_and_what_is_wrong_in_it_counts(ada, people, expected, form, unfinished, wrong):
    item = set_by_hand(people, expected, form)
    assert "not in the form that was asked for" in give(ada, item, unfinished).text
    assert not Attempt.objects.exists()
    assert "Not right." in give(ada, item, wrong).text


@pytest.mark.parametrize(("expected", "given"), [("10/3", "3.33"), ("x = 8/3", "x = 2.67"), ("117\\pi", "367.57"), ("117\\pi", "367.6 m²")])
def test_a_rounded_answer_where_an_exact_one_was_asked_for_costs_nothing(ada, people, expected, given):
    item = set_by_hand(people, expected)
    assert "not in the form that was asked for" in give(ada, item, given).text
    assert not Attempt.objects.exists()
    assert "Not right." in give(ada, item, "3.5").text
    models = set_by_hand(people, expected, form="", family="")  # asks for no form
    assert "Not right. The answer is rounded" in give(ada, models, given).text


@pytest.mark.parametrize(("expected", "given"), [("x < 3", "2x+1 < 7"), ("x = 3", "2x = 6"), ("7", "3 + 4")])
def test_what_is_not_solved_is_no_answer_and_costs_nothing(ada, people, expected, given):
    """Whatever form the item asks for: the model's items ask for none."""
    item = set_by_hand(people, expected, form="", family="")
    item.question = {"en": "Work out 3 + 4."}
    item.save()
    assert "not finished" in give(ada, item, given).text
    assert not Attempt.objects.exists()
    assert "Right." in give(ada, item, expected).text


def test_the_unit_that_is_asked_for_may_be_another_one(ada, people):
    item = set_by_hand(people, "148")
    item.question = {"en": "How long is it, in cm?"}
    item.save()
    assert "Right." in give(ada, item, "1.48 m").text


@pytest.mark.parametrize("given", ["42 cents", "42%", "$42", "42 kg"])
def test_the_right_number_of_another_unit_costs_nothing(ada, people, given):
    item = set_by_hand(people, "42")
    item.question = {"en": "How many euros are left?"}
    item.save()
    page = give(ada, item, given)
    assert page.status_code == 422
    assert "another unit" in page.text
    assert not Attempt.objects.exists()
    for right in ("42 euros", "42 €", "42 coins", "42"):
        assert "Right." in give(ada, item, right).text
    assert all(attempt.right for attempt in Attempt.objects.all())


def changed(student, word):
    """A problem of a number that "rises" or "falls"."""
    items = (making.make(student, "percent", 2, chance=Random(seed)) for seed in range(60))
    return next(item for item in items if item.family == "rate-of-change" and f" {word} from " in item.question["en"])


def test_how_much_it_falls_is_asked_and_a_minus_before_it_costs_nothing(ada, people):
    item = changed(people["ada"], "falls")
    assert item.question["en"].endswith("By how many percent does it fall?")
    assert item.question["zh"].endswith("下降了百分之几？")
    page = give(ada, item, f"-{item.expected}")
    assert page.status_code == 422
    assert "This is not wrong" in page.text
    assert not Attempt.objects.exists()
    assert "Right." in give(ada, item, item.expected).text


def test_a_rise_with_a_minus_before_it_is_wrong(ada, people):
    item = changed(people["ada"], "rises")
    assert item.question["en"].endswith("By how many percent does it rise?")
    assert item.question["zh"].endswith("上升了百分之几？")
    assert "Not right." in give(ada, item, f"-{item.expected}").text


def test_the_answer_is_shown_only_after_a_try(ada):
    item = start(ada, skill="geometry", level="1")
    address = reverse("practice:reveal", args=[item.pk])
    assert ada.post(address).status_code == 422
    assert "The answer is" not in give(ada, item, wrong(item)).text
    page = ada.post(address, follow=True).text
    assert f"${item.expected}$" in page.split("The answer is")[1]
    assert "answer-form" not in page
    give(ada, item, item.expected)  # from another tab
    assert [attempt.aided for attempt in Attempt.objects.all()] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_the_checker_holds_no_connection_to_the_database(ada, monkeypatch):
    held = []
    check = answering.check_asked

    def waiting(*asked):
        held.append(connection.connection is not None)
        return check(*asked)

    monkeypatch.setattr(answering, "check_asked", waiting)
    monkeypatch.setattr(reading._reader, "ask", lambda *_asked, **_limits: held.append(connection.connection is not None) or "")
    give(ada, start(ada, skill="linear", level="2"), "x = 1234567")
    ada.post(reverse("practice:reading"), {"answer": r"\int_0^1 x dx"})
    assert held == [False, False]
