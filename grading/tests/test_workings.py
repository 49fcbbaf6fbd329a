import pytest

from grading.checking.misconceptions import MISCONCEPTIONS
from grading.checking.steps import check_steps
from grading.tests.typed import TYPED
from grading.tests.workings import WORKINGS

WRONG = [working for working in (*WORKINGS, *TYPED) if working.first_error is not None]
RIGHT = [working for working in (*WORKINGS, *TYPED) if working.first_error is None]


def name(working):
    return f"{working.problem} {working.misconception or ''}"


@pytest.mark.parametrize("working", RIGHT, ids=name)
def test_a_right_working_has_no_wrong_step(working):
    report = check_steps(working.problem, working.steps)
    assert report.first_error is None
    assert "checked" in {step.status for step in report.steps}


@pytest.mark.parametrize("working", WRONG, ids=name)
def test_the_planted_mistake_is_found_and_named_and_what_follows_is_carried(working):
    report = check_steps(working.problem, working.steps)
    assert report.first_error == working.first_error
    assert report.steps[working.first_error].misconception == working.misconception
    assert {step.status for step in report.steps[working.first_error + 1 :]} <= {"carried"}


def test_only_known_misconceptions_are_named():
    assert {working.misconception for working in WRONG if working.misconception} <= MISCONCEPTIONS.keys()
