"""Deciding: nobody overwrites anybody, and every change is kept."""

from decimal import Decimal

import pytest

from grading import groups, review
from grading.models import Group, Mark, MarkChange, Submission
from grading.review import CommentTooLong, Conflict, Decision, ReasonMissing
from grading.tests.school import HTMX, RIGHT, WRONG, check_all, page, points


@pytest.fixture
def submission(school):
    return school.hand_in(work=WRONG)


def mark_of(submission):
    return Mark.objects.get(pk=submission.pk)


def form(school, version=0, ticks=1, **fields):
    ticked = [item.pk for item in school.rubric()[:ticks]]
    return {"version": version, "ticked": ticked, "comment": "", "first_error": "", "reviewed": "on", "then": "stay"} | fields


def test_a_decision(school, submission):
    start = next(item for item in school.rubric() if item.rule == "start")
    school.decide(submission, [start.pk], adjustment=Decimal("0.5"), comment=" Look again. ", first_error=1)
    mark = mark_of(submission)
    assert (mark.points, mark.state, mark.comment, mark.first_error) == (Decimal("1.5"), "reviewed", "Look again.", 1)
    assert (mark.grader, mark.version) == (school.teacher, 1)


def test_a_draft_stays_a_draft_until_it_is_reviewed(school, submission):
    school.decide(submission, reviewed=False)
    assert mark_of(submission).state == "draft"
    school.decide(submission)
    assert mark_of(submission).state == "reviewed"
    school.decide(submission, [], reviewed=False)
    assert (mark_of(submission).state, points(submission)) == ("reviewed", 0)


def test_a_line_of_another_problem_counts_for_nothing(school, submission):
    [other] = [item.pk for item in school.banked.rubric.all()][:1]
    school.decide(submission, [other])
    assert (mark_of(submission).ticked, points(submission)) == ([], 0)


def test_who_comes_second_overwrites_nothing(school, submission):
    review.decide(submission, school.teacher, Decision(ticked=[], comment="first"), version=0)
    with pytest.raises(Conflict) as conflict:
        review.decide(submission, school.colleague, Decision(ticked=[], comment="second"), version=0)
    assert (conflict.value.theirs.comment, conflict.value.theirs.grader) == ("first", school.teacher)
    assert mark_of(submission).comment == "first"
    assert MarkChange.objects.count() == 1


def test_a_browser_s_line_ends_make_no_comment_too_long(school, submission):
    answer = school.client(school.teacher).post(page("mark", submission.pk), form(school, comment="a\r\n" * 2000), headers=HTMX)
    assert (answer.status_code, mark_of(submission).comment) == (200, "a\n" * 1999 + "a")


def test_a_conflict_shows_both_and_asks(school, submission):
    first, second = school.client(school.teacher), school.client(school.colleague)
    where = page("mark", submission.pk)
    assert first.post(where, form(school, comment="Theirs it is."), headers=HTMX).status_code == 200
    answer = second.post(where, form(school, ticks=2, comment="Mine it is."), headers=HTMX)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Theirs it is." in shown
    assert "Mine it is." in shown
    panel = answer.context["panel"]
    assert [line.ticked for line in panel.items] == [True, True, False]
    assert mark_of(submission).comment == "Theirs it is."
    again = second.post(where, form(school, version=panel.version, ticks=2, comment="Mine it is."), headers=HTMX)
    assert again.status_code == 200
    assert mark_of(submission).comment == "Mine it is."
    assert [change.by for change in review.history(submission)] == [school.teacher, school.colleague]


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_who_marks_an_attempt_while_a_newer_one_comes_in_is_told_and_loses_nothing(school, headers):
    first, other = school.hand_in(work=WRONG), school.hand_in(school.classmate)
    teacher, sent = school.client(school.teacher), form(school, comment="Mind the sign.", then="next")
    assert "has handed in attempt" not in teacher.get(page("queue", school.problem.pk)).content.decode()
    school.client(school.student).post(page("hand_in", school.problem.pk), {"work": RIGHT})
    second = Submission.objects.get(student=school.student, current=True)
    answer = teacher.post(page("mark", first.pk, show="todo"), sent, headers=headers, follow=True)
    shown, panel = answer.content.decode(), answer.context["panel"]
    assert (panel.submission, panel.filled["comment"]) == (first, "Mind the sign.")
    assert "has handed in attempt 2 since" in shown
    assert f'href="?show=todo&amp;at={second.pk}"' in shown
    assert (mark_of(first).comment, mark_of(first).state, points(second)) == ("Mind the sign.", "reviewed", None)
    following = teacher.get(page("queue", school.problem.pk, show="todo", at=second.pk))
    assert following.context["panel"].submission == second
    assert "has handed in attempt" not in following.content.decode()
    assert (panel.place.next, panel.place.position) == (following.context["panel"].place.next, following.context["panel"].place.position)
    assert panel.place.next == other.pk


def test_saving_what_is_there_already_changes_nothing(school, submission):
    school.decide(submission)
    school.decide(submission)
    assert MarkChange.objects.count() == 1
    with pytest.raises(Conflict):
        review.decide(submission, school.colleague, Decision(ticked=[item.pk for item in school.rubric()]), version=0)


def test_a_released_mark_changes_with_a_reason_alone(school, submission):
    school.decide(submission, [])
    school.release()
    with pytest.raises(ReasonMissing):
        school.decide(submission)
    assert points(submission) == 0
    school.decide(submission, why="The key was wrong.")
    mark = mark_of(submission)
    assert (mark.points, mark.state) == (4, "released")
    last = review.history(submission)[-1]
    assert (last.before["points"], last.after["points"], last.why, last.by) == ("0", "4", "The key was wrong.", school.teacher)
    shown = school.client(school.teacher).get(page("history", submission.pk)).content.decode()
    assert "The key was wrong." in shown
    assert "teacher" in shown


def test_what_is_too_long_is_refused_and_kept(school, submission):
    with pytest.raises(CommentTooLong):
        school.decide(submission, comment="x" * 4001)
    answer = school.client(school.teacher).post(page("mark", submission.pk), form(school, comment="x" * 4001), headers=HTMX)
    assert answer.status_code == 422
    assert "x" * 4001 in answer.content.decode()


def test_what_was_refused_is_mended_and_taken(school, submission):
    school.decide(submission, [])
    school.release()
    client, where = school.client(school.teacher), page("mark", submission.pk)
    panel = client.post(where, form(school, version=2), headers=HTMX).context["panel"]
    assert (panel.error, panel.version, panel.mark.points) == ("The student has seen this mark. Say why it changes.", 2, 0)
    assert client.post(where, form(school, version=panel.version, why="A second look"), headers=HTMX).status_code == 200
    assert mark_of(submission).version == 3


@pytest.mark.parametrize("refused", [{}, {"adjustment": "many"}, {"comment": "x" * 4001}])
def test_what_was_refused_overwrites_no_colleague_s_change_when_it_is_mended(school, submission, refused):
    school.decide(submission, [])
    school.release()
    first, second, where = school.client(school.teacher), school.client(school.colleague), page("mark", submission.pk)
    assert second.post(where, form(school, version=2, ticks=3, why="The key was wrong."), headers=HTMX).status_code == 200
    version = 2
    for sent in (refused, {"why": "A second look"}):
        answer = first.post(where, form(school, version=version) | sent, headers=HTMX)
        version = answer.context["panel"].version
        if answer.status_code == 409:
            break
    assert answer.status_code == 409
    assert answer.context["panel"].theirs.grader == school.colleague
    assert (points(submission), mark_of(submission).grader) == (4, school.colleague)


@pytest.mark.parametrize("wrong", [{"version": "x"}, {"adjustment": "many"}, {"first_error": "x"}, {"then": "elsewhere"}])
def test_a_form_that_is_not_right_comes_back(school, submission, wrong):
    answer = school.client(school.teacher).post(page("mark", submission.pk), form(school) | wrong, headers=HTMX)
    assert answer.status_code == 422
    assert mark_of(submission).version == 0


def test_a_step_that_is_not_there_is_not_the_first_wrong_one(school, submission):
    school.client(school.teacher).post(page("mark", submission.pk), form(school, first_error="99"), headers=HTMX)
    assert mark_of(submission).first_error is None


def test_a_line_that_a_colleague_has_just_deleted_is_no_mistake(school, submission):
    gone = school.rubric()[0]
    sent = form(school)
    gone.delete()
    assert school.client(school.teacher).post(page("mark", submission.pk), sent, headers=HTMX).status_code == 200
    assert (mark_of(submission).ticked, points(submission)) == ([], 0)


def test_a_first_decision_without_sight_of_the_proposal_is_blind(school, submission):
    client = school.client(school.teacher)
    client.post(page("mark", submission.pk, show="blind"), form(school, blind="on"), headers=HTMX)
    assert mark_of(submission).blind
    other = school.hand_in(school.classmate)
    client.post(page("mark", other.pk), form(school), headers=HTMX)
    client.post(page("mark", other.pk, show="blind"), form(school, version=1, ticks=2, blind="on"), headers=HTMX)
    assert not mark_of(other).blind  # the grader has seen it


# --- Accepting, and whole groups ------------------------------------------------------------------------------------------


def test_accepting_takes_the_proposals_of_what_nobody_has_looked_at(school):
    right, looked_at = school.hand_in(), school.hand_in(school.classmate)
    school.decide(looked_at, [])
    assert review.accept([right.pk, looked_at.pk], school.teacher) == 1
    assert (points(right), points(looked_at)) == (4, 0)
    assert mark_of(right).state == "reviewed"
    assert review.history(right)[0].kind == "accepted"


def test_a_mark_stays_a_person_s_when_the_account_is_deleted(school):
    submission = school.hand_in()
    school.decide(submission, [])
    school.teacher.delete()
    assert review.accept([submission.pk], school.colleague) == 0
    assert Mark.objects.get().points == 0


def test_what_is_undecided_is_not_accepted(school):
    school.problem.answer = ""
    school.problem.save()
    submission = school.hand_in()
    assert review.accept([submission.pk], school.teacher) == 0
    assert points(submission) is None


def test_equal_answers_are_one_group(school):
    students = [school.person(f"s{n}") for n in range(4)]
    school.enrol(*students)
    for student, answer in zip(students, ["x = 5", "5", "10/2", "x = 7"], strict=True):
        school.hand_in(student, "2x = 10", answer, checked=False)
    check_all()
    sizes = [(group.text, group.size) for group in groups.of_problem(school.problem, "answer")]
    assert sizes == [("x = 5", 3), ("x = 7", 1)]


@pytest.fixture
def group(school):
    school.hand_in(work="x = 5")
    school.hand_in(school.classmate, "x = 10/2")
    return Group.objects.get(kind="answer")


def test_a_group_is_marked_after_a_look(school, group):
    client = school.client(school.teacher)
    [first, *_others] = school.rubric()
    preview = client.post(page("group", group.pk), {"ticked": first.pk, "comment": "Halve it."})
    assert [each.after.points for each in preview.context["pending"]] == [2, 2]
    assert Mark.objects.filter(points=None).count() == 2
    sent = {"ticked": first.pk, "comment": "Halve it.", "confirm": 1}
    sent["versions"] = " ".join(f"{each.mark.pk}:{each.mark.version}" for each in preview.context["pending"])
    client.post(page("group", group.pk), sent)
    assert list(Mark.objects.values_list("points", "comment", "state")) == [(2, "Halve it.", "reviewed")] * 2
    assert MarkChange.objects.filter(kind="group").count() == 2


def test_what_moved_on_since_the_look_is_left_alone(school, group):
    first, second = groups.members(group)
    versions = {str(first.pk): 0, str(second.pk): 0}
    school.decide(first, [], comment="Mine")
    changed, left = review.mark_group(group, school.colleague, Decision(ticked=[]), versions, decided_too=True)
    assert (changed, left) == (1, 1)
    assert mark_of(first).comment == "Mine"


def test_a_person_s_decision_is_left_out_unless_it_is_asked_for(school, group):
    first, _second = groups.members(group)
    school.decide(first, [])
    assert len(review.preview_group(group, school.teacher, Decision(ticked=[]), decided_too=False)) == 1
    assert len(review.preview_group(group, school.teacher, Decision(ticked=[]), decided_too=True)) == 2


def test_a_group_s_mark_keeps_what_was_said_to_one_alone(school, group):
    first, second = groups.members(group)
    school.decide(first, [], adjustment=Decimal("0.5"), comment="You nearly had it.", first_error=0)
    client, line = school.client(school.teacher), school.rubric()[0]
    sent = {"ticked": line.pk, "comment": "", "decided_too": "on"}
    versions = f"{first.pk}:1 {second.pk}:0"
    client.post(page("group", group.pk), sent | {"versions": versions, "confirm": 1})
    mark = mark_of(first)
    assert (mark.points, mark.adjustment, mark.comment, mark.first_error) == (Decimal("2.5"), Decimal("0.5"), "You nearly had it.", 0)
    assert (points(second), mark_of(second).comment) == (2, "")
    sent |= {"comment": "Halve it.", "adjustment": "-0.5", "versions": f"{first.pk}:2 {second.pk}:1"}
    client.post(page("group", group.pk), sent | {"confirm": 1})
    assert list(Mark.objects.values_list("points", "comment")) == [(Decimal("1.5"), "Halve it.")] * 2


def test_the_teacher_s_first_wrong_step_makes_the_error_map(school):
    for student, work in ((school.student, "2x = 10\nx = 5"), (school.classmate, "$2x = 10$\nx = 4")):
        school.decide(school.hand_in(student, work), [], first_error=0)
    [(problem, [row])] = groups.error_map(school.assignment)
    assert (problem, row.size, row.submissions, row.percent, row.name) == (
        school.problem,
        2,
        2,
        100,
        "A term changed sides and kept its sign",
    )
    school.client(school.teacher).post(page("name_group", row.group.pk), {"name": "Added instead of taking away"})
    late = school.person("late")
    school.enrol(late)
    submission = school.hand_in(late, "2x = 10\nx = 7")
    school.decide(submission, [], first_error=0)
    [(_problem, [row])] = groups.error_map(school.assignment)
    assert (row.size, row.name) == (3, "Added instead of taking away")
    shown = school.client(school.teacher).get(page("errors", school.assignment.pk))
    assert shown.context["named"] == [("Added instead of taking away", 3, 1)]
    assert "Added instead" in shown.content.decode()
    school.decide(submission, [], first_error=-1)
    [(_problem, [row])] = groups.error_map(school.assignment)
    assert row.size == 2


def test_a_proposal_is_worked_out_from_the_evidence(school):
    submission = school.hand_in(work=RIGHT)
    proposal = review.proposal_of(submission, school.rubric())
    assert (proposal.points, proposal.first_error) == (4, -1)
