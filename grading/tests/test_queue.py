"""The grading queue: who is in it, in which order, and who comes next."""

from uuid import uuid4

import pytest

from accounts.models import Enrolment
from grading import queue, release
from grading.models import Assignment, Submission
from grading.queue import Place
from grading.tests.school import HTMX, RIGHT, WRONG, page


@pytest.fixture
def full(school):
    school.others = [school.person(f"s{n}") for n in range(6)]
    school.enrol(*school.others)
    school.work = [school.hand_in(student, WRONG if n % 2 else RIGHT) for n, student in enumerate(school.others)]
    return school


def change(school, **fields):
    Assignment.objects.filter(pk=school.assignment.pk).update(**fields)
    school.problem = type(school.problem).objects.select_related("assignment").get(pk=school.problem.pk)


def test_by_name_or_at_random_but_always_the_same(full):
    by_name = queue.ordered(full.problem, "all")
    assert by_name == [submission.pk for submission in full.work]
    change(full, random_order=True)
    at_random = queue.ordered(full.problem, "all")
    assert sorted(at_random) == sorted(by_name)
    assert at_random == queue.ordered(full.problem, "all") != by_name


def test_only_the_newest_work_of_who_is_in_the_class(full):
    full.hand_in(full.others[0], "another attempt")
    full.classroom.enrolments.filter(student=full.others[1]).delete()
    assert len(queue.ordered(full.problem, "all")) == 5
    assert queue.counts(queue.submissions_of(full.problem)).submissions == 5


def test_who_has_left_the_class_is_counted_and_waited_for_nowhere(school):
    """The other student is in two classes, and counted once; the one who left is still in the other class."""
    left, stays = school.hand_in(work=WRONG), school.hand_in(school.classmate, WRONG)
    for student in (school.student, school.classmate):
        Enrolment.objects.create(classroom=school.elsewhere, student=student)
    for submission in (left, stays):
        school.decide(submission, [])
    school.release()
    for submission in (left, stays):
        release.ask(Submission.objects.get(pk=submission.pk), "Please look again.")
    left, stays = school.hand_in(work="2x = 10\nx = 5"), school.hand_in(school.classmate, "2x = 10\nx = 5")
    client = school.client(school.teacher)

    def counted():
        [row] = client.get(page("classroom", school.classroom.pk)).context["assignments"]
        assignment = client.get(page("assignment", school.assignment.pk)).context
        listed = client.get(page("groups", school.problem.pk)).context
        [group] = listed["answers"]
        [(_problem, [error])] = client.get(page("errors", school.assignment.pk)).context["rows"]
        return {
            "class": (row.handed_in, row.to_review),
            "regrades": (client.get(page("classroom", school.classroom.pk)).context["regrades"].count(), assignment["regrades"].count()),
            "drafts": assignment["drafts"],
            "groups": [(each.size, each.waiting) for each in [*listed["answers"], *listed["steps"]]],
            "members": len(client.get(page("group", group.pk)).context["members"]),
            "errors": (error.size, error.submissions),
            "alike": [count for _group, count in client.get(page("submission", stays.pk), follow=True).context["panel"].alike],
        }

    assert counted() == {
        "class": (2, 2),
        "regrades": (2, 2),
        "drafts": 2,
        "groups": [(2, 2), (2, 2)],
        "members": 2,
        "errors": (2, 2),
        "alike": [1, 1],
    }
    school.classroom.enrolments.filter(student=school.student).delete()
    assert counted() == {
        "class": (1, 1),
        "regrades": (1, 1),
        "drafts": 1,
        "groups": [(1, 1), (1, 1)],
        "members": 1,
        "errors": (1, 1),
        "alike": [],
    }
    opened = client.get(page("submission", left.pk), follow=True).context["panel"]
    assert [count for _group, count in opened.alike] == [1, 1]
    for submission in (left, stays):
        school.decide(submission, [])
    assert client.get(page("assignment", school.assignment.pk)).context["releasable"] == 1
    assert school.release() == 1


def test_what_each_view_holds(full):
    for submission, confidence in zip(full.work, [0.9, 0.8, 0.5, 0.4, 0.1, None], strict=True):
        Submission.objects.filter(pk=submission.pk).update(confidence=confidence)
    full.decide(full.work[0])
    views = {show: [full.work.index(Submission.objects.get(pk=pk)) for pk in queue.ordered(full.problem, show)] for show in queue.SHOWS}
    assert views | {"blind": 0} == {
        "todo": [1, 2, 3, 4, 5],
        "read": [4, 5],
        "glance": [2, 3],
        "auto": [1],
        "failed": [],
        "blind": 0,
        "all": [0, 1, 2, 3, 4, 5],
    }
    assert set(views["blind"]) == {1, 2, 3, 4, 5}
    change(full, auto_from=1.01, glance_from=1.01)
    assert len(queue.ordered(full.problem, "read")) == 5


def test_the_blind_sample_is_small(full, monkeypatch):
    monkeypatch.setattr(queue, "BLIND_SAMPLE", 3)
    assert len(queue.ordered(full.problem, "blind")) == 3


A, B, C, D = (uuid4() for _ in range(4))


@pytest.mark.parametrize(
    ("shown", "at", "place"),
    [
        ([A, B, C, D], B, Place(2, 4, A, C)),
        ([A, B, C, D], D, Place(4, 4, C, A)),
        ([A, C, D], B, Place(1, 3, A, C)),  # it has left the view: what comes next is what stood behind it
        ([A], A, Place(1, 1, None, None)),
        ([], B, Place(0, 0, None, None)),
        ([A], D, Place(1, 1, A, A)),
    ],
)
def test_places(shown, at, place):
    assert queue.place([A, B, C, D], shown, at) == place


def test_marking_goes_on_to_the_next_one_and_to_the_end(full):
    client, seen = full.client(full.teacher), []
    panel = client.get(page("queue", full.problem.pk)).context["panel"]
    while panel is not None:
        seen.append(panel.submission.pk)
        sent = {"version": panel.version, "reviewed": "on", "then": "next", "comment": "", "first_error": ""}
        answer = client.post(page("mark", panel.submission.pk, show="todo"), sent, headers=HTMX)
        panel = answer.context["panel"]
        assert answer.headers["HX-Push-Url"].startswith(page("queue", full.problem.pk))
    assert seen == [submission.pk for submission in full.work]
    assert "Nothing is left here" in answer.content.decode()


def test_an_anonymous_queue_shows_no_names(full):
    full.others[0].first_name, full.others[0].username = "Wei Unmistakable", "unmistakable"
    full.others[0].save()
    change(full, anonymous=True)
    client = full.client(full.teacher)
    full.decide(full.work[0])
    full.release()
    addresses = [page("queue", full.problem.pk, show="all", at=full.work[0].pk), page("submission", full.work[0].pk)]
    addresses += [page("groups", full.problem.pk), page("group", full.work[0].answer_group_id), page("history", full.work[0].pk)]
    for address in addresses:
        for headers in ({}, HTMX):
            shown = client.get(address, headers=headers, follow=True).content.decode()
            assert "unmistakable" not in shown.lower(), address
    label = queue.label(full.assignment, full.others[0].pk)
    assert f"Student {label}" in client.get(addresses[0]).content.decode()


def test_an_address_that_leads_nowhere_leads_to_the_queue(full):
    client = full.client(full.teacher)
    for query in ({"at": "nonsense"}, {"at": str(uuid4())}, {"show": "nonsense"}, {"group": "x"}, {"group": "²"}, {"group": "9" * 30}):
        assert client.get(page("queue", full.problem.pk, **query)).context["panel"].submission == full.work[0]


def test_a_link_to_a_submission_opens_the_queue_there(full):
    answer = full.client(full.teacher).get(page("submission", full.work[2].pk, show="all"), follow=True)
    assert answer.context["panel"].submission == full.work[2]


def test_a_submission_that_must_be_read_is_not_filled_in(full):
    change(full, auto_from=1.01, glance_from=1.01)
    panel = full.client(full.teacher).get(page("queue", full.problem.pk)).context["panel"]
    assert panel.route == "read"
    assert [line.ticked for line in panel.items] == [False, False, False]
    assert [line.proposed for line in panel.items] == [True, True, True]
    change(full, glance_from=0.1)
    panel = full.client(full.teacher).get(page("queue", full.problem.pk)).context["panel"]
    assert (panel.route, [line.ticked for line in panel.items]) == ("glance", [True, True, True])


def test_a_blind_view_shows_no_evidence(full):
    shown = full.client(full.teacher).get(page("queue", full.problem.pk, show="blind")).content.decode()
    assert "Confidence" not in shown
    assert "Proposed" not in shown
    assert "Not verified" not in shown
