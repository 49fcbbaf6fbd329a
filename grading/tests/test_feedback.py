"""What the student reads: the step is named, the answer is not."""

import pytest
from django.utils import translation

from grading.feedback import compose
from grading.tests.evidence import evidence, step

SECRET = "2x = 4"
WRONG = step("wrong", "It should have been {x}.", should_be=SECRET, misconception=None)


def test_nothing_is_said_of_what_is_right():
    assert compose(evidence("correct", ["checked"]), answer="x = 2", reveal=False) == ""


@pytest.mark.parametrize("outcome", ["correct", "incorrect", "undecided", ""])
@pytest.mark.parametrize("statuses", [[], ["checked", WRONG, "carried"], ["unverified"]])
def test_the_answer_is_not_given_away(outcome, statuses):
    said = compose(evidence(outcome, statuses), answer="x = 2", misconception="a sign was lost", reveal=False)
    assert "x = 2" not in said
    assert SECRET not in said
    assert "should" not in said


def test_the_step_is_named():
    said = compose(evidence("incorrect", ["checked", WRONG, "carried"]), answer="x = 2", misconception="A sign was lost.", reveal=False)
    assert said == "Look at step 2 again. It looks like this: A sign was lost. The steps after it follow from it."


def test_a_right_answer_with_a_wrong_step():
    assert compose(evidence("correct", [WRONG]), reveal=False).startswith("The final answer is right, but look at step 1 again.")


def test_a_wrong_answer_without_a_wrong_step():
    assert compose(evidence("incorrect", ["unverified"]), answer="x = 2", reveal=False) == "The final answer is not right."


def test_what_is_said_where_the_answer_may_be_given():
    known = step("wrong", "Three was added.", should_be=SECRET)
    said = compose(evidence("incorrect", [known]), answer="x = 2", reveal=True)
    assert "Three was added." in said
    assert f"It should be {SECRET}." in said
    assert "The right answer is x = 2." in said


def test_in_the_reader_s_language():
    with translation.override("zh-hans"):
        said = compose(evidence("incorrect", [WRONG, "carried"]), misconception="移项没有变号", reveal=False)
    assert said == "请再看第 1 步。看起来是：移项没有变号。之后的步骤由它推出。"
