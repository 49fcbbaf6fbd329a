"""Numbers that are written in several tokens: `3 hours and 15 minutes`, `1 and 1/4`, the `1/4` of `3 / 1/4` and `3÷1/4`."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from grading.checking.working.tokens import Token
from grading.checking.working.units import factor


def merged(tokens: Sequence[Token]) -> list[Token]:
    """`3 hours and 15 minutes` as 195 minutes: one number and its unit. `1 and 1/4` as one number."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        length, value = _quantity(tokens, at)
        if value is not None:
            joined.append(replace(tokens[at], value=value, end=tokens[at + length - 2].end, decimals=None))
            at += length - 1
        else:
            joined.append(tokens[at])
            at += 1
    return _with_fractions(joined)


def _quantity(tokens: Sequence[Token], at: int) -> tuple[int, Fraction | None]:
    """How many tokens a quantity in two units takes, the last of them its smaller unit, and its value in that."""
    kinds = [token.kind for token in tokens[at : at + 5]]
    if kinds == ["number", "and", "number", "operator", "number"] and tokens[at + 3].text == "/" and tokens[at + 3].glued:
        return 6, _mixed(*(tokens[index].value for index in (at, at + 2, at + 4)))
    middle = kinds[2:3] == ["and"]
    if kinds[:2] != ["number", "word"] or kinds[2 + middle : 4 + middle] != ["number", "word"]:
        return 0, None
    first, unit, second, smaller = tokens[at], tokens[at + 1], tokens[at + 2 + middle], tokens[at + 3 + middle]
    ratio = factor(unit.text, smaller.text)
    if ratio is None or ratio <= 1 or first.value is None or second.value is None or second.value >= ratio:
        return 0, None
    return 4 + middle, first.value * ratio + second.value


def _mixed(whole: Fraction | None, top: Fraction | None, bottom: Fraction | None) -> Fraction | None:
    if whole is None or top is None or bottom is None or whole.denominator != 1 or not 0 < top < bottom:
        return None
    return whole + top / bottom


def _with_fractions(tokens: Sequence[Token]) -> list[Token]:
    """`3 / 1/4`: the fraction that is written without spaces, behind a slash with one or behind `÷`, is one number."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        part = tokens[at : at + 3]
        value = _divisor(part, behind=joined[-1].text) if joined else None
        if value is not None:
            joined.append(replace(part[0], value=value, end=part[2].end, decimals=None))
            at += 3
        else:
            joined.append(tokens[at])
            at += 1
    return [replace(token, text="/", loose=True) if token.text == "÷" else token for token in joined]


def _divisor(tokens: Sequence[Token], *, behind: str) -> Fraction | None:
    """The value of `1/4` written without spaces, but with one before it, if it stands behind a slash or a colon."""
    if behind not in ("/", "÷", ":") or [token.kind for token in tokens] != ["number", "operator", "number"] or tokens[1].text != "/":
        return None
    top, bottom = tokens[0].value, tokens[2].value
    if top is None or not bottom or (tokens[0].glued and behind == "/") or not (tokens[1].glued and tokens[2].glued):
        return None
    return top / bottom
