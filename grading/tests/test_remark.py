"""A changed key or rubric: what it does is shown first, and then is what happens."""

from decimal import Decimal

import pytest

from grading import evidence, leases, remark, review
from grading.models import Assignment, Mark, MarkChange, Problem, RubricItem, Submission
from grading.remark import PlanChanged
from grading.tests.school import RIGHT, WRONG, check_all, page, points


@pytest.fixture
def marked(school):
    """One who has x = 2, with full points; one who has x = 5, with none; both reviewed, the second one released."""
    school.right, school.wrong = school.hand_in(), school.hand_in(school.classmate, WRONG)
    school.decide(school.wrong, [], first_error=1)
    school.release()
    school.decide(school.right)
    return school


def key_form(answer):
    return {"text": "Solve $2x + 3 = 7$.", "topic": "Equations", "answer": answer, "reference": ""}


def rubric_form(school, **changes):
    """The rubric's form as the page has it, with changes by field name."""
    items = school.rubric()
    data = {"points": "4", "from_full": "False", "rubric-TOTAL_FORMS": len(items), "rubric-INITIAL_FORMS": len(items)}
    for n, item in enumerate(items):
        fields = {"id": item.pk, "text": item.text, "points": item.points, "negative": item.negative, "rule": item.rule}
        data |= {f"rubric-{n}-{name}": value for name, value in fields.items()}
    return data | changes


# --- The key ------------------------------------------------------------------------------------------------------------


def test_a_new_key_s_plan_follows_the_verdicts(marked):
    plan = remark.plan_key(marked.problem, "x = 5")
    assert {(submission.pk, before, after) for submission, before, after in plan.verdicts} == {
        (marked.right.pk, "correct", "incorrect"),
        (marked.wrong.pk, "incorrect", "correct"),
    }
    assert {each.mark.pk: (each.mark.points, each.after.points) for each in plan.moved} == {
        marked.right.pk: (4, 2),
        marked.wrong.pk: (0, 2),
    }


def test_the_same_value_written_otherwise_changes_nothing(marked):
    plan = remark.plan_key(marked.problem, "4/2")
    assert (plan.pending, plan.verdicts, plan.undecided) == ([], [], 0)


def test_a_key_is_looked_at_and_changed(marked):
    client = marked.client(marked.teacher)
    preview = client.post(page("problem", marked.problem.pk), key_form("x = 5"))
    marked.problem.refresh_from_db()
    assert marked.problem.answer == "x = 2"
    assert "2 answers are judged otherwise" in preview.content.decode()
    assert "Only lines for the answer follow by themselves." in preview.content.decode()
    assert points(marked.right) == 4
    plan = preview.context["plan"]
    client.post(page("key", marked.problem.pk), {"answer": "x = 5", "reference": "", "fingerprint": plan.fingerprint})
    assert (points(marked.right), points(marked.wrong)) == (2, 2)
    assert Mark.objects.get(pk=marked.wrong.pk).state == "released"
    assert set(Submission.objects.values_list("state", flat=True)) == {"queued"}
    check_all()
    assert set(Submission.objects.values_list("pk", "outcome")) == {(marked.right.pk, "incorrect"), (marked.wrong.pk, "correct")}
    assert set(Submission.objects.values_list("checks", flat=True)) == {2}
    last = review.history(marked.wrong)[-1]
    assert (last.kind, last.before["points"], last.after["points"], last.by) == ("key", "0", "2", marked.teacher)


def test_a_plan_that_no_longer_holds_is_shown_again(marked):
    client = marked.client(marked.teacher)
    plan = remark.plan_key(marked.problem, "x = 5")
    marked.decide(marked.right, [], comment="Changed meanwhile")
    answer = client.post(page("key", marked.problem.pk), {"answer": "x = 5", "reference": "", "fingerprint": plan.fingerprint})
    assert answer.status_code == 409
    marked.problem.refresh_from_db()
    assert (marked.problem.answer, points(marked.right)) == ("x = 2", 0)


@pytest.mark.parametrize("reveal", [False, True])
def test_what_was_said_with_the_old_key_is_said_no_more(school, reveal):
    """With the wrong key the right answer's step was blamed. A person's own words are left alone."""
    Assignment.objects.update(reveal_answer=reveal)
    Problem.objects.filter(assignment=school.assignment).update(text="How many socks?", answer="5")
    school.enrol(third := school.person("third"))
    right, wrong, own = (school.hand_in(who, work) for who, work in ((None, "2"), (school.classmate, "7"), (third, "2")))
    blamed = "Look at step 1 again." + (" This is not the answer to the question. The right answer is {}." if reveal else "")
    assert review.proposed_comment(Submission.objects.get(pk=right.pk)) == blamed.format(5)
    for work, comment in ((right, blamed.format(5)), (wrong, blamed.format(5)), (own, "See me.")):
        school.decide(work, [], comment=comment, first_error=0)
    school.release()
    client, form = school.client(school.teacher), key_form("2") | {"text": "How many socks?"}
    plan = client.post(page("problem", school.problem.pk), form).context["plan"]
    assert plan.reworded == (2 if reveal else 1)
    client.post(page("key", school.problem.pk), {"answer": "2", "reference": "", "fingerprint": plan.fingerprint})
    marks = [Mark.objects.get(pk=work.pk) for work in (right, wrong, own)]
    assert [(mark.comment, mark.first_error) for mark in marks] == [("", None), (blamed.format(2), 0), ("See me.", 0)]


def test_only_lines_about_the_answer_follow_it(marked):
    working = next(item for item in marked.rubric() if item.rule == "working")
    marked.decide(marked.right, [working.pk])
    plan = remark.plan_key(marked.problem, "x = 5")
    assert next(each for each in plan.pending if each.mark.pk == marked.wrong.pk).after.points == 2
    assert all(each.mark.pk != marked.right.pk for each in plan.pending)


def test_what_a_new_key_cannot_decide_stays_as_it_was_marked(marked):
    plan = remark.plan_key(marked.problem, "1 + " * 600)  # too long to be compared
    assert plan.pending == []
    assert plan.undecided == 2


def test_who_hands_in_while_a_key_is_looked_at_is_in_no_way(marked, monkeypatch):
    """Answers are compared for seconds, and the class goes on."""
    late, compare = marked.person("late"), evidence.compare
    marked.enrol(late)

    def compare_slowly(problem, key, answer):
        marked.hand_in(late, "x = 5", checked=False)  # the same work again is no new attempt
        return compare(problem, key, answer)

    monkeypatch.setattr(evidence, "compare", compare_slowly)
    client = marked.client(marked.teacher)
    preview = client.post(page("problem", marked.problem.pk), key_form("x = 5"))
    assert preview.status_code == 200
    sent = {"answer": "x = 5", "reference": "", "fingerprint": preview.context["plan"].fingerprint}
    again = client.post(page("key", marked.problem.pk), sent)
    assert again.status_code == 409  # one more answer is judged otherwise than was shown
    sent["fingerprint"] = again.context["plan"].fingerprint
    assert client.post(page("key", marked.problem.pk), sent).status_code == 302
    assert (points(marked.right), points(marked.wrong)) == (2, 2)


def test_who_hands_in_while_a_key_is_confirmed_is_in_no_way(marked, monkeypatch):
    late, compare = marked.person("late"), evidence.compare
    marked.enrol(late)
    plan = remark.plan_key(marked.problem, "x = 5")

    def compare_slowly(problem, key, answer):
        marked.hand_in(late, "x = 7", checked=False)
        return compare(problem, key, answer)

    monkeypatch.setattr(evidence, "compare", compare_slowly)
    sent = {"answer": "x = 5", "reference": "", "fingerprint": plan.fingerprint}
    assert marked.client(marked.teacher).post(page("key", marked.problem.pk), sent).status_code == 302
    check_all()
    assert dict(Submission.objects.values_list("answer", "outcome")) == {"2": "incorrect", "5": "correct", "7": "incorrect"}


def change_key(school, answer):
    """As a teacher does: looked at, and confirmed. Returns the plan."""
    plan = remark.plan_key(school.problem, answer)
    remark.apply_key(school.problem, answer, "", school.teacher, plan.fingerprint)
    return plan


@pytest.mark.parametrize("state", ["queued", "running", "failed"])
def test_a_key_that_is_taken_back_before_the_work_is_checked_again(marked, state):
    change_key(marked, "x = 5")
    Submission.objects.update(state=state)
    plan = change_key(marked, "x = 2")
    assert {(each.mark.pk, each.after.points) for each in plan.moved} == {(marked.right.pk, 4), (marked.wrong.pk, 0)}
    assert {(submission.pk, before, after) for submission, before, after in plan.verdicts} == {
        (marked.right.pk, "incorrect", "correct"),
        (marked.wrong.pk, "correct", "incorrect"),
    }
    assert (points(marked.right), points(marked.wrong)) == (4, 0)


def test_the_same_key_again_leaves_a_mark_that_was_given_before_the_check(school):
    work = school.hand_in(checked=False)
    school.decide(work, [])
    plan = remark.plan_key(school.problem, "x = 2")
    assert (plan.pending, plan.verdicts) == ([], [])


def test_a_reference_of_several_lines_comes_back_from_a_browser_as_no_new_key(marked):
    Problem.objects.filter(pk=marked.problem.pk).update(reference="2x = 4\nx = 2")
    sent = key_form("x = 2") | {"topic": "Linear equations", "reference": "2x = 4\r\nx = 2"}
    assert marked.client(marked.teacher).post(page("problem", marked.problem.pk), sent).status_code == 302
    marked.problem.refresh_from_db()
    assert (marked.problem.topic, marked.problem.reference) == ("Linear equations", "2x = 4\nx = 2")


@pytest.fixture
def trusting(school):
    """Any proposal needs no reading."""
    Assignment.objects.filter(pk=school.assignment.pk).update(auto_from=0.1, glance_from=0.05)
    return school


@pytest.mark.parametrize("state", ["queued", "running", "failed"])
def test_a_proposal_made_with_the_old_key_is_not_offered(trusting, state):
    work, client = trusting.hand_in(), trusting.client(trusting.teacher)
    plan = remark.plan_key(trusting.problem, "x = 5")
    client.post(page("key", trusting.problem.pk), {"answer": "x = 5", "reference": "", "fingerprint": plan.fingerprint})
    Submission.objects.update(state=state)
    shown = client.get(page("queue", trusting.problem.pk, show="all"))
    panel = shown.context["panel"]
    assert (panel.proposal, [line.ticked for line in panel.items]) == (None, [False, False, False])
    assert "data-accept" not in shown.content.decode()
    assert client.get(page("queue", trusting.problem.pk, show="auto")).context["panel"] is None
    client.post(page("accept", trusting.problem.pk))
    assert review.accept([work.pk], trusting.teacher) == 0
    assert points(work) is None
    Submission.objects.update(state="queued")
    check_all()
    client.post(page("accept", trusting.problem.pk))
    assert points(work) == 1  # for a right beginning


def test_a_key_that_changes_while_proposals_are_accepted(trusting, monkeypatch):
    works, decide = [trusting.hand_in(), trusting.hand_in(trusting.classmate)], review.decide

    def decide_slowly(*arguments, **named):
        made = decide(*arguments, **named)
        leases.check_again(trusting.problem)
        return made

    monkeypatch.setattr(review, "decide", decide_slowly)
    assert review.accept([work.pk for work in works], trusting.teacher) == 1
    assert [points(work) for work in works] == [4, None]


def test_without_work_a_key_is_just_saved(school):
    school.client(school.teacher).post(page("problem", school.problem.pk), key_form("x = 3"))
    school.problem.refresh_from_db()
    assert school.problem.answer == "x = 3"


def test_a_key_that_cannot_be_read_is_refused(marked):
    for name, data in (("problem", key_form("((")), ("key", {"answer": "((", "reference": ""})):
        assert marked.client(marked.teacher).post(page(name, marked.problem.pk), data).status_code == 422
    marked.problem.refresh_from_db()
    assert marked.problem.answer == "x = 2"


# --- The rubric ---------------------------------------------------------------------------------------------------------


def test_a_rubric_s_change_is_looked_at_and_recalculates(marked):
    client = marked.client(marked.teacher)
    where, changed = page("rubric", marked.problem.pk), rubric_form(marked, **{"rubric-0-points": "1"})
    preview = client.post(where, changed)
    assert preview.status_code == 422
    assert "1 mark changes" in preview.content.decode()
    assert points(marked.right) == 4
    client.post(where, changed | {"fingerprint": preview.context["plan"].fingerprint})
    assert points(marked.right) == 3
    assert [item.points for item in marked.rubric()] == [1, 1, 1]
    assert review.history(marked.right)[-1].kind == "rubric"


def test_from_the_queue_and_back_to_it(marked):
    client = marked.client(marked.teacher)
    where = page("rubric", marked.problem.pk)
    assert f'name="at" value="{marked.right.pk}"' in client.get(where, {"at": str(marked.right.pk)}).content.decode()
    saved = client.post(where, rubric_form(marked, at=str(marked.right.pk)))
    assert saved.url == page("queue", marked.problem.pk, at=marked.right.pk)


def test_a_line_that_is_deleted_is_ticked_nowhere(marked):
    client = marked.client(marked.teacher)
    changed = rubric_form(marked, **{"rubric-0-DELETE": "on"})
    preview = client.post(page("rubric", marked.problem.pk), changed)
    client.post(page("rubric", marked.problem.pk), changed | {"fingerprint": preview.context["plan"].fingerprint})
    assert points(marked.right) == 2
    assert Mark.objects.get(pk=marked.right.pk).ticked == [item.pk for item in marked.rubric()]


def test_what_changes_no_mark_is_saved_at_once(marked):
    changed = rubric_form(marked, **{"rubric-0-text": "Answer", "rubric-TOTAL_FORMS": 4})
    changed |= {"rubric-3-text": "Units missing", "rubric-3-points": "0.5", "rubric-3-negative": "True", "rubric-3-rule": ""}
    assert marked.client(marked.teacher).post(page("rubric", marked.problem.pk), changed).status_code == 302
    assert [(item.text, item.worth) for item in marked.rubric()][::3] == [("Answer", 2), ("Units missing", Decimal("-0.5"))]
    assert not MarkChange.objects.filter(kind="rubric").exists()


def test_fewer_points_cap_the_marks(marked):
    plan = remark.plan_rubric(Problem(pk=marked.problem.pk, assignment=marked.assignment, points=Decimal(3)), marked.rubric())
    assert [(each.mark.points, each.after.points) for each in plan.moved] == [(4, 3)]


@pytest.mark.parametrize("wrong", [{"points": "0"}, {"rubric-0-points": "-1"}, {"rubric-0-text": ""}, {"rubric-0-rule": "magic"}])
def test_a_rubric_with_mistakes_comes_back(marked, wrong):
    assert marked.client(marked.teacher).post(page("rubric", marked.problem.pk), rubric_form(marked, **wrong)).status_code == 422
    assert [item.points for item in marked.rubric()] == [2, 1, 1]


def test_a_rubric_plan_that_no_longer_holds(marked):
    lines = marked.rubric()
    lines[0].points = Decimal(1)
    plan = remark.plan_rubric(marked.problem, lines)
    marked.decide(marked.right, [])
    with pytest.raises(PlanChanged):
        remark.apply_rubric(marked.problem, lines, marked.teacher, plan.fingerprint)
    assert RubricItem.objects.get(pk=lines[0].pk).points == 2
    assert points(marked.right) == 0


def test_a_stranger_s_line_is_not_taken_into_the_rubric(marked):
    foreign = marked.banked.rubric.first()
    changed = rubric_form(marked, **{"rubric-0-id": foreign.pk, "rubric-0-text": "Mine now"})
    assert marked.client(marked.teacher).post(page("rubric", marked.problem.pk), changed).status_code == 422
    foreign.refresh_from_db()
    assert foreign.text != "Mine now"


def test_right_work_still_has_right_proposals(marked):
    assert review.proposal_of(marked.right, marked.rubric()).points == 4
    assert RIGHT in marked.right.work


def test_a_mark_that_stands_beside_a_newer_attempt_follows_the_key_and_the_rubric(marked):
    marked.release()
    marked.hand_in(work="x = 7")
    client = marked.client(marked.teacher)
    for answer, expected in (("x = 5", 2), ("x = 2", 4)):
        plan = client.post(page("problem", marked.problem.pk), key_form(answer)).context["plan"]
        client.post(page("key", marked.problem.pk), {"answer": answer, "reference": "", "fingerprint": plan.fingerprint})
        check_all()
        assert points(marked.right) == expected
    changed = rubric_form(marked, points="3")
    preview = client.post(page("rubric", marked.problem.pk), changed)
    client.post(page("rubric", marked.problem.pk), changed | {"fingerprint": preview.context["plan"].fingerprint})
    assert points(marked.right) == 3
    marked.classroom.enrolments.filter(student=marked.student).delete()
    assert marked.right.pk not in {each.mark.pk for each in remark.plan_key(marked.problem, "x = 5").pending}
