"""The workings of `facts.lines`: a right one has no wrong line, and a wrong line is the first that is wrong."""

import pytest

from grading.checking.steps import check_steps
from grading.tests.facts.lines import LINES

ALL = [(problem, lines) for workings in LINES.values() for problem, *lines in workings]
READ = [(problem, [(line,) if isinstance(line, str) else line for line in lines]) for problem, lines in ALL]
WRONG = [
    (problem, [*(line[0] for line in lines[:at]), wrong]) for problem, lines in READ for at, line in enumerate(lines) for wrong in line[1:]
]


@pytest.mark.parametrize(("problem", "lines"), READ)
def test_right_lines(problem, lines):
    report = check_steps(problem, [line[0] for line in lines])
    assert report.first_error is None
    assert report.answer_is_right is not False


@pytest.mark.parametrize(("problem", "steps"), WRONG)
def test_wrong_lines(problem, steps):
    report = check_steps(problem, steps)
    assert report.first_error == len(steps) - 1
    assert not report.answer_is_right
