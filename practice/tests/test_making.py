"""Making items: variants, near duplicates, items without help, and a way on when all is used up."""

from itertools import pairwise
from random import Random

import pytest

from accounts.models import User
from inference.texts import is_repeated
from practice import making
from practice.generators import families
from practice.models import Item
from practice.skills import SKILL_OF_MISTAKE, SKILLS

pytestmark = pytest.mark.django_db


@pytest.fixture
def student():
    return User.objects.create(username="ada")


def test_no_item_repeats_another(student):
    made = [making.make(student, "factoring", 2, chance=Random(seed)) for seed in range(40)]
    questions = [item.question["en"] for item in made]
    assert not any(is_repeated(question, questions[:at]) for at, question in enumerate(questions))


@pytest.mark.parametrize("again", ["Solve $x + 3 = 10$.", "solve  $x+3=10$", "Solve $x - 3 = 10$."])
def test_near_duplicates_are_seen(again):
    assert is_repeated(again, ["Solve $x + 3 = 10$."]) == (again != "Solve $x - 3 = 10$.")
    assert not is_repeated("Solve $x + 4 = 10$.", ["Solve $x + 3 = 10$."])


def test_a_variant_is_of_the_same_kind(student):
    item = making.make(student, "percent", 3)
    other = making.make(student, "percent", 3, parent=item)
    assert (other.family, other.parent) == (item.family, item)
    assert other.question != item.question


def test_each_fourth_item_is_without_help(student):
    assert [making.make(student, "arithmetic", 1).alone for _time in range(8)] == [False, False, False, True] * 2


def test_there_is_a_way_on_when_all_is_used_up(student, monkeypatch):
    only = families.draw(families.BY_CODE["sharing"], Random(1))
    monkeypatch.setattr(families, "draw", lambda _family, _chance: only)
    first = making.make(student, "arithmetic", 1)
    again = making.make(student, "arithmetic", 1, review=True)
    assert again.question == first.question
    assert (again.review, again.alone, first.review, first.alone) == (True, True, False, False)
    assert Item.objects.count() == 2


def test_what_comes_again_is_what_was_given_longest_ago_of_what_is_asked_for(student):
    other = making.make(student, "factoring", 2)
    made = [making.make(student, "factoring", 1, chance=Random(seed)) for seed in range(36)]
    assert {item.family for item in made} == {"factor-difference"}
    assert len({item.question["en"] for item in made[-12:]}) == 12
    assert making.make(student, "factoring", 1, parent=made[0]).family == "factor-difference" != other.family


def test_what_others_had_and_what_was_had_of_other_skills_is_not_counted(student):
    bea = User.objects.create(username="bea")
    others = [making.make(bea, "arithmetic", 1) for _time in range(3)]
    own = [making.make(student, "percent", 1) for _time in range(3)]
    item = making.make(student, "arithmetic", 1)
    assert not any(each.alone for each in (*others, *own, item))


def test_the_same_kind_does_not_come_twice_in_a_row(student):
    kinds = [making.make(student, "percent", 1, chance=Random(seed)).family for seed in range(12)]
    assert all(one != other for one, other in pairwise(kinds))


def test_a_problem_of_the_model_s_in_chinese_alone_stands_in_nobody_s_way(student):
    texts = {"question": {"zh": "一共多少？"}, "hint": {}, "expected": "3"}
    Item.objects.create(student=student, skill="arithmetic", level=1, **texts)
    assert making.make(student, "arithmetic", 1).family


def test_a_review_that_was_begun_is_the_students_own_of_its_skill(student):
    bea = User.objects.create(username="bea")
    others = [
        making.make(bea, "linear", 1, review=True),
        making.make(student, "percent", 1, review=True),
        making.make(student, "linear", 1),
    ]
    begun = making.review(student, "linear", 1)
    assert begun not in others
    assert (begun.student, begun.skill, begun.review) == (student, "linear", True)
    assert making.review(student, "linear", 1) == begun


def test_each_fourth_of_very_many_is_without_help(student, monkeypatch):
    monkeypatch.setattr(making, "LOOKED_AT", 5)
    assert [making.make(student, "arithmetic", 1).alone for _time in range(12)] == [False, False, False, True] * 3


def test_every_mistake_points_to_a_skill_that_is_there():
    assert set(SKILL_OF_MISTAKE.values()) <= {skill.code for skill in SKILLS}
