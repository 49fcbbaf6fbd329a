"""Arithmetic and geometric sequences."""

from random import Random

from practice.generators.draft import Draft, Family, nonzero


def _ordinal(number: int) -> str:
    """As an English adjective: 21st, 12th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def nth_term(chance: Random) -> Draft:
    first, step, place = chance.randint(-20, 40), nonzero(chance, -9, 12), chance.randint(10, 60)
    value = first
    for _time in range(place - 1):
        value += step
    shown = [str(first + step * at) for at in range(4)]
    return Draft(
        en=f"What is the {_ordinal(place)} term of the arithmetic sequence {', '.join(shown)}, ...?",
        zh=f"等差数列 {'，'.join(shown)}，……的第{place}项是多少？",
        expected=str(first + (place - 1) * step),
        hint_en=f"From the first term to the {_ordinal(place)} there are {place - 1} steps of {step}.",
        hint_zh=f"从第1项到第{place}项有 {place - 1} 步，每步 {step}。",
        confirmed=value == first + (place - 1) * step,
    )


def arithmetic_sum(chance: Random) -> Draft:
    first, step, count = chance.randint(-10, 30), nonzero(chance, -5, 9), chance.randint(10, 40)
    last = first + (count - 1) * step
    return Draft(
        en=f"An arithmetic sequence begins with {first}, {first + step}, {first + 2 * step}. What is the sum of its first {count} terms?",
        zh=f"等差数列的前三项是 {first}，{first + step}，{first + 2 * step}。前{count}项的和是多少？",
        expected=str(count * (first + last) // 2),
        hint_en=f"The {_ordinal(count)} term is {last}; the sum is the number of terms times the mean of the first and the last.",
        hint_zh=f"第{count}项是 {last}，和等于项数乘首末两项的平均数。",
        confirmed=_summed(first, step, count) == count * (first + last) // 2,
    )


def _summed(first: int, step: int, count: int) -> int:
    return sum(first + step * at for at in range(count))


def geometric_sum(chance: Random) -> Draft:
    first, ratio, count = chance.randint(1, 9), chance.choice([2, 3, -2]), chance.randint(5, 9)
    total, term = 0, first
    for _time in range(count):
        total, term = total + term, term * ratio
    return Draft(
        en=f"A geometric sequence begins with {first}, {first * ratio}, {first * ratio**2}. What is the sum of its first {count} terms?",
        zh=f"等比数列的前三项是 {first}，{first * ratio}，{first * ratio**2}。前{count}项的和是多少？",
        expected=str(first * (ratio**count - 1) // (ratio - 1)),
        hint_en=f"The ratio is {ratio}; $s = a \\frac{{r^n - 1}}{{r - 1}}$.",
        hint_zh=f"公比是 {ratio}，$s = a \\frac{{r^n - 1}}{{r - 1}}$。",
        confirmed=total == first * (ratio**count - 1) // (ratio - 1),
    )


FAMILIES = (
    Family("nth-term", "sequences", 1, nth_term),
    Family("arithmetic-sum", "sequences", 2, arithmetic_sum),
    Family("geometric-sum", "sequences", 3, geometric_sum),
)
