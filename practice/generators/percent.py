"""Percentages: of an amount, up and down, and back to the whole."""

from fractions import Fraction
from random import Random

from practice.generators.draft import Draft, Family, fraction


def amount(chance: Random) -> Draft:
    rate, base = chance.choice([5, 10, 15, 20, 25, 30, 40, 60, 75]), chance.randint(2, 40) * 20
    value = Fraction(base * rate, 100)
    each = Fraction(base, 100)
    return Draft(
        en=f"{rate}% of the {base} seats in a hall are reserved. How many seats is that?",
        zh=f"礼堂有{base}个座位，其中{rate}%已预订。预订了多少个座位？",
        expected=fraction(value),
        hint_en=f"1% of {base} is {float(each):g}.",
        hint_zh=f"{base} 的 1% 是 {float(each):g}。",
        confirmed=sum([each] * rate) == value and value.denominator == 1,
    )


def discount(chance: Random) -> Draft:
    rate, price = chance.choice([5, 10, 15, 20, 25, 30, 40, 60]), chance.randint(2, 30) * 20
    value = price - Fraction(price * rate, 100)
    found = next(cents for cents in range(price * 100 + 1) if cents * 100 == price * 100 * (100 - rate))
    return Draft(
        en=f"A coat costs {price} euros. Its price falls by {rate}%. What does it cost now, in euros?",
        zh=f"一件大衣原价{price}元，降价{rate}%。现在多少元？",
        expected=fraction(value),
        hint_en=f"${100 - rate}\\%$ of the price remain.",
        hint_zh=f"还剩原价的 ${100 - rate}\\%$。",
        confirmed=Fraction(found, 100) == value,
    )


def rate_of_change(chance: Random) -> Draft:
    rate, old = chance.choice([5, 10, 15, 20, 25, 30, 40, 50, 60]), chance.randint(2, 40) * 20
    grows = chance.random() < 0.5
    new = old + (1 if grows else -1) * old * rate // 100
    found = next(percent for percent in range(101) if old * percent == abs(new - old) * 100)
    verb, dong = ("rise", "上升") if grows else ("fall", "下降")
    return Draft(
        en=f"The number of members of a club {verb}s from {old} to {new}. By how many percent does it {verb}?",
        zh=f"俱乐部的人数从{old}{dong}到{new}。{dong}了百分之几？",
        expected=f"{rate}%",
        form="number" if grows else "unsigned",
        hint_en=f"The change is {abs(new - old)}; compare it with {old}.",
        hint_zh=f"变化了 {abs(new - old)}，与 {old} 相比。",
        confirmed=found == rate,
    )


def back_to_the_whole(chance: Random) -> Draft:
    rate, whole = chance.choice([10, 20, 25, 30, 40, 60]), chance.randint(3, 40) * 20
    now = whole + whole * rate // 100
    found = next(old for old in range(1, now + 1) if old * (100 + rate) == now * 100)
    return Draft(
        en=f"After a rise of {rate}% a rent is {now} euros. What was it before, in euros?",
        zh=f"房租上涨{rate}%以后是{now}元。原来是多少元？",
        expected=str(whole),
        hint_en=f"{now} euros are ${100 + rate}\\%$ of the old rent.",
        hint_zh=f"{now} 元是原房租的 ${100 + rate}\\%$。",
        confirmed=found == whole,
    )


def twice(chance: Random) -> Draft:
    up, down, start = chance.choice([10, 20, 25, 50]), chance.choice([10, 20, 25, 40]), chance.randint(2, 20) * 100
    value = Fraction(start * (100 + up) * (100 - down), 10_000)
    if value.denominator != 1:
        return twice(chance)  # so that nobody writes euros as a fraction
    middle = start + Fraction(start * up, 100)
    return Draft(
        en=f"A share is worth {start} euros. It first gains {up}% and then loses {down}%. What is it worth then, in euros?",
        zh=f"一只股票价值{start}元，先涨{up}%，再跌{down}%。最后价值多少元？",
        expected=fraction(value),
        hint_en=f"After the gain it is worth {float(middle):g} euros.",
        hint_zh=f"上涨以后价值 {float(middle):g} 元。",
        confirmed=middle - middle * Fraction(down, 100) == value,
    )


FAMILIES = (
    Family("percent-of", "percent", 1, amount),
    Family("discount", "percent", 1, discount),
    Family("rate-of-change", "percent", 2, rate_of_change),
    Family("percent-twice", "percent", 2, twice),
    Family("percent-back", "percent", 3, back_to_the_whole),
)
