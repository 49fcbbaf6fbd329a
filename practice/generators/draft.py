"""What a generator makes, and how its formulas are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Literal

Form = Literal["", "number", "unsigned", "solved", "expanded", "factored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A problem in both languages, its key, a first step, and whether a second way confirms the key. `form`: how the answer must look."""

    en: str
    zh: str
    expected: str
    hint_en: str
    hint_zh: str
    confirmed: bool
    form: Form = "number"


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of problem with its parameters drawn by chance; `level` is 1 (easy) to 3, `skill` a code of `practice.skills`."""

    code: str
    skill: str
    level: int
    draw: Callable[[Random], Draft]


# --- Drawing and writing -----------------------------------------------------------------------------------------------------


def nonzero(chance: Random, low: int, high: int) -> int:
    """An integer from low to high that is not 0."""
    return chance.choice([value for value in range(low, high + 1) if value])


def fraction(value: Fraction) -> str:
    """As an answer: `3`, `-5/2`."""
    return str(value)


def polynomial(coefficients: Sequence[int], variable: str = "x") -> str:
    """`2x^2 - x + 3` of its coefficients, the highest first."""
    terms = ""
    for place, coefficient in enumerate(coefficients):
        power = len(coefficients) - 1 - place
        if coefficient:
            sign = ("-" if coefficient < 0 else "") if not terms else (" - " if coefficient < 0 else " + ")
            size = "" if abs(coefficient) == 1 and power else str(abs(coefficient))
            terms += sign + size + ("" if not power else variable if power == 1 else f"{variable}^{power}")
    return terms or "0"


def evaluate(coefficients: Sequence[int], at: Fraction | int) -> Fraction:
    """The polynomial's value, by Horner's scheme."""
    value = Fraction(0)
    for coefficient in coefficients:
        value = value * at + coefficient
    return value


def roots_by_search(holds: Callable[[Fraction], bool], most: int, denominators: Sequence[int] = (1,)) -> set[Fraction]:
    """All fractions up to `most` in size, with these denominators, for which `holds`: brute force, for checks."""
    return {
        Fraction(top, bottom) for bottom in denominators for top in range(-most * bottom, most * bottom + 1) if holds(Fraction(top, bottom))
    }
