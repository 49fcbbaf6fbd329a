from fractions import Fraction

import pytest

from grading.checking.numbers import read_number
from grading.checking.quantities import same_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-3", -3),
        ("−3", -3),
        ("0.5", Fraction(1, 2)),
        (".5", Fraction(1, 2)),
        ("1/2", Fraction(1, 2)),
        (r"\frac{1}{2}", Fraction(1, 2)),
        (r"-\dfrac12", Fraction(-1, 2)),
        (r"1\frac{1}{2}", Fraction(3, 2)),
        ("$1{,}000", 1000),
        (r"\$70{,}000", 70_000),
        ("1,234,567.25", Fraction("1234567.25")),
        ("12 元", 12),
        ("12元", 12),
        ("5 apples", 5),
        (r"5 \text{ cm}^2", 5),
        ("5cm²", 5),
        ("2hrs", 2),
        ("3kgs", 3),
        ("9yrs", 9),
        ("40 per cent", 40),
        (r"90^\circ", 90),
        ("6.02e23", 602 * 10**21),
        (r"6.02 \times 10^{23}", 602 * 10**21),
        ("１２．５", Fraction(25, 2)),
        ("三分之二", Fraction(2, 3)),
        ("百分之五", Fraction(1, 20)),
        ("一百零五", 105),
        ("两千", 2000),
        ("一亿二千万", 120_000_000),
        ("十二点五", Fraction(25, 2)),
        ("负三", -3),
    ],
)
def test_ways_to_write_a_number(text, value):
    number = read_number(text)
    assert number is not None
    assert number.value == value


@pytest.mark.parametrize(
    "text", ["", "x", "5x", "2x+1", "1,2", "1 2", "9^9", "9^9^9^9", "1/0", "1e999999", "x=5", "(1,2)", "9" * 201, "5 or 6", "--5", "."]
)
def test_what_is_no_single_number(text):
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["--", "---", "- -", "--five", "twenty - five", "a", "an"])
def test_hyphens_and_articles_are_no_number_in_words(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("0.5", "1/2", True),
        ("50%", "0.5", True),
        ("50%", "50", True),
        ("0.5", "50", False),
        ("0.5%", "50%", False),
        ("1/3", "0.3333333333333333", True),
        ("1/3", "0.33", False),
        ("5 m", "5", True),
        ("5 m", "5 metres", True),
        ("5 m", "500 cm", True),
        ("5 boxes", "5 bags", None),
        ("0.5", "0.5%", None),
        ("20%", "$20", None),
        ("12345678901", "12345678902", False),
        ("5 apple", "5 apples", True),
        ("1e-99", "1e-98", False),
    ],
)
def test_same_number(left, right, same):
    assert same_number(read_number(left), read_number(right)) is same
