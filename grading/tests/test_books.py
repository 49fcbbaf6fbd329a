"""What teachers and students keep: tables of marks, progress by topic; and the class that a first look shows."""

import csv
import io
from decimal import Decimal

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import Classroom, User
from accounts.tables import decode
from grading import bank, release, submitting
from grading.models import Assignment, Submission
from grading.tests.school import RIGHT, WRONG, check_all, page


def table(answer):
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(decode(answer.content))))


def test_the_marks_of_an_assignment(school):
    [second] = bank.assign([school.bank("What is $1 + 1$?", "2", points=Decimal(2))], school.assignment)
    school.student.first_name = "=Li"
    school.student.save()
    first = school.hand_in()
    school.decide(first)
    check_all()
    submitting.hand_in(school.student, second, "2", "")
    rows = table(school.client(school.teacher).get(page("assignment_table", school.assignment.pk, "csv")))
    assert rows[0] == ["Username", "Name", "Student number", "1 (/4)", "2 (/2)", "Total", "Late", "State"]
    assert sorted(rows[1:]) == [["classmate", "", "", "", "", "", "", ""], ["student", "'=Li", "", "4", "", "4", "", "Draft"]]


def test_the_released_points_of_a_class(school):
    school.decide(school.hand_in(), [school.rubric()[0].pk], adjustment=Decimal("0.5"))
    school.release()
    school.decide(school.hand_in(school.classmate))
    Assignment.objects.create(classroom=school.classroom, title="Begun")
    rows = table(school.client(school.teacher).get(page("classroom_table", school.classroom.pk, "csv")))
    assert rows[0] == ["Username", "Name", "Student number", "Equations (/4)", "Begun (/0)"]
    assert rows[1:] == [["classmate", "", "", "", ""], ["student", "", "", "2.5", ""]]


def test_progress_by_topic(school):
    for number, points in enumerate([0, 2, 4]):
        assignment = Assignment.objects.create(classroom=school.classroom, title=str(number), published=school.assignment.published)
        [problem] = bank.assign([school.banked], assignment)
        submission = submitting.hand_in(school.student, problem, WRONG, "")
        check_all()
        school.decide(Submission.objects.get(pk=submission.pk), [], adjustment=Decimal(points))
        school.assignment = assignment
        school.release()
    hidden = school.hand_in()
    school.decide(hidden)
    shown = school.client(school.student).get(page("progress"))
    [topic] = shown.context["topics"]
    assert (topic.name, topic.percent, topic.count) == ("Equations", 50, 3)
    assert [point.percent for point in topic.points] == [0, 50, 100]
    assert [point.y for point in topic.points] == sorted((point.y for point in topic.points), reverse=True)
    enrolment = school.classroom.enrolments.get(student=school.student)
    assert school.client(school.teacher).get(page("student", enrolment.pk)).context["topics"] == [topic]
    assert "Nothing is marked yet" in school.client(school.classmate).get(page("progress")).content.decode()


def books(school):
    """What stands of the student's mark: class table, assignment table with its state, own class page, own assignment page, progress."""
    teacher, student = school.client(school.teacher), school.client(school.student)
    [in_class] = [row[-1] for row in table(teacher.get(page("classroom_table", school.classroom.pk, "csv"))) if row[0] == "student"]
    [in_assignment] = [
        [row[-3], row[-1]] for row in table(teacher.get(page("assignment_table", school.assignment.pk, "csv"))) if row[0] == "student"
    ]
    [row] = student.get(page("classroom", school.classroom.pk)).context["rows"]
    [topic] = student.get(page("progress")).context["topics"]
    enrolment = school.classroom.enrolments.get(student=school.student)
    assert teacher.get(page("student", enrolment.pk)).context["topics"] == [topic]
    shown = student.get(page("assignment", school.assignment.pk)).content.decode()
    return in_class, in_assignment, (row["handed_in"], row["marked"], row["points"]), "<strong>4 / 4</strong>" in shown, topic.percent


def test_a_released_mark_stands_until_the_mark_of_a_newer_attempt_is_released(school):
    school.decide(school.hand_in())
    school.release()
    assert books(school) == ("4", ["4", "Released"], (1, 1, 4), True, 100)
    again = school.hand_in(work=WRONG)
    assert books(school) == ("4", ["4", "Draft"], (1, 1, 4), True, 100)
    assert "handed in again" in school.client(school.student).get(page("assignment", school.assignment.pk)).content.decode()
    school.decide(again, [], adjustment=Decimal(1))
    assert books(school) == ("4", ["1", "Reviewed"], (1, 1, 4), True, 100)  # the teacher's table has what is not released yet
    school.release()
    assert books(school) == ("1", ["1", "Released"], (1, 1, 1), False, 25)


def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(school):
    def asked(user, address):
        client = school.client(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def mark_and_ask(student):
        submission = school.hand_in(student)
        school.decide(submission)
        school.release()
        release.ask(Submission.objects.get(pk=submission.pk), "Please look again.")

    teachers = [page(name, school.assignment.pk) for name in ("assignment", "errors", "confidence")]
    pages = [(school.student, page("classroom", school.classroom.pk)), *((school.teacher, address) for address in teachers)]
    mark_and_ask(school.student)
    few = [asked(*each) for each in pages]
    mark_and_ask(school.classmate)
    for number in range(2):
        more = Assignment.objects.create(classroom=school.classroom, title=str(number), published=school.assignment.published)
        bank.assign([school.banked], more)
    bank.assign([school.banked], school.assignment)
    assert [asked(*each) for each in pages] == few


def test_what_was_never_released_stands_nowhere(school):
    school.decide(school.hand_in())
    school.hand_in(work=WRONG)
    [row] = school.client(school.student).get(page("classroom", school.classroom.pk)).context["rows"]
    assert (row["handed_in"], row["marked"], row["points"]) == (1, 0, None)
    rows = table(school.client(school.teacher).get(page("assignment_table", school.assignment.pk, "csv")))
    assert [row[-3:] for row in rows if row[0] == "student"] == [["", "", "Draft"]]


def test_the_table_says_what_was_handed_in_late(school):
    first, _second = school.hand_in(), school.hand_in(school.classmate)
    Submission.objects.filter(pk=first.pk).update(late=True)
    rows = table(school.client(school.teacher).get(page("assignment_table", school.assignment.pk, "csv")))
    assert {row[0]: row[-2] for row in rows[1:]} == {"student": "1", "classmate": ""}


def test_the_demo_accounts_have_a_class_to_look_at(db):
    for _time in range(2):
        call_command("demo_accounts", stdout=io.StringIO())
    classroom = Classroom.objects.get()
    assert [enrolment.student.username for enrolment in classroom.enrolments.all()] == ["student"]
    assert (Assignment.objects.get().problems.count(), Submission.objects.count()) == (3, 1)
    check_all()
    assert Submission.objects.get().outcome == "incorrect"
    assert User.objects.get(username="teacher").problems.count() == 3


def test_right_work_is_right(school):
    assert school.hand_in(work=RIGHT).outcome == "correct"


def test_a_workbook_has_the_points_as_numbers(school):
    school.decide(school.hand_in(), [], adjustment=Decimal("2.75"))
    school.release()
    client = school.client(school.teacher)
    for name, about, column in (("assignment_table", school.assignment, 4), ("classroom_table", school.classroom, 4)):
        answer = client.get(page(name, about.pk, "xlsx"))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="marks.xlsx"'
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        points = {row[0]: row[column - 1] for row in sheet.iter_rows(min_row=2, values_only=True)}
        assert points == {"student": 2.75, "classmate": None}, name
