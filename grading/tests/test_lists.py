"""In which order pages list what they count: a query that counts has no order of its own."""

from datetime import timedelta

import pytest
from django.utils import timezone

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


def test_a_class_that_has_ended_stands_apart_with_all_its_work(school):
    teacher, student = school.client(school.teacher), school.client(school.student)
    code = school.classroom.code
    teacher.post(page("end_classroom", school.classroom.pk), {"end": "1"})
    for client in (teacher, student):
        shown = client.get(page("classes")).context
        assert list(shown["past"]) == [school.classroom]
        assert shown["classes"] == []
        assert client.get(page("assignment", school.assignment.pk)).status_code == 200
    assert list(student.get(page("classes")).context["open_work"]) == []
    assert "No class has this code" in school.client(school.outsider).post(page("join"), {"code": code}, follow=True).content.decode()
    teacher.post(page("end_classroom", school.classroom.pk))
    assert list(student.get(page("classes")).context["open_work"]) == [school.assignment]


def test_next_year_s_class_takes_the_class_list_of_the_old_one(school):
    client = school.client(school.teacher)
    taken = client.get(page("roster_table", school.classroom.pk, "csv")).content.decode("utf-8-sig")
    new = classrooms.create(school.teacher, "9b")
    client.post(page("roster", new.pk), {"table": taken, "confirm": "1"})
    assert {each.student for each in new.class_list()} == {school.student, school.classmate}


def test_an_assignment_says_that_late_work_is_taken(school):
    address, client = page("assignment", school.assignment.pk), school.client(school.student)
    hour = timedelta(hours=1)
    for due, late_allowed, words in ((hour, True, ""), (-hour, True, "late work is taken"), (-hour, False, "closed")):
        Assignment.objects.update(due=timezone.now() + due, late_allowed=late_allowed)
        found = [each for each in ("late work is taken", "closed") if each in client.get(address).content.decode()]
        assert found == ([words] if words else [])
        listed = client.get(page("classes")).content.decode()
        assert (school.assignment.title in listed) == (words != "closed")
        assert ("late work is taken" in listed) == (words == "late work is taken")
