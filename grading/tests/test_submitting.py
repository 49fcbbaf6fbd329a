"""Handing in: until when, how often, in what shape; and what costs no attempt."""

from datetime import timedelta

import pytest
from django.template.defaultfilters import date
from django.utils import timezone

from grading import bank, submitting
from grading.models import Assignment, Extension, Mark, Submission
from grading.submitting import Closed, NoAttemptLeft, NothingWritten, TooLong, Unreadable
from grading.tests.school import RIGHT, WRONG, page

HOUR = timedelta(hours=1)


def due(school, ago=HOUR, **fields):
    type(school.assignment).objects.filter(pk=school.assignment.pk).update(due=timezone.now() - ago, **fields)
    school.problem.refresh_from_db()
    school.problem.assignment.refresh_from_db()


def hand_in(school, work=RIGHT, answer="", **more):
    return submitting.hand_in(school.student, school.problem, work, answer, **more)


def test_what_is_stored(school):
    taken = hand_in(school, "\r\n2x + 3 = 7\r\n\r\n2x = 4\r\nx = 2\r\n", "")
    assert (taken.work, taken.steps, taken.answer) == ("2x + 3 = 7\n\n2x = 4\nx = 2", ["2x + 3 = 7", "2x = 4", "x = 2"], "2")
    assert (taken.attempt, taken.current, taken.late, taken.state) == (1, True, False, "queued")
    assert (taken.mark.state, taken.mark.points, taken.mark.version) == ("draft", None, 0)


def test_a_newer_attempt_takes_over(school):
    first, second = hand_in(school, WRONG), hand_in(school, RIGHT)
    first.refresh_from_db()
    assert (first.current, second.current, second.attempt) == (False, True, 2)
    assert submitting.attempts_left(school.problem, school.student) == 1


def test_an_answer_that_was_only_read_from_the_working_does_not_judge_the_next_attempt(school):
    client, where = school.client(school.student), page("hand_in", school.problem.pk)
    shown = client.post(where, {"work": WRONG, "answer": ""}, follow=True)
    assert (shown.context["work"], shown.context["answer"]) == (WRONG, "")
    client.post(where, {"work": RIGHT, "answer": shown.context["answer"]})
    assert list(Submission.objects.order_by("attempt").values_list("answer", flat=True)) == ["5", "2"]


def test_an_answer_that_was_given_apart_comes_back(school):
    sent = {"work": "2x = 4", "answer": "x = 2"}
    shown = school.client(school.student).post(page("hand_in", school.problem.pk), sent, follow=True)
    assert (shown.context["work"], shown.context["answer"]) == ("2x = 4", "x = 2")


def test_a_double_click_costs_one_attempt(school):
    client = school.client(school.student)
    for _click in range(2):
        assert client.post(page("hand_in", school.problem.pk), {"work": RIGHT, "answer": "x = 2"}).status_code == 302
    assert Submission.objects.count() == 1


def test_attempts_run_out(school):
    for number in range(3):
        hand_in(school, f"x = {number}")
    with pytest.raises(NoAttemptLeft):
        hand_in(school, "x = 9")
    answer = school.client(school.student).post(page("hand_in", school.problem.pk), {"work": "x = 9"})
    assert answer.status_code == 422
    assert "used all your attempts" in answer.content.decode()
    assert "x = 9</textarea>" in answer.content.decode(), "it is not lost"


@pytest.mark.parametrize(("work", "answer"), [("", ""), (" \n\x00 ", "  ")])
def test_nothing_costs_nothing(school, work, answer):
    with pytest.raises(NothingWritten):
        hand_in(school, work, answer)


@pytest.mark.parametrize(("work", "answer"), [("x" * 20_001, ""), ("x = 1\n" * 201, ""), ("x", "1" * 501)])
def test_what_is_too_long(school, work, answer):
    with pytest.raises(TooLong):
        hand_in(school, work, answer)


@pytest.mark.parametrize(
    ("work", "answer", "line"),
    [("x = 2\n\\frac{1}{2", "", 2), ("a}b", "", 1), ("x = 2", "((", None), (r"\text{a\}b", "", 1), ("{\n}\n}", "", 3)],
)
def test_a_syntax_error_costs_no_attempt_and_says_where(school, work, answer, line):
    with pytest.raises(Unreadable):
        hand_in(school, work, answer)
    assert [trouble.line for trouble in submitting.read(work, answer).troubles] == [line]
    page_ = school.client(school.student).post(page("hand_in", school.problem.pk), {"work": work, "answer": answer})
    assert page_.status_code == 422
    assert page_.context["work"] == work
    assert page_.context["answer"] == answer
    assert Submission.objects.count() == 0
    assert hand_in(school, work, answer, anyway=True).attempt == 1


@pytest.mark.parametrize("work", [r"\frac{1}{2} + \{1, 2\} \\ x", "{1, 2}", "It costs $5 and $6"])
def test_what_only_looks_like_a_syntax_error(school, work):
    assert submitting.read(work, "").troubles == []


def test_how_it_is_read_is_shown_before(school):
    client = school.client(school.student)
    shown = client.post(page("read_work", school.problem.pk), {"work": RIGHT, "answer": "4/2"}).content.decode()
    assert shown.count('class="work-step"') == 3
    assert "<span data-formula>2</span>" in shown
    assert client.post(page("read_work", school.problem.pk), {"work": ""}).content.strip() == b""
    assert "too long" in client.post(page("read_work", school.problem.pk), {"work": "x" * 20_001}).content.decode()
    assert Submission.objects.count() == 0


def test_after_the_due_date(school):
    due(school)
    with pytest.raises(Closed):
        hand_in(school)
    client = school.client(school.student)
    shown = client.get(page("work", school.problem.pk)).content.decode()
    assert "due date has passed" in shown
    assert "<textarea" not in shown
    too_late = client.post(page("hand_in", school.problem.pk), {"work": RIGHT, "answer": "x = 2"}).content.decode()
    assert too_late.count("due date has passed") == 1
    assert "was not handed in" in too_late
    assert f"{RIGHT}</textarea>" in too_late, "it is not lost"
    assert 'value="x = 2"' in too_late


def test_late_work_is_marked_as_late_where_it_is_taken(school):
    warning = "marked as late"
    due(school, late_allowed=True)
    assert warning in school.client(school.student).get(page("work", school.problem.pk)).content.decode()
    assert hand_in(school).late
    due(school, -HOUR)
    assert warning not in school.client(school.student).get(page("work", school.problem.pk)).content.decode()
    assert not hand_in(school, WRONG).late


def test_an_extension_is_one_student_s(school):
    due(school)
    Extension.objects.create(assignment=school.assignment, student=school.student, due=timezone.now() + HOUR)
    assert not hand_in(school).late
    with pytest.raises(Closed):
        submitting.hand_in(school.classmate, school.problem, RIGHT, "")


def to_hand_in(school):
    """The student's list of open work: titles and due dates, in its order."""
    shown = school.client(school.student).get(page("classes")).context["open_work"]
    return [(each.title, each.own_due) for each in shown]


def test_open_work_goes_by_the_student_s_own_date(school):
    now = timezone.now()
    due(school)
    for title, hours in (("Earlier", 1), ("Later", 3), ("Whenever", None)):
        other = Assignment(classroom=school.classroom, title=title, published=now)
        other.due = None if hours is None else now + hours * HOUR
        other.save()
        bank.assign([school.banked], other)
    extended = Extension.objects.create(assignment=school.assignment, student=school.student, due=now + 2 * HOUR)
    Extension.objects.create(assignment=school.assignment, student=school.classmate, due=now + 5 * HOUR)
    own = now + 2 * HOUR
    assert to_hand_in(school) == [("Earlier", now + HOUR), ("Equations", own), ("Later", now + 3 * HOUR), ("Whenever", None)]
    shown = school.client(school.student).get(page("classes")).content.decode()
    assert f"due {date(timezone.localtime(own), 'DATETIME_FORMAT')}" in shown
    extended.delete()
    assert [title for title, _ in to_hand_in(school)] == ["Earlier", "Later", "Whenever"]


@pytest.mark.parametrize("class_due", [None, HOUR])
def test_open_work_ends_with_an_extension_that_is_over(school, class_due):
    Assignment.objects.filter(pk=school.assignment.pk).update(due=class_due and timezone.now() + class_due)
    Extension.objects.create(assignment=school.assignment, student=school.student, due=timezone.now() - HOUR)
    assert to_hand_in(school) == []


def test_what_is_handed_in_is_no_open_work(school):
    bank.assign([school.banked, school.bank("Solve $x + 1 = 2$.")], school.assignment)
    first, *others = school.assignment.problems.all()
    submitting.hand_in(school.classmate, others[0], RIGHT, "")
    for problem in (first, *others):
        assert [title for title, _ in to_hand_in(school)] == ["Equations"]
        submitting.hand_in(school.student, problem, RIGHT, "")
    assert to_hand_in(school) == []


def test_a_file_instead_of_typing(school):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = school.client(school.student)
    where = page("hand_in", school.problem.pk)
    client.post(where, {"work": "", "file": SimpleUploadedFile("work.txt", "\ufeff2x = 4\r\nx = 2".encode())})
    assert Submission.objects.get().steps == ["2x = 4", "x = 2"]
    refused = client.post(where, {"work": "typed", "file": SimpleUploadedFile("photo.txt", b"\x89PNG\x00\x00")})
    assert refused.status_code == 422
    assert Submission.objects.count() == 1


def test_a_teacher_enters_what_is_on_paper(school):
    due(school)
    entered = submitting.enter(school.student, school.problem, RIGHT, school.teacher)
    assert (entered.entered_by, entered.late) == (school.teacher, False)
    assert submitting.enter(school.student, school.problem, RIGHT, school.teacher) == entered
    assert submitting.attempts_left(school.problem, school.student) == 3  # the student's own attempts


def test_every_submission_has_its_mark(school):
    hand_in(school, WRONG)
    hand_in(school, RIGHT)
    assert Mark.objects.count() == Submission.objects.count() == 2
