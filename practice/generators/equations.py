"""Linear and quadratic equations, and systems of two equations."""

from fractions import Fraction
from itertools import product
from math import lcm
from random import Random

from practice.generators.draft import Draft, Family, evaluate, nonzero, polynomial, roots_by_search

SOLVE = "Solve {}.", "解方程 {}。"


def _solve(text: str, expected: str, hint: tuple[str, str], *, confirmed: bool) -> Draft:
    return Draft(
        en=SOLVE[0].format(text),
        zh=SOLVE[1].format(text),
        expected=expected,
        hint_en=hint[0],
        hint_zh=hint[1],
        confirmed=confirmed,
        form="solved",
    )


def one_side(chance: Random) -> Draft:
    a, b, x = nonzero(chance, 2, 9), nonzero(chance, -15, 15), chance.randint(-9, 12)
    c = a * x + b
    found = roots_by_search(lambda value: a * value + b == c, 40)
    hint = f"Bring {b} to the other side: ${a}x = {c - b}$.", f"把 {b} 移到另一边：${a}x = {c - b}$。"
    return _solve(f"${polynomial((a, b))} = {c}$", f"x = {x}", hint, confirmed=found == {x})


def both_sides(chance: Random) -> Draft:
    a, c, x = chance.randint(3, 12), nonzero(chance, -6, 9), chance.randint(-9, 12)
    b = nonzero(chance, -15, 15)
    if a == c:
        c -= 1
    d = (a - c) * x + b
    found = roots_by_search(lambda value: a * value + b == c * value + d, 40)
    text = f"${polynomial((a, b))} = {polynomial((c, d))}$"
    move = f"${polynomial((a - c, b))} = {d}$"
    return _solve(text, f"x = {x}", (f"Bring the terms with x together: {move}.", f"把含 x 的项合并：{move}。"), confirmed=found == {x})


def brackets(chance: Random) -> Draft:
    a = chance.choice([value for value in range(-7, 10) if value not in (0, 1)])
    b, x = nonzero(chance, -9, 9), chance.randint(-9, 12)
    c = chance.choice([value for value in range(-6, 10) if value not in (0, a)])
    d = a * (x + b) - c * x
    found = roots_by_search(lambda value: a * (value + b) == c * value + d, 40)
    size = "-" if a == -1 else str(a)
    text = f"${size}({polynomial((1, b))}) = {polynomial((c, d))}$"
    open_ = f"${polynomial((a, a * b))} = {polynomial((c, d))}$"
    return _solve(text, f"x = {x}", (f"Multiply the bracket out: {open_}.", f"去括号：{open_}。"), confirmed=found == {x})


def with_fractions(chance: Random) -> Draft:
    a, b = chance.sample(range(2, 8), 2)
    x = a * b * nonzero(chance, -4, 5)
    plus = chance.random() < 0.5
    total = x // a + x // b if plus else x // a - x // b
    found = roots_by_search(lambda value: value / a + (value / b if plus else -value / b) == total, 300)
    text = f"$\\frac{{x}}{{{a}}} {'+' if plus else '-'} \\frac{{x}}{{{b}}} = {total}$"
    hint = f"Multiply every term by {lcm(a, b)}.", f"每一项都乘 {lcm(a, b)}。"
    return _solve(text, f"x = {x}", hint, confirmed=found == {x})


# --- Quadratic equations -----------------------------------------------------------------------------------------------------


def _roots(values: set[int] | set[Fraction]) -> str:
    return ", ".join(f"x = {value}" for value in sorted(values))


def normed(chance: Random) -> Draft:
    one, other = chance.sample([value for value in range(-9, 10) if value], 2)
    coefficients = (1, -one - other, one * other)
    found = roots_by_search(lambda value: evaluate(coefficients, value) == 0, 100)
    hint = (
        f"Look for two numbers with the sum {one + other} and the product {one * other}.",
        f"找两个数，和是 {one + other}，积是 {one * other}。",
    )
    return _solve(f"${polynomial(coefficients)} = 0$", _roots({one, other}), hint, confirmed=found == {one, other})


def general(chance: Random) -> Draft:
    a, top, other = chance.choice([2, 3, 5]), nonzero(chance, -9, 9), nonzero(chance, -6, 6)
    coefficients = (a, -top - a * other, top * other)
    roots = {Fraction(top, a), Fraction(other)}
    found = roots_by_search(lambda value: evaluate(coefficients, value) == 0, 60, (1, a))
    square = coefficients[1] ** 2 - 4 * a * coefficients[2]
    hint = f"The discriminant is $b^2 - 4ac = {square}$.", f"判别式 $b^2 - 4ac = {square}$。"
    return _solve(f"${polynomial(coefficients)} = 0$", _roots(roots), hint, confirmed=found == roots)


def squares(chance: Random) -> Draft:
    a, shift, root = chance.randint(2, 6), nonzero(chance, -8, 8), chance.randint(2, 9)
    roots = {root - shift, -root - shift}
    total = a * root * root
    found = roots_by_search(lambda value: a * (value + shift) ** 2 == total, 60)
    text = f"${a}({polynomial((1, shift))})^2 = {total}$"
    hint = f"Divide by {a} first. A square has two roots.", f"先除以 {a}。平方根有两个。"
    return _solve(text, _roots(roots), hint, confirmed=found == roots)


# --- Systems -----------------------------------------------------------------------------------------------------------------


def _pair(rows: tuple[tuple[int, int, int], tuple[int, int, int]]) -> set[tuple[int, int]]:
    """All integer solutions in a square: brute force."""
    grid = product(range(-40, 41), repeat=2)
    return {(x, y) for x, y in grid if all(a * x + b * y == c for a, b, c in rows)}


def _line(a: int, b: int, c: int) -> str:
    first = polynomial((a, 0))
    sign = "-" if b < 0 else "+"
    return f"{first} {sign} {polynomial((abs(b), 0), 'y')} = {c}"


def system(chance: Random) -> Draft:
    x, y = chance.randint(-7, 9), chance.randint(-7, 9)
    while True:
        a, b, c, d = (nonzero(chance, -5, 7) for _place in range(4))
        if a * d != b * c:
            break
    rows = (a, b, a * x + b * y), (c, d, c * x + d * y)
    texts, hint = (f"${_line(*rows[0])}$", f"${_line(*rows[1])}$"), _elimination(rows)
    return Draft(
        en=f"Solve the system {texts[0]} and {texts[1]}.",
        zh=f"解方程组 {texts[0]}，{texts[1]}。",
        expected=f"x = {x}, y = {y}",
        hint_en=hint[0],
        hint_zh=hint[1],
        confirmed=_pair(rows) == {(x, y)},
        form="solved",
    )


def _elimination(rows: tuple[tuple[int, int, int], tuple[int, int, int]]) -> tuple[str, str]:
    """How an unknown falls out: the one for which fewer equations are multiplied."""
    (a, b, _), (c, d, _) = rows
    name, one, other = min(("y", b, d), ("x", a, c), key=lambda way: sum(factor > 1 for factor in _factors(*way[1:])))
    first, second = _factors(one, other)
    join, he = ("subtract", "相减") if one * other > 0 else ("add", "相加")
    if first == second == 1:
        return f"{join.capitalize()} the two equations: {name} falls out.", f"两个方程{he}，消去 {name}。"
    if first > 1 and second > 1:
        scaled = f"the first equation by {first} and the second by {second}", f"第一个方程乘 {first}，第二个方程乘 {second}"
    else:
        which, di = ("first", "一") if first > 1 else ("second", "二")
        scaled = f"the {which} equation by {max(first, second)}", f"第{di}个方程乘 {max(first, second)}"
    return f"Multiply {scaled[0]}, then {join} the equations: {name} falls out.", f"{scaled[1]}，再把两个方程{he}，消去 {name}。"


def _factors(one: int, other: int) -> tuple[int, int]:
    """What equations with these coefficients are multiplied by, so that they become equal but for the sign."""
    common = lcm(one, other)
    return common // abs(one), common // abs(other)


def simple_system(chance: Random) -> Draft:
    x, y = chance.randint(-9, 12), chance.randint(-9, 12)
    slope, a, b = nonzero(chance, -4, 5), chance.randint(1, 6), chance.randint(1, 6)
    if a + b * slope == 0:
        a += 1
    shift = y - slope * x
    rows = (-slope, 1, shift), (a, b, a * x + b * y)
    texts = f"$y = {polynomial((slope, shift))}$", f"${_line(*rows[1])}$"
    return Draft(
        en=f"Solve the system {texts[0]} and {texts[1]}.",
        zh=f"解方程组 {texts[0]}，{texts[1]}。",
        expected=f"x = {x}, y = {y}",
        hint_en="Put the first equation's y into the second one.",
        hint_zh="把第一个方程的 y 代入第二个方程。",
        confirmed=_pair(rows) == {(x, y)},
        form="solved",
    )


def tickets(chance: Random) -> Draft:
    adults, children = chance.randint(3, 30), chance.randint(3, 30)
    cheap = chance.randint(3, 8)
    dear = cheap + chance.randint(2, 7)
    count, total = adults + children, adults * dear + children * cheap
    found = [each for each in range(count + 1) if each * dear + (count - each) * cheap == total]
    return Draft(
        en=f"A ticket costs {dear} euros for an adult and {cheap} euros for a child. {count} people pay {total} euros together. "
        "How many adults are there?",
        zh=f"成人票每张{dear}元，儿童票每张{cheap}元。{count}人一共付了{total}元。有多少个成人？",
        expected=str(adults),
        hint_en=f"With x adults there are ${count} - x$ children.",
        hint_zh=f"设成人 x 个，则儿童有 ${count} - x$ 个。",
        confirmed=found == [adults],
    )


FAMILIES = (
    Family("linear-one-side", "linear", 1, one_side),
    Family("linear-both-sides", "linear", 2, both_sides),
    Family("linear-brackets", "linear", 2, brackets),
    Family("linear-fractions", "linear", 3, with_fractions),
    Family("quadratic-normed", "quadratic", 1, normed),
    Family("quadratic-squares", "quadratic", 2, squares),
    Family("quadratic-general", "quadratic", 3, general),
    Family("system-substitution", "systems", 1, simple_system),
    Family("system-elimination", "systems", 2, system),
    Family("system-tickets", "systems", 3, tickets),
)
