import pytest

from grading.checking.agreement import agrees


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        ("0.5", "1/2"),
        ("5", "5.0"),
        ("5", "The total is: 5"),
        ("5", "a = 2\nb = 3\ntotal = 5"),
        (r"x = \frac{1}{2}, x = -3", "[-3, 1/2]"),
        (r"x = \frac{1}{2} \text{ or } x = -3", "[-3, 1/2]"),
        (r"\{-3, \frac12\}", "{1/2, -3}"),
        ("x=1/2 或 x=-3", "[-3, 1/2]"),
        (r"\pm 3", "[-3, 3]"),
        ("2", "{x: 2}"),
        ("(2, 3)", "{x: 2, y: 3}"),
        ("(2, 3)", "2\n3"),
        ("-3, 1/2", "x1 = -3, x2 = 0.5"),
        ("-3, 1/2", "The solutions are: -3 and 0.5"),
        ("5", "The answer, in cm, is 5"),
        ("(2, 3)", "(2, 3)"),
        (r"50\%", "0.5"),
        (r"\$70{,}000", "70000.0"),
        ("3.33", "3.3333333333333335"),
        (r"\frac{10}{3}", "3.3333333333333335"),
        (r"\frac{\sqrt{3}}{2}", "sqrt(3)/2"),
        ("x^2+1", "x**2 + 1"),
        (r"\left(3, \frac{\pi}{2}\right)", "(3, pi/2)"),
        ("18 \\text{ cm}", "18"),
        ("12元", "12"),
        (r"\text{Monday}", "Monday"),
        ("7", r"\boxed{7}"),
        ("7", r"The answer is $\boxed{7}$."),
        ("2, 3", r"x = \boxed{2} or x = \boxed{3}"),
        (r"\frac{1}{2}", r"\boxed{\frac{1}{2}}"),
        (r"\sqrt{3}", r"\boxed{sqrt(3)}"),
        ("[-2, 7]", "(-2 <= x) & (x <= 7)"),
        (r"x \in [-2, 7]", "Solution: (x >= -2) & (7 >= x)"),
        (r"-2 \le x < 7", "Interval.Ropen(-2, 7)"),
        ("x > 3", "(3 < x) & (x < oo)"),
        (r"(3, \infty)", "Interval.open(3, oo)"),
        (r"(-\infty, 1) \cup (2, \infty)", "((-oo < x) & (x < 1)) | ((2 < x) & (x < oo))"),
        (r"x < -\sqrt{2} \text{ or } x > \sqrt{2}", "Union(Interval.open(-oo, -sqrt(2)), Interval.open(sqrt(2), oo))"),
        (r"\{2\} \cup [3, \infty)", "Union({2}, Interval(3, oo))"),
        (r"x \ne 2", "Ne(x, 2)"),
        (r"\emptyset", "EmptySet"),
        (r"\mathbb{R}", "(-oo < x) & (x < oo)"),
        ("6 + 15i", "(6+15j)"),
        (r"\pm 2i", "[2j, -2j]"),
        ("i", "1j"),
    ],
)
def test_an_answer_that_says_what_was_printed(answer, output):
    assert agrees(answer, output) is True


@pytest.mark.parametrize(
    ("answer", "output"),
    [("5", "7"), ("2, 3", "[2, 4]"), ("2", "[2, 3]"), ("(1,2)", "(2, 1)"), ("x^2+1", "x**2 + 2"), ("4", "3.6"), ("8", r"\boxed{7}")]
    + [("[-2, 8]", "(-2 <= x) & (x <= 7)"), ("-2 < x < 7", "Interval(-2, 7)"), ("x > 3", "(x < 3) & (-oo < x)"), ("1 - 2i", "(1+2j)")],
)
def test_an_answer_that_says_something_else(answer, output):
    assert agrees(answer, output) is False


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        ("5", ""),
        ("5", "5\n7"),
        ("7", "(-2 <= x) & (x <= 7)"),
        ("10", "(-2 <= x) & (x <= 7)"),
        ("x > 3", "(3 < x) & (y < 2)"),
        ("x > 3", "True"),
        ("5", "sum = 5, product = 6"),
        ("5", "error"),
        ("Monday", "3"),
        ("5", "__import__('os').system('touch /tmp/owned')"),
        ("5", "9**9**9**9"),
        ("5", "(" * 500),
    ],
)
def test_what_cannot_be_said(answer, output):
    assert agrees(answer, output) is None
