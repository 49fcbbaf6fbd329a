"""Showing marks, and looking again."""

from decimal import Decimal

import pytest

from grading import bank, release
from grading.marked import attempts
from grading.models import Mark, RegradeRequest, Submission
from grading.release import AlreadyAsked, NothingToRegrade, RequestEmpty
from grading.tests.school import RIGHT, WRONG, page, points


@pytest.fixture
def marked(school):
    school.submission = school.hand_in(work=WRONG)
    school.decide(school.submission, [], comment="Look at step 2.", first_error=1)
    school.released = school.release()
    school.submission = Submission.objects.select_related("mark", "problem__assignment").get(pk=school.submission.pk)
    return school


def test_reviewed_marks_are_released_and_drafts_are_not(school):
    reviewed, draft = school.hand_in(), school.hand_in(school.classmate)
    school.decide(reviewed)
    school.decide(draft, reviewed=False)
    assert school.release() == 1
    assert school.release() == 0
    states = {mark.pk: mark.state for mark in Mark.objects.all()}
    assert states == {reviewed.pk: "released", draft.pk: "draft"}
    assert [change.kind for change in Mark.objects.get(pk=reviewed.pk).changes.all()] == ["graded", "released"]


def test_an_old_attempt_s_mark_stays_where_it_was(school):
    old = school.hand_in(work=WRONG)
    school.decide(old)
    school.hand_in(work=RIGHT)
    assert school.release() == 0


def test_a_newer_attempt_takes_over_from_those_at_its_own_problem_alone(school):
    school.decide(school.hand_in())
    first = school.problem
    [school.problem] = bank.assign([school.bank("Solve $3x = 6$.")], school.assignment)
    for student, work in ((school.student, "x = 3"), (school.student, "x = 2"), (school.classmate, "x = 2")):
        school.decide(school.hand_in(student, work))
        school.release()
    found = release.standing_of(school.student, [first, school.problem])
    assert {pk: mark.submission.attempt for pk, mark in found.items()} == {first.pk: 1, school.problem.pk: 2}
    assert all(mark.released and mark.submission.student == school.student for mark in found.values())


def test_the_teacher_s_first_wrong_step_decides_how_steps_are_labelled(school):
    submission = school.hand_in(work=WRONG)
    school.decide(submission)
    school.release()
    for said, labels in (
        (None, ["right", "wrong", "carried"]),
        (-1, ["right", "right", "right"]),
        (0, ["wrong", "", "carried"]),
        (2, ["right", "right", "wrong"]),
    ):
        Mark.objects.filter(pk=submission.pk).update(first_error=said)
        [attempt] = attempts(school.student, school.problem)
        assert [step.label for step in attempt.steps] == labels


def test_quarter_points_are_shown_as_they_were_given(school):
    submission = school.hand_in()
    school.decide(submission, [], adjustment=Decimal("2.75"))
    school.release()
    student, teacher = school.client(school.student), school.client(school.teacher)
    for name, about in (("work", school.problem), ("assignment", school.assignment), ("classroom", school.classroom)):
        assert "2.75 / 4" in student.get(page(name, about.pk)).content.decode(), name
    assert "<strong data-total>2.75</strong> / 4<" in teacher.get(page("queue", school.problem.pk, show="all")).content.decode()
    group = submission.problem.groups.get(kind="answer")
    assert "2.75</span>" in teacher.get(page("group", group.pk)).content.decode()
    change = {"ticked": [], "adjustment": "2.8", "decided_too": "on"}
    seen = teacher.post(page("group", group.pk), change).content.decode()
    assert '<td class="number">2.75</td><td class="number"><strong>2.8</strong>' in seen


def test_a_request_to_look_again(marked):
    student, teacher = marked.client(marked.student), marked.client(marked.teacher)
    student.post(page("ask_regrade", marked.submission.pk), {"text": "2x = 10 is right, is it not?"})
    asked = RegradeRequest.objects.get()
    for name, about in (("classroom", marked.classroom), ("assignment", marked.assignment), ("queue", marked.problem)):
        assert "2x = 10 is right" in teacher.get(page(name, about.pk, show="all")).content.decode(), name
    teacher.post(page("answer_regrade", asked.pk), {"reply": "It is not: 7 - 3 is 4."})
    asked.refresh_from_db()
    assert (asked.outcome, asked.resolved_by) == ("kept", marked.teacher)
    assert "7 - 3 is 4" in student.get(page("work", marked.problem.pk)).content.decode()


def test_a_mark_that_changed_is_said_to_have_changed(marked):
    asked = release.ask(marked.submission, "Please")
    marked.decide(marked.submission, why="You are right.")
    release.answer(RegradeRequest.objects.select_related("submission__mark").get(), marked.teacher, "Sorry\x00")
    asked.refresh_from_db()
    assert (asked.outcome, points(marked.submission)) == ("changed", 4)
    release.answer(asked, marked.colleague, "Again")
    asked.refresh_from_db()
    assert asked.reply == "Sorry"


def test_one_request_at_a_time(marked):
    release.ask(marked.submission, "Please")
    with pytest.raises(AlreadyAsked):
        release.ask(marked.submission, "Please!")
    release.answer(RegradeRequest.objects.select_related("submission__mark").get(), marked.teacher, "")
    assert release.ask(marked.submission, "Once more")


def test_a_mark_that_stands_can_be_asked_about_whatever_was_handed_in_since(marked):
    """The old attempt's mark is what the student has, until the new one's is released."""
    newest = marked.hand_in(work=RIGHT)
    student, teacher = marked.client(marked.student), marked.client(marked.teacher)
    asks = {each.pk: page("ask_regrade", each.pk) for each in (marked.submission, newest)}
    shown = student.get(page("work", marked.problem.pk)).content.decode()
    assert [pk for pk, address in asks.items() if address in shown] == [marked.submission.pk]
    student.post(asks[marked.submission.pk], {"text": "2x = 10 is right, is it not?"})
    assert "2x = 10 is right" in teacher.get(page("queue", marked.problem.pk, at=marked.submission.pk)).content.decode()
    marked.decide(newest)
    marked.release()
    shown = student.get(page("work", marked.problem.pk)).content.decode()
    assert [pk for pk, address in asks.items() if address in shown] == [newest.pk]


def test_a_browser_s_line_ends_make_no_request_too_long(marked):
    lines = "\n".join(["a" * 99] * 20)
    marked.client(marked.student).post(page("ask_regrade", marked.submission.pk), {"text": lines.replace("\n", "\r\n") + "b"})
    asked = RegradeRequest.objects.get()
    assert asked.text == lines + "b"
    marked.client(marked.teacher).post(page("answer_regrade", asked.pk), {"reply": lines.replace("\n", "\r\n") + "b"})
    asked.refresh_from_db()
    assert asked.reply == lines + "b"


def test_what_cannot_be_asked(marked, school):
    for empty in ("", "  ", "x" * 2001):
        with pytest.raises(RequestEmpty):
            release.ask(marked.submission, empty)
    with pytest.raises(NothingToRegrade):
        release.ask(school.hand_in(school.classmate), "Please")
    answer = marked.client(marked.student).post(page("ask_regrade", marked.submission.pk), {"text": ""}, follow=True)
    assert "Say in a sentence" in answer.content.decode()
