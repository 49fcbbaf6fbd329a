"""The forms of answers: what students write when they are done, and what is right but unfinished."""

import pytest

from practice.form import has_form

DONE = {
    "number": r"5|-3/4|\frac{-3}{4}|-\frac34|0.5|.5|1 1/2|-1 1/2|1\frac12|(-68)|−68|1,000|20%|20 percent|20/100|12 euros|$12|12 cm²"
    r"|12cm^2|340π|\pi 340|340\cdot\pi|twelve|十二|12个|x = 5|A = 12 cm^2|5/11 + 6/7 = 101/77|101/77 ≈ 1.31|The answer is 12."
    r"|340π m²|340\pi m^2"
    r"|答案是 12。|$\frac{1}{2}$",
    "solved": r"5|x=5|x = 5|5 = x|x = -\frac{1}{2}|x=10/2|x = 2 or x = 3|2 and 3|2, 3|\{2, 3\}|{2; 3}|x \in \{2, 3\}"
    r"|x_1 = 2, x_2 = 3|x = ±3|x=\frac{-5 \pm \sqrt{49}}{4}|x = 2, y = 3|(2, 3)|(x, y) = (2, 3)"
    r"|x=2\text{ or }x=3|x = 2 或 x = 3|So the solution is $x = 5$.|x is 5|x: 5|x:5|It's 5|i got x = 5|x=2 y=3|x: 2, y: 3|x is 2 and y is 3"
    r"|x1=2, x2=-3|L={5}|L = {2; -3}|{(2;3)}|x = 0,5|negative 5",
    "expanded": r"6x^2+7x+2|6x² + 7x + 2|2 + 7x + 6x^2|6x^{2}+7 x+2|6 \cdot x^2 + 7x + 2|6x^2 + (-7x)|12|-x|x^2 - 1"
    r"|The result is $6x^2 + 7x$.|(3x+2)(2x+1) = 6x^2+7x+2|(x+1)(x+2) = x^2 + 2x + x + 2 = x^2 + 3x + 2",
    "factored": r"(x-3)(x+2)|(x + 2)(x - 3)|(x+2)*(x-3)|-(3-x)(x+2)|-(x-3)(x+2)|(x+3)^2|(x+3)²|(x+3)(x+3)|3(x-1)(x+2)|(x-1)*3*(x+2)"
    r"|3\left(x-1\right)\cdot\left(x+2\right)|x(x-2)|（x-3）（x+2）|(2x-3)(2x+3)|((x-3)(x+2))|The answer is (x+2)(x-3)|-(x - 3)^2"
    r"|x^2-9 = (x+3)(x-3)|x^2-9=(x+3)(x-3)|x^2 - 9 = x^2 - 3^2 = (x+3)(x-3)|f(x) = x^2 - 9 = (x+3)(x-3)",
}
UNFINISHED = {
    "number": r"\frac{5}{11} + \frac{6}{7}|5/11+6/7|\frac{7}{5} \div \frac{2}{3}|6 + 7 \times (2 - 9) - 5^2|(3+4)|3*4|\sqrt{169}"
    r"|2·3|5/11+6/7 ≈ 1.3|20^2\pi - 3^2\pi|x = 3 + 2|Compute $2 + 3$.",
    "solved": r"-3(x + 4) = 4x + 9|3x = 15|x - 5 = 0|x = 2x - 5|(x-2)(x-3) = 0|\frac{x}{2} + \frac{x}{3} = 5|2x = 4 or x = 3"
    r"|x + y = 5, x - y = -1|y = 2x + 1, x = 3",
    "expanded": "(2x+1)(3x+2)|6x^2+3x+4x+2|2x(3x+2) + 3x + 2|(x+3)^2|x^2 + x^2|6x^2 + (3+4)x + 2|(3x-1) + 2x|3x + 1 + 2"
    "|x^2+3x+2 = (x+1)(x+2)|(x+1)(x+2) = x^2+2x+x+2",
    "factored": "x^2 - 4x - 45|(x^2 - 4x - 45)|3(x^2-5x+6)|(3x-3)(x+2)|x(x-4) - 45|(x-2)^2 - 49|1(x^2-9)|(x^2-9)^1|-(9-x^2)|(x^2-9)(x/x)"
    "|(x+3)(x-3) = x^2-9|x^3-9x = x(x^2-9)",
}


@pytest.mark.parametrize("form", DONE)
def test_what_students_write_when_they_are_done(form):
    assert [each for each in DONE[form].split("|") if not has_form(each, form)] == []


@pytest.mark.parametrize("form", UNFINISHED)
def test_what_is_right_but_unfinished(form):
    assert [each for each in UNFINISHED[form].split("|") if has_form(each, form)] == []


@pytest.mark.parametrize("form", ["", *DONE])
def test_what_cannot_be_read_has_the_benefit_of_the_doubt(form):
    assert has_form("x = = 3 +", form)
    assert has_form(f"1^{'-' * 490}2", form)
    assert has_form("{.", form)
