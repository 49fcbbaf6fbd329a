"""What to practise next follows what went wrong in marked work, and only what its student has seen."""

import pytest

from grading.tests.school import WRONG, School
from practice import choosing


@pytest.fixture
def school(db, settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    return School()


def test_a_mistake_in_released_work_comes_first(school):
    assert choosing.choose(school.student).why == "new"
    submission = school.hand_in(work=WRONG)
    assert choosing.choose(school.student).why == "new", "an unreleased mark tells nothing"
    school.decide(submission)
    school.release()
    choice = choosing.choose(school.student)
    assert (choice.skill.code, choice.why) == ("linear", "mistake")
    assert choosing.choose(school.classmate).why == "new"
