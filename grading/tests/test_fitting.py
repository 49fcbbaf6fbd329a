"""What a bare problem says of an answer by itself: it refutes wrong ones, and never one that may be right."""

import pytest

from grading.checking.fitting import is_refuted

# A problem, answers that are right or may be, and wrong ones.
PROBLEMS = [
    ("Solve 2x+3=11", ["4", "x = 4", "$x = 4$.", r"\boxed{4}", "The value of x is 4"], ["5", "$x = 5$.", r"\boxed{5}"]),
    ("Solve 2x+3=11", [], ["no real solutions", r"\text{No solution}"]),
    ("解方程 2x+3=11。", ["4", "x=4", "系数化为1，得 x = 4"], ["无解", "x=5"]),
    ("求x：2x+3=11", ["4"], ["5"]),
    ("If $2x+3=11$, what is x?", ["4"], ["5", r"\frac{7}{2}"]),
    ("What is x if 2x+3=11?", ["4"], ["5"]),
    (r"Please solve \frac{x}{2} = 6 for x.", ["12"], ["3"]),
    ("Solve x^2 - 5x + 6 = 0", [r"x = 2 \text{ or } x = 3", r"\{2, 3\}", "x_1 = 2, x_2 = 3", "2或3"], ["2", "1, 6", "no solution"]),
    ("Solve x^2 = 4", [r"x = \pm 2", "2, -2"], ["x = 2, x = 3", "4"]),
    ("Solve x^2 = 2", [r"\pm\sqrt{2}", r"\pm 1.41"], [r"\pm 2"]),
    ("Solve x^2 + 1 = 0", ["no real solutions", r"\pm i", "i, -i"], ["1", "all real numbers"]),
    ("Solve 3x = 1", [r"\frac{1}{3}", "0.33"], ["3"]),
    ("Solve 2x = 5", ["2,5", "2.5", r"2 \frac{1}{2}"], ["3"]),
    ("Solve |x-2| = 5", ["7, -3"], ["7"]),
    (r"Solve the system \begin{cases} 2x+y=5 \\ x-y=1 \end{cases}", ["(2, 1)", "x=2, y=1", "x = 2 and y = 1"], ["(1, 2)", "no solution"]),
    ("Solve x+y=10, xy=21", ["(3, 7)", "(3, 7), (7, 3)"], ["(4, 6)"]),
    ("Solve 2x+3<11", ["x < 4", "4 > x", r"(-\infty, 4)"], ["x > 4", r"(-\infty, 4]", "no solution"]),
    ("Solve -2x > 6", ["x < -3"], ["x > -3"]),
    ("Solve x^2 > 4", [r"x < -2 \text{ or } x > 2", r"(-\infty, -2) \cup (2, \infty)"], ["x > 2"]),
    ("What is 17 × 24?", ["408"], ["398"]),
    ("3+4*5 = ?", ["23"], ["35"]),
    ("What is 17/5?", ["3.4", "3", "3 R 2", "3余2"], ["4.3"]),
    ("计算 1250 + 750", ["2,000", "2000"], ["1900"]),
    ("What is 3/4 of 20", ["15"], ["12"]),
    ("Expand (x+1)(x+2)", ["x^2+3x+2", "(x+1)(x+2) = x^2 + 3x + 2"], ["x^2+2x+2"]),
    ("Simplify (4a^2)^3", ["64a^6", "64 a^{6}"], ["4096", "64a^5"]),
    ("化简 2(x+1)-2x", ["2"], []),
    ("Simplify 2(x+1) - 2y", ["2x - 2y + 2"], ["2", r"\frac{1}{2}"]),
    (r"Simplify \sqrt{50}", [r"5\sqrt{2}", "7.07"], [r"2\sqrt{5}"]),
    (
        "Solve\n\\[\\frac{x(x + 1)^2}{x - 7} \\le 0.\\]Enter your answer using interval notation.",
        [r"\{-1\} \cup [0, 7)", "[0, 7) or x = -1"],
        ["(-1, 7]"],
    ),
    ("Solve $3a-7(3-a)=5$. Express your answer as a common fraction in simplest form.", [r"\frac{13}{5}"], ["2"]),
    ("Find all solutions of $x^2 = 4$. List the solutions from least to greatest, separated by commas.", ["-2, 2"], ["2"]),
    ("解方程 $3x=1$，结果用分数表示。", [r"\frac{1}{3}"], ["3"]),
]
# What looks like a bare problem, and asks for something else, or can be read in two ways.
OTHERS = [
    ("Compute the remainder of 17/5", "2"),
    ("Compute $1/8$. Express your answer as a percent.", "12.5"),
    ("Solve $3x=10$. Give your answer to the nearest whole number.", "3"),
    ("Solve $x^2=4$. Give the larger of the solutions.", "2"),
    ("Find all solutions of $x^2=9$. Give the sum of the solutions.", "0"),
    ("解方程 $3x=10$，结果保留整数。", "3"),
    ("解方程 $3x=10$，结果用百分数表示。", "333"),
    ("Compute 2^10 mod 7", "2"),
    ("Find the sum of the roots of x^2-5x+6=0", "5"),
    ("Find the larger root of x^2-5x+6=0", "3"),
    ("Solve x^2 = 9 for positive x", "3"),
    ("How many solutions does x^2=4 have?", "2"),
    ("If 2x+3=11, what is 3x?", "12"),
    ("What is 2x when x + 3 = 5?", "4"),
    ("Evaluate 2x+3 when x = 4", "11"),
    ("Solve x + 3 = 5. Then find 2x", "4"),
    ("Solve 1/2x = 4", "8"),
    ("Solve 1/2x = 4", r"\frac{1}{8}"),
    ("Solve a x + 3 = 5", "x = 2/a"),
    ("Solve for y: 2x + y = 5", "y = 5 - 2x"),
    ("1) Solve 2x=4 2) Solve 3x=9", "x=2, x=3"),
    ("a) x+1=3 b) x+2=7", "2, 5"),
    ("x = 5", "13"),
    ("x:(x+1) = 2:3", "2"),
    ("1 + 2 + 3 + ... + 100 = ?", "5050"),
    ("Find 0.333... + 1", "4/3"),
    ("What is 4 squared + 3?", "19"),
    ("Calculate 2^3^2", "64"),
    ("Calculate 123456*789", r"9.74 \times 10^7"),
    ("Solve x^2 = x", r"x = 1 \text{ (or } x = 0)"),
    ("5 + ? = 12", "7"),
    ("What is 3:30 + 1:45?", "5:15"),
    ("Calculate x + 2", "7"),
    ("Evaluate x + 2", "7"),
    ("化简求值 (x+2)^2", "9"),
    ("Factor x^2 - 4", "2, -2"),
    ("Simplify x/x", "1"),
    (r"Simplify \[\left( \frac{3 + i \sqrt{3}}{2} \right)^8 + \left( \frac{3 - i \sqrt{3}}{2} \right)^8.\]", "-81"),
    ("Simplify e^0 + e^{i \\pi}", "0"),
    ("x2 - 4 = 0", "2, -2"),
    ("Solve sin x = 1/2", "30°"),
    ("Calculate 15% of 80", "12"),
    ("x^2-5x+6", "x = 2, 3"),
    ("Solve x + 1 = x + 2", "no solution"),
    (r"Solve (x^2-1)/(x-1) = 2", "no solution"),
    ("解" * 280 + "#", "1"),
    ("Solve 2x+3=11" + " " * 300, "5"),
    ("Solve 2x+3=11", ""),
    ("Solve 2x+3=11", "5" + " " * 300),
    ("Solve x+y=10, x-y=4", "x = 6, z = 4"),
    ("Solve x+y=10, x-y=4", "x = 7, y"),
    ("Solve x^2 > 4", r"(-\infty, -2) \cup x > 2"),
    ("Solve x^2 > 4", "(a, b)"),
    ("Calculate 3 + 4", "no solution"),
    ("Calculate 3 + 4, 5 * 6", "30"),
    ("Solve x^2 - 4", "(x-2)^2"),
    ("x^2 - 4", "(x-2)^2"),
    ("Calculate log(100)", "4.605"),
]


@pytest.mark.parametrize(("problem", "right", "wrong"), PROBLEMS)
def test_wrong_answers_are_refuted_and_right_ones_are_not(problem, right, wrong):
    assert [answer for answer in right if is_refuted(problem, answer)] == []
    assert [answer for answer in wrong if not is_refuted(problem, answer)] == []


def test_what_is_not_bare_refutes_nothing():
    assert [case for case in OTHERS if is_refuted(*case)] == []
