"""Calculations read out of Python that is never run."""

import pytest

from inference.code_steps import written_out


def lines(code):
    return written_out(f"```python\n{code}\n```").splitlines()[len(code.splitlines()) + 2 :]


@pytest.mark.parametrize(
    ("code", "calculations"),
    [
        ("a = 3\nb = a * 12\nc = b - 6\nprint(c)", ["3 * 12 = 36", "36 - 6 = 30"]),
        ("share = (58 - 40) / 4", ["(58 - 40) / 4 = 4.5"]),
        ("x = 7 / 3\ny = x + 1", ["7 / 3 = 7/3", "7/3 + 1 = 10/3"]),
        ("x = -2 * 3", ["(-2) * 3 = -6"]),
        ("a = input()\nb = a + 1\nc = 2 + 2", ["2 + 2 = 4"]),
        ("a = 1\na = unknown\nb = a + 1", []),
        ("a = 3\nb = a + 1\nc = a + 2", ["3 + 1 = 4", "3 + 2 = 5"]),
        ("a = 3\na = a + 1\nb = a * 2", ["3 + 1 = 4", "4 * 2 = 8"]),
        ("total = 3\ntotal += 4\nx = total * 2", []),
        ("total = 0\nfor n in (1, 2):\n    total = total + n\nmean = total / 2", []),
        ("a = 1\na, b = 3, 4\nc = a + 1", []),
        ("a = b = 3 + 4\nc = b + 1", []),
        ("x = 48 // 2\ny = 7 // 2\nz = 7 // 0", ["48 / 2 = 24"]),
        ("x = True + 1\ny = 1e999 - 1\nz = 999999999999 * 10\nw = 1 / 999999 / 9999999", []),
        ("x = 1 / 0", []),
        ("x = 10**9 * 10**9 * 10**9\ny = 9 ** 9 ** 9", []),
        ("def broken(", []),
    ],
)
def test_calculations_are_written_out(code, calculations):
    assert lines(code) == calculations


def test_a_solution_without_python_stays_as_it_is():
    assert written_out("3 + 4 = 7") == "3 + 4 = 7"
