"""Fractions: sums, products and quotients, and parts of a whole."""

from fractions import Fraction
from math import lcm
from random import Random

from grading.checking.working.shown import written as tex
from practice.generators.draft import Draft, Family, fraction


def proper(chance: Random, most: int = 12) -> Fraction:
    """Between 0 and 1."""
    bottom = chance.randint(2, most)
    return Fraction(chance.randint(1, bottom - 1), bottom)


def sums(chance: Random) -> Draft:
    one, other = proper(chance), proper(chance)
    if one.denominator == other.denominator:
        return sums(chance)
    sign = chance.choice("+-")
    value = one + other if sign == "+" else one - other
    common = lcm(one.denominator, other.denominator)
    tops = [part.numerator * common // part.denominator for part in (one, other)]
    changed, top = (one, tops[0]) if one.denominator != common else (other, tops[1])
    text = f"${tex(one)} {sign} {tex(other)}$"
    return Draft(
        en=f"Compute {text}. Give a fraction.",
        zh=f"计算 {text}，结果写成分数。",
        expected=fraction(value),
        hint_en=f"A common denominator is {common}: ${tex(changed)} = \\frac{{{top}}}{{{common}}}$.",
        hint_zh=f"公分母是 {common}：${tex(changed)} = \\frac{{{top}}}{{{common}}}$。",
        confirmed=value * common == (sum(tops) if sign == "+" else tops[0] - tops[1]),
    )


def products(chance: Random) -> Draft:
    one, other = proper(chance) + chance.randint(0, 2), proper(chance)
    divided = chance.random() < 0.5
    value = one / other if divided else one * other
    if value.denominator == 1:
        return products(chance)
    text = f"${tex(one)} {'\\div' if divided else '\\times'} {tex(other)}$"
    turned = f"To divide by a fraction, multiply by its reciprocal ${tex(1 / other)}$."
    return Draft(
        en=f"Compute {text}. Give a fraction.",
        zh=f"计算 {text}，结果写成分数。",
        expected=fraction(value),
        hint_en=turned if divided else "Multiply the tops, and multiply the bottoms.",
        hint_zh=f"除以一个分数等于乘它的倒数 ${tex(1 / other)}$。" if divided else "分子乘分子，分母乘分母。",
        confirmed=value * other == one if divided else value / other == one,
    )


def part_of(chance: Random) -> Draft:
    part = proper(chance, 9)
    whole = part.denominator * chance.randint(3, 15)
    value = whole * part
    counted = sum(1 for place in range(whole) if place % part.denominator < part.numerator)
    taken = f"${whole} \\div {part.denominator}{f' \\times {part.numerator}' if part.numerator > 1 else ''}$"
    return Draft(
        en=f"A school has {whole} places in its choir. ${tex(part)}$ of them are taken. How many places are free?",
        zh=f"学校合唱团有{whole}个名额，已占 ${tex(part)}$。还有多少个名额？",
        expected=fraction(whole - value),
        hint_en=f"${tex(part)}$ of {whole} is {taken}.",
        hint_zh=f"{whole} 的 ${tex(part)}$ 是 {taken}。",
        confirmed=whole - counted == whole - value,
    )


def of_the_rest(chance: Random) -> Draft:
    first, second = proper(chance, 6), proper(chance, 6)
    whole = first.denominator * second.denominator * chance.randint(2, 9)
    left = whole * (1 - first) * (1 - second)
    read = sum(1 for page in range(whole) if page % first.denominator < first.numerator)
    rest = whole - read
    then = sum(1 for page in range(rest) if page % second.denominator < second.numerator)
    return Draft(
        en=f"A book has {whole} pages. On Monday ${tex(first)}$ of it is read, on Tuesday ${tex(second)}$ of what is left. "
        "How many pages are left after that?",
        zh=f"一本书有{whole}页。星期一读了全书的 ${tex(first)}$，星期二读了剩下的 ${tex(second)}$。还剩多少页？",
        expected=fraction(left),
        hint_en=f"After Monday ${tex(1 - first)}$ of the book is left.",
        hint_zh=f"星期一之后剩下全书的 ${tex(1 - first)}$。",
        confirmed=rest % second.denominator == 0 and rest - then == left,
    )


FAMILIES = (
    Family("fraction-sums", "fractions", 1, sums),
    Family("fraction-of-whole", "fractions", 1, part_of),
    Family("fraction-products", "fractions", 2, products),
    Family("fraction-of-rest", "fractions", 3, of_the_rest),
)
