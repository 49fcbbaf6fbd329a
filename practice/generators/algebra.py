"""Multiplying out, factoring, and derivatives of polynomials. Keys are confirmed by values at more points than the degree."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

from practice.generators.draft import Draft, Family, evaluate, nonzero, polynomial

POINTS = range(-4, 5)  # more than the degree of any polynomial here has roots


def multiplied(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """The coefficients of the product, the highest first."""
    result = [0] * (len(one) + len(other) - 1)
    for at, left in enumerate(one):
        for place, right in enumerate(other):
            result[at + place] += left * right
    return result


def derived(coefficients: Sequence[int]) -> list[int]:
    degree = len(coefficients) - 1
    return [coefficient * (degree - place) for place, coefficient in enumerate(coefficients[:-1])]


def _equal(coefficients: Sequence[int], *factors: Sequence[int]) -> bool:
    """Whether the product of the factors is the polynomial, at every one of the points."""
    for at in POINTS:
        value = Fraction(1)
        for factor in factors:
            value *= evaluate(factor, at)
        if value != evaluate(coefficients, at):
            return False
    return True


def _bracket(coefficients: Sequence[int]) -> str:
    return f"({polynomial(coefficients)})"


def _expand(text: str, key: Sequence[int], factors: Sequence[Sequence[int]], hint: tuple[str, str]) -> Draft:
    return Draft(
        en=f"Multiply out and collect like terms: ${text}$",
        zh=f"展开并合并同类项：${text}$",
        expected=polynomial(key),
        hint_en=hint[0],
        hint_zh=hint[1],
        confirmed=_equal(key, *factors),
        form="expanded",
    )


def two_brackets(chance: Random) -> Draft:
    one, other = (chance.randint(1, 4), nonzero(chance, -9, 9)), (chance.randint(1, 4), nonzero(chance, -9, 9))
    hint = "Multiply each term of the first bracket by each of the second.", "第一个括号的每一项乘第二个括号的每一项。"
    return _expand(_bracket(one) + _bracket(other), multiplied(one, other), (one, other), hint)


def square_of_sum(chance: Random) -> Draft:
    base = (chance.randint(1, 6), nonzero(chance, -9, 9))
    hint = "$(a + b)^2 = a^2 + 2ab + b^2$: do not forget the middle term.", "$(a + b)^2 = a^2 + 2ab + b^2$，不要漏掉中间项。"
    return _expand(f"{_bracket(base)}^2", multiplied(base, base), (base, base), hint)


def one_bracket(chance: Random) -> Draft:
    a = chance.choice([value for value in range(-6, 10) if value not in (0, 1)])
    bracket, b = (nonzero(chance, 1, 7), nonzero(chance, -9, 9)), nonzero(chance, -9, 9)
    key = (a * bracket[0] + b, a * bracket[1])
    head = "-" if a == -1 else str(a)
    text = f"{head}{_bracket(bracket)} {'-' if b < 0 else '+'} {polynomial((abs(b), 0))}"
    ways = all(evaluate(key, at) == a * evaluate(bracket, at) + b * at for at in POINTS)
    hint = "The factor belongs to both terms of the bracket.", "括号里的两项都要乘这个因数。"
    return replace(_expand(text, key, (), hint), confirmed=ways)


# --- Factoring ---------------------------------------------------------------------------------------------------------------


def _factor(key: str, factors: Sequence[Sequence[int]], coefficients: Sequence[int], hint: tuple[str, str]) -> Draft:
    text = polynomial(coefficients)
    return Draft(
        en=f"Factor completely: ${text}$",
        zh=f"因式分解：${text}$",
        expected=key,
        hint_en=hint[0],
        hint_zh=hint[1],
        confirmed=_equal(coefficients, *factors),
        form="factored",
    )


def trinomial(chance: Random) -> Draft:
    one, other = (1, nonzero(chance, -9, 9)), (1, nonzero(chance, -9, 9))
    coefficients = multiplied(one, other)
    hint = (
        f"Look for two numbers with the product {coefficients[2]} and the sum {coefficients[1]}.",
        f"找两个数，积是 {coefficients[2]}，和是 {coefficients[1]}。",
    )
    return _factor(_bracket(one) + _bracket(other), (one, other), coefficients, hint)


def difference_of_squares(chance: Random) -> Draft:
    a, b = chance.choice([(1, b) for b in range(2, 13)] + [(2, b) for b in (1, 3, 5, 7, 9)] + [(3, b) for b in (1, 2, 4, 5, 7, 8)])
    one, other = (a, b), (a, -b)
    hint = "$a^2 - b^2 = (a + b)(a - b)$.", "$a^2 - b^2 = (a + b)(a - b)$。"
    return _factor(_bracket(one) + _bracket(other), (one, other), multiplied(one, other), hint)


def common_factor(chance: Random) -> Draft:
    factor, one, other = chance.randint(2, 6), (1, nonzero(chance, -6, 6)), (1, nonzero(chance, -6, 6))
    coefficients = [factor * each for each in multiplied(one, other)]
    hint = f"Take the common factor {factor} out first.", f"先提取公因数 {factor}。"
    return _factor(f"{factor}{_bracket(one)}{_bracket(other)}", ((factor,), one, other), coefficients, hint)


# --- Derivatives -------------------------------------------------------------------------------------------------------------


def _slope(coefficients: Sequence[int], at: int) -> Fraction:
    """Of the tangent: what is left of (f(x) - f(a)) / (x - a) at x = a, by synthetic division."""
    quotient: list[Fraction] = []
    carried = Fraction(0)
    for coefficient in coefficients[:-1]:
        carried = carried * at + coefficient
        quotient.append(carried)
    value = Fraction(0)
    for part in quotient:
        value = value * at + part
    return value


def _derivative(text: str, function: Sequence[int], hint: tuple[str, str]) -> Draft:
    key = derived(function)
    return Draft(
        en=f"Find the derivative of $f(x) = {text}$.",
        zh=f"求 $f(x) = {text}$ 的导数。",
        expected=polynomial(key),
        hint_en=hint[0],
        hint_zh=hint[1],
        confirmed=all(evaluate(key, at) == _slope(function, at) for at in POINTS),
        form="",
    )


def power_rule(chance: Random) -> Draft:
    function = [nonzero(chance, -6, 8), *(chance.randint(-9, 9) for _place in range(chance.randint(2, 3)))]
    hint = "The derivative of $x^n$ is $n x^{n-1}$; that of a number is 0.", "$x^n$ 的导数是 $n x^{n-1}$，常数的导数是 0。"
    return _derivative(polynomial(function), function, hint)


def product_rule(chance: Random) -> Draft:
    one, other = (nonzero(chance, 1, 5), 0, nonzero(chance, -7, 7)), (nonzero(chance, 1, 6), nonzero(chance, -8, 8))
    hint = "$(uv)' = u'v + uv'$, or multiply out first.", "$(uv)' = u'v + uv'$，也可以先展开。"
    return _derivative(_bracket(one) + _bracket(other), multiplied(one, other), hint)


def slope_at(chance: Random) -> Draft:
    function = (nonzero(chance, -3, 4), nonzero(chance, -6, 6), chance.randint(-9, 9), chance.randint(-9, 9))
    at = chance.choice([-2, -1, 1, 2, 3])
    key = evaluate(derived(function), at)
    return Draft(
        en=f"What is the slope of the curve $y = {polynomial(function)}$ at $x = {at}$?",
        zh=f"曲线 $y = {polynomial(function)}$ 在 $x = {at}$ 处的切线斜率是多少？",
        expected=str(key),
        hint_en=f"$y' = {polynomial(derived(function))}$.",
        hint_zh=f"$y' = {polynomial(derived(function))}$。",
        confirmed=key == _slope(function, at),
    )


FAMILIES = (
    Family("expand-one-bracket", "expanding", 1, one_bracket),
    Family("expand-two-brackets", "expanding", 2, two_brackets),
    Family("expand-square", "expanding", 3, square_of_sum),
    Family("factor-difference", "factoring", 1, difference_of_squares),
    Family("factor-trinomial", "factoring", 2, trinomial),
    Family("factor-common", "factoring", 3, common_factor),
    Family("derivative-power", "derivatives", 1, power_rule),
    Family("derivative-slope", "derivatives", 2, slope_at),
    Family("derivative-product", "derivatives", 3, product_rule),
)
