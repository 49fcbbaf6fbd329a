"""What stands behind long decimals."""

import math
import random

import pytest

from inference.exact import exact_value, with_exact_values


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (3 / 11, "3/11"),
        (-60 / 220, "-3/11"),
        (50 / 3, "50/3"),
        (1 - (5 / 6) ** 4, "671/1296"),
        (5 * math.pi / 6, "5*pi/6"),
        (math.pi, "pi"),
        (-math.pi * 9, "-9*pi"),
        (math.sqrt(3) / 2, "sqrt(3)/2"),
        (math.sqrt(50), "5*sqrt(2)"),
        (-2 / math.sqrt(3), "-2*sqrt(3)/3"),
        (math.sin(math.radians(60)), "sqrt(3)/2"),
        (math.hypot(3.0, 9.0), "3*sqrt(10)"),
        (0.416666666666667, "5/12"),  # as sympy prints it
        (1.03703703703704, "28/27"),
        (0.00199004975124373, "2/1005"),  # summed up
        (7037 / 3, "7037/3"),
    ],
)
def test_an_exact_value_is_found(value: float, exact: str) -> None:
    assert exact_value(value) == exact


@pytest.mark.parametrize(
    "value", [0.0, 0.1 + 0.2, 0.375, math.e, math.log(2), 1.2345678901234567, math.sqrt(2) + 1, math.cos(1), 4321 / 1234567]
)
def test_there_is_none(value: float) -> None:
    assert exact_value(value) is None


def test_chance_makes_none() -> None:
    drawn = random.Random(1)
    assert not [value for _ in range(50_000) if exact_value(value := drawn.uniform(-1000, 1000))]


@pytest.mark.parametrize(
    ("output", "noted"),
    [
        ("0.2727272727272727\n", "0.2727272727272727 (= 3/11)\n"),
        ("p = -0.3333333333333333", "p = -0.3333333333333333 (= -1/3)"),
        ("[0.6666666666666666, 2.0]", "[0.6666666666666666 (= 2/3), 2.0]"),
        ("(6+15j)", "(6+15j) (= 6 + 15i)"),
        ("[(1.5-2j), -1j, 3.0j]", "[(1.5-2j) (= 1.5 - 2i), -1j (= -i), 3.0j (= 3i)]"),
        ("z = 1j", "z = 1j (= i)"),
        ("np.float64(0.8660254037844386)", "np.float64(0.8660254037844386 (= sqrt(3)/2))"),
        ("Union({-1}, Interval.Ropen(0, 7))\n", r"Union({-1}, Interval.Ropen(0, 7)) (= $\{-1\} \cup [0, 7)$)" + "\n"),
        ("Solution: (-2 <= x) & (x < 7)", r"Solution: (-2 <= x) & (x < 7) (= $-2 \le x < 7$)"),
        ("((-oo < x) & (x < 1)) | ((3 < x) & (x < oo))", r"((-oo < x) & (x < 1)) | ((3 < x) & (x < oo)) (= $x < 1 \text{ or } x > 3$)"),
    ],
)
def test_it_stands_behind_the_decimal(output: str, noted: str) -> None:
    assert with_exact_values(output) == noted


@pytest.mark.parametrize(
    "output",
    [
        "0.27",
        "0.3333",
        "3.3333333333333335e-05",
        "1.3333333333333333j",
        "(1e-16+1j)",
        "x_1j",
        "3j4",
        "v1.333333333333333.2",
        "3/11",
        "x < 3",
        "{1, 2}",
        "(1, 2)",
        "Interval(",
        "",
    ],
)
def test_other_output_is_left_alone(output: str) -> None:
    assert with_exact_values(output) == output
