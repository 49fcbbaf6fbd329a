"""From end to end through the pages: a class, an assignment, work, a mark, and the student who reads it."""

import re

from django.test import Client

from accounts.models import Classroom, User
from grading.models import Assignment, Mark, Problem, Submission
from grading.tests.school import RIGHT, WRONG, check_all, page


def test_from_a_new_class_to_a_mark_on_the_steps(db):
    teacher, student = Client(), Client()
    teacher.force_login(User.objects.create_user("teacher", role="teacher"))
    student.force_login(User.objects.create_user("student"))

    teacher.post(page("create_classroom"), {"name": "8b"})
    classroom = Classroom.objects.get()
    teacher.post(page("create_problem"), {"text": "Solve $2x + 3 = 7$.", "answer": "x = 2", "topic": "Equations", "reference": ""})
    teacher.post(page("create_assignment", classroom.pk), {"title": "Homework", "attempts": 2, "help": "any"})
    assignment = Assignment.objects.get()
    assert student.get(page("assignment", assignment.pk)).status_code == 404
    teacher.post(page("pick", assignment.pk), {"problem": [str(Problem.objects.get().pk)]})
    teacher.post(page("publish", assignment.pk))
    problem = assignment.problems.get()

    assert student.post(page("join"), {"code": classroom.code.lower()}).url == page("classroom", classroom.pk)
    assert "Homework" in student.get(page("classroom", classroom.pk)).content.decode()
    assert student.post(page("hand_in", problem.pk), {"work": WRONG, "answer": "x = 5"}).url == page("work", problem.pk)
    check_all()

    queue = teacher.get(page("queue", problem.pk)).content.decode()
    assert "2x = 10" in queue
    submission = Submission.objects.get()
    start = problem.rubric.get(rule="start")
    marked = {"version": 0, "ticked": [start.pk], "first_error": 1, "comment": "Subtract 3, do not add it.", "reviewed": "on"}
    teacher.post(page("mark", submission.pk), marked | {"then": "next"})
    assert "Subtract 3" not in student.get(page("work", problem.pk)).content.decode()
    teacher.post(page("release", assignment.pk))

    seen = student.get(page("work", problem.pk)).content.decode()
    assert "Subtract 3, do not add it." in seen
    assert "1 / 4" in seen
    assert re.search(r'label-wrong">.{0,120}2x = 10', seen, re.DOTALL)
    assert re.search(r'label-right">.{0,120}2x \+ 3 = 7', seen, re.DOTALL)
    assert Mark.objects.get().points == 1

    student.post(page("hand_in", problem.pk), {"work": RIGHT})
    assert Submission.objects.get(current=True).attempt == 2
    assert "used all your attempts" in student.get(page("work", problem.pk)).content.decode()
