"""What a student is told of marks: on every page until they looked, and again when something changed."""

import pytest
from django.urls import reverse

from grading import release
from grading.models import Mark, RegradeRequest
from grading.tests.school import WRONG, page

NEW = "New marks"


@pytest.fixture
def marked(school):
    school.submission = school.hand_in(work=WRONG)
    school.decide(school.submission, [], comment="Look at step 2.")
    school.release()
    return school


def told(school, student=None):
    """Where it is said: in the sidebar, at the top of the first page, and among the classes."""
    client = school.client(student or school.student)
    notices = reverse("tutor:notices")
    pages = {"sidebar": notices, "lines": f"{notices}?lines", "home": reverse("tutor:home"), "classes": page("classes")}
    return {name for name, address in pages.items() if NEW in client.get(address).content.decode()}


def test_a_student_is_told_of_marks_until_they_look(marked):
    assert told(marked) == {"sidebar", "lines", "home", "classes"}
    assert not told(marked, marked.classmate)
    assert not told(marked, marked.teacher)
    client = marked.client(marked.student)
    assignment = page("assignment", marked.assignment.pk)
    assert ">New</span>" in client.get(assignment).content.decode()
    assert told(marked), "a list of problems is no look at a mark"
    client.get(page("work", marked.problem.pk))
    assert not told(marked)
    assert ">New</span>" not in client.get(assignment).content.decode()


def test_a_mark_that_is_not_released_is_no_news(school):
    submission = school.hand_in()
    school.decide(submission)
    assert not told(school)
    school.client(school.student).get(page("work", school.problem.pk))
    school.release()
    assert told(school), "they looked before there was anything to see"


def test_a_change_and_an_answer_are_news_again(marked):
    student = marked.client(marked.student)
    student.get(page("work", marked.problem.pk))
    marked.decide(marked.submission, why="Counted again.")
    assert told(marked)
    student.get(page("work", marked.problem.pk))
    release.ask(marked.submission.__class__.objects.get(pk=marked.submission.pk), "Please")
    assert not told(marked)
    release.answer(RegradeRequest.objects.select_related("submission__mark").get(), marked.teacher, "It stays.")
    assert told(marked)


def test_marks_of_a_class_that_was_left_are_no_news(marked):
    marked.classroom.enrolments.all().delete()
    assert not told(marked)


def test_only_the_mark_that_stands_is_news(marked):
    newest = marked.hand_in()
    marked.decide(newest)
    marked.release()
    Mark.objects.filter(pk=newest.pk).update(seen_version=Mark.objects.get(pk=newest.pk).version)
    assert not told(marked)
