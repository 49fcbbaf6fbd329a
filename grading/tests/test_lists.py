"""In which order pages list what they count: a query that counts has no order of its own."""

import pytest

from accounts import classrooms
from grading import bank
from grading.models import Assignment
from grading.tests.school import School, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return School()


def shown(school, name, key, *args):
    return list(school.client(school.teacher).get(page(name, *args)).context[key])


def test_classes_stand_by_name(school):
    for name in ("7a", "10d", "9b", "6c", "8c", "5e"):
        classrooms.create(school.teacher, name)
    names = [each.name for each in shown(school, "classes", "taught")]
    assert names == sorted(names)


def test_assignments_stand_with_the_newest_first(school):
    titles = [school.assignment.title]
    for number in range(6):
        titles.append(Assignment.objects.create(classroom=school.classroom, title=f"Week {number}").title)
    assert [each.title for each in shown(school, "classroom", "assignments", school.classroom.pk)] == titles[::-1]


def test_a_blind_sample_is_offered_problem_by_problem(school):
    bank.assign([school.bank(f"Solve $x = {number}$.") for number in range(6)], school.assignment)
    assert [problem.number for problem, _count in shown(school, "confidence", "rows", school.assignment.pk)] == list(range(1, 8))
