"""What the machine finds in a submission, and that it survives being stored."""

import json

import pytest

from grading.evidence import Evidence, Question, answer_of, compare, gather, steps_of
from grading.tests.evidence import evidence, step

TWO = Question(text="Solve 2x + 3 = 7.", answer="x = 2")


@pytest.mark.parametrize(
    ("work", "answer"),
    [
        ("2x = 4\nx = 2", "2"),
        ("2x = 4\n$x = 2$.", "2"),
        (r"So \boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        ("答案是 5", "5"),
        ("3 + 4\n7", "7"),
        ("2x < 6\nx < 3.", "x < 3"),
        ("2x >= 6\nx >= 3", "x >= 3"),
        ("2x^2 - 9x + 10 = 0\nx1 = 2,5\nx2 = 2", "x1 = 2,5; x2 = 2"),
        ("$x_1 = 2$\n$x_2 = 3$", "x_1 = 2; x_2 = 3"),
        ("x_1 = 2\n3", "3"),
        ("(x + 3)(x - 2) = 0\nx = -3 or x = 2", "x = -3; x = 2"),
        ("$x = 0,5$ oder $x = 2$.", "x = 0,5; x = 2"),
        ("x=5, x=2", "x = 5; x = 2"),
        ("所以x₁=5，x₂=2", "x₁ = 5; x₂ = 2"),
        ("So x = 6/2 = 3 and y = 4", "x = 3; y = 4"),
        ("2x = 6, x = 3", "3"),
        ("a + x = 5, x = 3", "3"),
        ("b = 4, h = 3, A = 4 * 3 / 2 = 6", "6"),
        ("x = 3, y = 2x = 6", "6"),
        ("P = (1, 2)", "(1, 2)"),
        ("There are 5 socks.", "There are 5 socks"),
        ("I do not know", "I do not know"),
        ("", ""),
        ("x = " + "1" * 600, ""),
    ],
)
def test_the_answer_of_working(work, answer):
    assert answer_of(work, steps_of(work)) == answer


def test_a_wrong_value_is_not_hidden_before_the_right_one():
    work = ["x = 5 or x = 2"]
    assert gather(TWO, work, answer_of(work[0], work)).outcome == "incorrect"


@pytest.mark.parametrize(("answer", "outcome"), [("2", "correct"), ("x = 4/2", "correct"), ("3", "incorrect"), ("", "incorrect")])
def test_the_answer_is_compared_with_the_key(answer, outcome):
    assert gather(TWO, [], answer).outcome == outcome


@pytest.mark.parametrize(
    ("text", "key", "answer", "outcome"),
    [
        ("Factor $x^2 - 9$.", "(x-3)(x+3)", "x^2-9", "undecided"),
        ("Simplify 2x + 3x", "5x", "2x+3x", "undecided"),
        ("Simplify 2x + 3x + 1", "3x + 2x", "2x+3x", "correct"),
        ("计算：3+4=", "7", "3+4", "undecided"),
        ("化简：6/8", "3/4", "6/8", "undecided"),
        ("Which is more, 3/4 or 2/3?", "3/4", "3/4", "correct"),
        ("Is x = 2 or x = 3 the larger one? (x+1)(x+2)", "3", "3", "correct"),
        ("How long is it, in cm?", "148", "1.48 m", "correct"),
        ("How long is it, in cm?", "148", "1.5 m", "incorrect"),
        ("小明有多少厘米的绳子？", "148", "1.48米", "correct"),
        ("A rope is 2 m long, and 52 cm are cut off.", "148", "14800 cm", "incorrect"),
        ("How many cm of the rope, and how many m?", "148", "14800 cm", "incorrect"),
        ("What is its area, in cm²?", "30", "0.003 m²", "correct"),
        ("There are 12 apples here and 10 there. How many are the more?", "12", "12 apples", "correct"),
        ("Write 148 cm in m.", "1.48", "148 cm", "undecided"),
    ],
)
def test_the_text_says_what_is_unfinished_and_which_unit_is_meant(text, key, answer, outcome):
    assert compare(text, key, answer) == outcome


def test_without_a_key_nothing_is_decided():
    found = gather(Question(text="Prove it."), ["Because."], "")
    assert (found.outcome, found.reason, found.sampled) == ("", None, 0)
    assert compare("?", "", "2") == ""


def test_samples_are_counted_against_the_key():
    samples = tuple((f"x = {answer}", answer) for answer in ("2", "4/2", "3", ""))
    found = gather(Question(text=TWO.text, answer="2", samples=samples), [], "2")
    assert (found.agreeing, found.sampled, found.key_sampled) == (2, 4, False)


@pytest.mark.parametrize(
    ("answers", "outcome", "agreeing"),
    [(("1/2", "0.5", "3"), "correct", 2), (("1/2", "3"), "", 0), (("1/2", "3", "4"), "", 0), (("", "", "1/2"), "", 0)],
)
def test_without_a_key_the_majority_of_the_samples_stands_in_for_it(answers, outcome, agreeing):
    samples = tuple((answer, answer) for answer in answers)
    found = gather(Question(text="?", samples=samples), [], "0.5")
    assert (found.outcome, found.agreeing, found.key_sampled) == (outcome, agreeing, bool(outcome))


def test_it_survives_being_stored():
    verdict = step("wrong", "It is {value}, not this.", should_be="2x = 4", misconception="sign")
    found = evidence("incorrect", ["checked", verdict, "carried"], agreeing=3, sampled=8, score=1.5, baseline=0.5)
    assert Evidence.from_json(json.loads(json.dumps(found.to_json()))) == found
