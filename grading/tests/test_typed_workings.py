"""Workings of pupils whose way to write, or whose mistake, is easily taken for another."""

import json
from pathlib import Path

import pytest

from grading.checking.steps import check_steps, split_steps

WORKINGS = [json.loads(line) for line in (Path(__file__).parent / "facts" / "typed_workings.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        # Letters behind π are factors
        ("Find the circumference of a circle with radius 7 cm.", ["C = 2πr", "C = 2 × 22/7 × 7", "C = 44 cm"]),
        ("Find the volume of a cylinder with radius 3 and height 5.", ["V = πr²h", "V = π × 9 × 5", "V = 45π"]),
        ("求圆柱的侧面积，底面半径3cm，高5cm", ["S=2πrh", "S=2×π×3×5", "S=30π"]),
        ("Find the curved surface of a cone with radius 3 and slant height 5.", ["S = πrl", "S = π × 3 × 5", "S = 15π"]),
        ("Make h the subject of V = πr²h", ["V/π = r²h", "h = V/(πr²)"]),
        # All behind the slash is below it
        ("Make a the subject of v² = u² + 2as", ["v² - u² = 2as", "a = (v² - u²)/2s"]),
        ("Make r the subject of C = 2πr", ["r = C/2π"]),
        # Plus or minus without its sign
        ("Solve x^2 + 6x - 7 = 0", ["(x+3)^2 = 16", "x = -3 +- 4", "x = 1, -7"]),
        ("Solve x^2 + 6x - 7 = 0", ["(x+3)^2 = 16", "x + 3 = +-4", "x = -3 +/- 4", "x = 1 or x = -7"]),
        ("Solve x + 3 = 1", ["x + 3 +-3 = 1 +-3", "x = -2"]),
        # A root that is tried and left out
        ("Solve √(x+5) = x - 1", ["x²-3x-4 = 0", "x = 4 or x = -1", "check x=-1: √4 = 2 ≠ -2 so only x = 4"]),
        ("Solve √(x+5) = x - 1", ["x²-3x-4 = 0", "x = 4 or x = -1", "x = -1 isn't a solution"]),
        ("解方程 √(x+5)=x-1", ["x²-3x-4=0", "x=4或x=-1", "经检验，x=-1不是原方程的根"]),
        # The calculation goes on with the value of a part
        ("Work out (12 + 5) × 2", ["12 + 5 = 17 × 2 = 34"]),
        ("Calculate 3 + 5 + 8 and divide it by 4", ["3 + 5 + 8 = 16 / 4 = 4"]),
    ],
)
def test_what_is_right_is_not_blamed(problem, steps):
    assert check_steps(problem, steps).first_error is None


@pytest.mark.parametrize(
    ("problem", "steps", "first_error"),
    [
        ("Find the circumference of a circle with radius 7.", ["C = 2πr", "C = 2π × 7", "C = 14π", "C = 14 × 3.14 = 34.54"], 3),
        ("Solve x^2 + 6x - 7 = 0", ["(x+3)^2 = 16", "x = 3 +- 4"], 1),
        ("Solve x^2 = 16", ["x = +/- 8"], 0),
        ("Solve √(x+5) = x - 1", ["x²-3x-4 = 0", "x = 4 or x = -1"], 1),
        ("Solve x² = 16", ["x² - 16 = 0", "only x = 4"], 1),
        ("Make x the subject of 3xy = z", ["x = z·3y"], 0),
        ("Make r the subject of C = 2πr", ["r = 2π/C"], 0),
        # The value of all happens to be its first number
        ("Work out 5 - 2 × 3 + 4", ["= 3 × 3 + 4", "= 9 + 4", "= 13"], 0),
        ("Work out 5 - 2 × 3 + 4", ["5 - 2 × 3 + 4 = 3 × 3 + 4 = 13"], 0),
        ("Work out 12 + 5", ["12 + 5 = 17 × 2 = 34"], 0),
    ],
)
def test_what_is_wrong_is_found(problem, steps, first_error):
    report = check_steps(problem, steps)
    assert report.first_error == first_error
    assert not report.answer_is_right


@pytest.mark.parametrize("working", WORKINGS, ids=lambda working: f"{working['problem'][:40]} {working['first_error']}")
def test_a_typed_working_is_wrong_where_it_is_and_nowhere_else(working):
    assert check_steps(working["problem"], split_steps(working["work"])).first_error == working["first_error"]
