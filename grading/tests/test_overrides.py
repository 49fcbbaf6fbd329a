"""Teachers' judgement as data: from classes that allow it, of work since they did, and gone with who is gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import classrooms
from accounts.models import Classroom, User
from grading.models import Submission
from grading.overrides import overrides
from grading.tests.school import RIGHT, WRONG


@pytest.fixture
def allowed(school):
    classrooms.allow_training(school.classroom, school.teacher, allowed=True)
    return school


def test_what_is_told(allowed):
    submission = allowed.hand_in(work=WRONG)
    allowed.decide(submission, [], first_error=1)
    [told] = overrides()
    assert (told.problem, told.expected) == ("Solve $2x + 3 = 7$.", "x = 2")
    assert (told.response, told.answer) == (("2x + 3 = 7", "2x = 10", "x = 5"), "5")
    assert (told.mark, told.submission) == (0.0, submission.pk)


def test_nothing_without_consent(school):
    school.decide(school.hand_in())
    assert list(overrides()) == []
    classrooms.allow_training(school.classroom, school.teacher, allowed=True)
    assert list(overrides()) == []  # the work came in before
    school.decide(school.hand_in(school.classmate))
    assert len(list(overrides())) == 1
    classrooms.allow_training(school.classroom, school.teacher, allowed=False)
    assert list(overrides()) == []


def test_drafts_and_proposals_are_nobody_s_judgement(allowed):
    allowed.hand_in()
    allowed.decide(allowed.hand_in(allowed.classmate), reviewed=False)
    assert list(overrides()) == []


def test_released_and_older_attempts_count(allowed):
    allowed.decide(allowed.hand_in(work=WRONG), [])
    allowed.release()
    allowed.decide(allowed.hand_in(work=RIGHT))
    assert [told.mark for told in overrides()] == [0.0, 1.0]


@pytest.mark.parametrize("gone", [User, Classroom, Submission])
def test_what_is_deleted_is_not_told_any_more(allowed, gone):
    allowed.decide(allowed.hand_in())
    {User: allowed.student, Classroom: allowed.classroom, Submission: Submission.objects.get()}[gone].delete()
    assert list(overrides()) == []


def test_a_teacher_who_is_gone_leaves_the_judgement(allowed):
    allowed.decide(allowed.hand_in())
    allowed.teacher.delete()
    assert len(list(overrides())) == 1


def test_the_date_counts_to_the_moment(allowed):
    Classroom.objects.filter(pk=allowed.classroom.pk).update(training_since=timezone.now() + timedelta(seconds=5))
    allowed.decide(allowed.hand_in())
    assert list(overrides()) == []
