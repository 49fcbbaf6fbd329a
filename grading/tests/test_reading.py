"""How an answer is understood, so that its author sees it; hostile ones cost seconds at most."""

import os
import time

import pytest

from grading import reading


@pytest.mark.parametrize(
    ("answer", "latex"),
    [
        ("3/4", r"\frac{3}{4}"),
        ("-1/2", r"-\frac{1}{2}"),
        ("0.50", "0.50"),
        ("50%", r"50\,\%"),
        ("12 元", r"12\ \text{元}"),
        ("三分之二", r"\frac{2}{3}"),
        ("１２", "12"),
        ("2x+3/4", r"2 x + \frac{3}{4}"),
        (r"$\frac{x}{2}$", r"\frac{x}{2}"),
        ("[1, 5)", r"\left[1, 5\right)"),
        ("x = 2", "x = 2"),
        ("Tuesday", r"\text{Tuesday}"),
        ("增大", r"\text{增大}"),
        ("√2", r"\sqrt{2}"),
        ("x²-1", "x^{2} - 1"),
        ("x**12", "x^{12}"),
        ("117pi", r"117 \pi"),
        ("sin x", r"\sin x"),
        ("ln 2", r"\ln 2"),
        ("ln(x+1) + C", r"\ln\left(x + 1\right) + C"),
        ("log2(3)", r"\log_{2} 3"),
        ("1/2 ln 3", r"\frac{1}{2} \ln 3"),
        ("f'(x) is 6x-6", r"f'\left(x\right) = 6 x - 6"),
        ("dy/dx = 3x", r"\frac{dy}{dx} = 3 x"),
        ("x1=x2=2", "x_{1} = x_{2} = 2"),
        ("x = 2, x = 2", r"x = 2,\ x = 2"),
        ("x = 2 (double root)", "x = 2"),
        ("x1 = 2,5; x2=-3", r"x_{1} = 2.5;\ x_{2} = -3"),
        ("x<2 or x>5", r"x < 2 \lor x > 5"),
        ("L={2}", r"L = \left\{2\right\}"),
        ("-2(x+3)^2", r"-2 \left(x + 3\right)^{2}"),
        (r"\sum_{k=1}^{3} k", r"\sum_{k=1}^{3} k"),
        ("AB = 5", "AB = 5"),
        ("x₁=-1，x₂=3", r"x_{1} = -1,\ x_{2} = 3"),
        (r"\log_3^2 x", r"\left(\log_{3} x\right)^{2}"),
        ("log 5", r"\log 5"),
        ("2Pi", r"2 \pi"),
        ("5C2", r"\binom{5}{2}"),
        ("3 to 4", "3 : 4"),
        ("7余2", r"7\ \text{R}\ 2"),
        ("a27=-5", "a_{27} = -5"),
        ("x is 2", "x = 2"),
        ("by 5%", r"5\,\%"),
        ("Each friend gets 5.", "5"),
        ("应找回26元", "26"),
        ("3:30 PM", r"\text{3:30 PM}"),
        ("3:2", "3 : 2"),
        ("5 boxes", r"5\ \text{boxes}"),
        ("Each gets 12 Apples.", r"12"),
        ("$5", r"5\ \text{\$}"),
        ("26€", r"26\ \text{€}"),
        ("12 cm²", r"12\ \text{cm}^2"),
        ("30°", r"30\ \text{°}"),
        ("15 square cm", r"15\ \text{square cm}"),
        (r"\mathbb{R}", r"\mathbb{R}"),
    ],
)
def test_what_is_understood(answer, latex):
    assert reading.read(answer) == latex


@pytest.mark.parametrize("answer", ["", "   ", r"\frac{1}{", "((", "x" * 501])
def test_what_is_not(answer):
    assert reading.read(answer) == ""


@pytest.mark.parametrize("answer", ["9^9^9^9^9", "(" * 400, r"\frac{" * 80, "10^{10^{10}}!", r"\sum_{n=1}^{10^{20}} n", "1/0", "\x00"])
def test_hostile_answers(answer):
    assert reading.read(rf"\sum_{{k=1}}^{{3}} {time.monotonic_ns()}")  # an answer that is not remembered: the child is warm
    began = time.monotonic()
    reading.read(answer)
    assert time.monotonic() - began < reading.SECONDS + 5
    assert reading.read(f"y + {len(answer)}") == f"y + {len(answer)}"


def test_a_child_that_died_is_replaced():
    assert reading.read(rf"\sum_{{k=1}}^{{3}} {time.monotonic_ns()}")
    reading._reader._process.kill()
    reading._reader._process.wait()
    assert reading.read(r"\sum_{k=1}^{4} k") == ""  # this one found nobody, which is not remembered
    assert reading.read(r"\sum_{k=1}^{4} k")


def test_a_forked_process_has_a_child_of_its_own():
    assert reading.read(rf"\sum_{{k=1}}^{{3}} {time.monotonic_ns()}")
    pid = os.fork()
    if pid == 0:
        os._exit(0 if reading._reader._process is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert reading.read(rf"\sum_{{k=1}}^{{3}} {time.monotonic_ns()}")
