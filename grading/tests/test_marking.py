"""What a mark comes to, and what is proposed."""

from decimal import Decimal

import pytest

from grading.marking import applies, default_rubric, propose, total
from grading.models import Problem, RubricItem
from grading.tests.evidence import evidence


def problem(points="4", **fields):
    return Problem(text="?", points=Decimal(points), **fields)


def rubric(*worths, rule=""):
    return [RubricItem(pk=n, points=abs(Decimal(worth)), negative=Decimal(worth) < 0, rule=rule) for n, worth in enumerate(worths, 1)]


@pytest.mark.parametrize(
    ("fields", "worths", "ticked", "adjustment", "points"),
    [
        ({}, ["2", "1", "1"], [1, 3], "0", "3"),
        ({}, ["2", "1", "1"], [], "0", "0"),
        ({"from_full": True}, ["-1", "-0.5"], [1, 2], "0", "2.5"),
        ({}, ["2", "-1"], [1, 2], "0", "1"),
        ({}, ["2", "-1"], [2], "0", "0"),  # never below zero
        ({}, ["3", "3"], [1, 2], "0", "4"),  # never above the problem's points
        ({}, ["2"], [1], "-0.5", "1.5"),
        ({}, ["2"], [1, 99], "0", "2"),  # a line that was deleted
    ],
)
def test_the_total(fields, worths, ticked, adjustment, points):
    assert total(problem(**fields), rubric(*worths), ticked, Decimal(adjustment)) == Decimal(points)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("answer", ["right", "right, unverified", "right, wrong step", "right, wrong at once"]),
        ("wrong_answer", ["wrong", "wrong, as others", "wrong at once", "wrong, unverified", "wrong, no working"]),
        ("working", ["right", "right, unverified"]),
        ("start", ["right", "right, unverified", "right, wrong step", "wrong", "wrong, as others"]),
        ("error", ["right, wrong step", "right, wrong at once", "wrong", "wrong, as others", "wrong at once"]),
        ("", []),
    ],
)
def test_when_a_line_is_proposed(rule, holds):
    cases = {
        "right": evidence("correct", ["checked", "checked"]),
        "right, unverified": evidence("correct", ["unverified"]),
        "right, wrong step": evidence("correct", ["checked", "wrong"]),
        "right, wrong at once": evidence("correct", ["wrong"]),
        "wrong": evidence("incorrect", ["checked", "wrong", "carried"]),
        "wrong, as others": evidence("incorrect", ["agrees", "wrong"]),
        "wrong at once": evidence("incorrect", ["wrong", "carried"]),
        "wrong, unverified": evidence("incorrect", ["unverified", "unverified"]),
        "wrong, no working": evidence("incorrect"),
    }
    assert [name for name, found in cases.items() if applies(rule, found)] == holds


def test_nothing_is_proposed_where_nothing_is_decided():
    for undecided in (None, evidence("undecided", ["checked"]), evidence("", ["checked"])):
        assert propose(problem(), rubric("4", rule="answer"), undecided) is None


def test_a_proposal():
    found = propose(
        problem(),
        [*rubric("2", rule="answer"), RubricItem(pk=7, points=Decimal(1), rule="start")],
        evidence("incorrect", ["checked", "wrong"]),
    )
    assert (found.ticked, found.points, found.first_error) == ([7], 1, 1)
    assert propose(problem(), rubric("2", rule="answer"), evidence("correct", ["checked"])).first_error == -1


@pytest.mark.parametrize("points", ["0.25", "1", "2", "3", "4", "5", "10", "7.5"])
def test_the_default_rubric_adds_up(points):
    made = problem(points)
    lines = default_rubric(made)
    assert sum(line.points for line in lines) == made.points
    assert min(line.points for line in lines) > 0
    for number, line in enumerate(lines):
        line.pk = number
    assert propose(made, lines, evidence("correct", ["checked"])).points == made.points
