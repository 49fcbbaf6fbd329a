"""Several values that words tell apart: `鸡23只，兔12只`, `23 chickens and 12 rabbits`, `length 8 cm, width 5 cm`; in any order.

Read only where each part is one name and one number and nothing else; letters as names are equations, and read as such elsewhere.
"""

import re
from dataclasses import replace

from grading.checking.numbers import Number, read_number
from grading.checking.quantities import compare_numbers
from grading.checking.text import half_width
from grading.checking.units import read_unit
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect

MOST = 6  # parts

LEAD = re.compile(
    r"^(?:(?:答案?|解)\s*:?|所以|因此|则|其中|∴|(?:so|thus|therefore|answer)\b[,:]?|(?:there|they|we|you) (?:are|were|have|had|get)\b)\s*",
    re.IGNORECASE,
)
PARTS = re.compile(r"\s*(?:;|、|,(?!(?<=\d,)\d{3}(?!\d))|\band\b|(?<=[\u4e00-\u9fff])[和与](?=[\u4e00-\u9fff\d]))\s*", re.IGNORECASE)
NUMBER = r"[-$¥£€]?\d[\d,./]*(?:\s*%)?"
MEASURE = "[只个名位人条本支枝张辆棵头匹块件双把台间朵份颗粒瓶箱袋盒次道]"  # words that count, between a number and what is counted
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<name>[A-Z]?[\u4e00-\u9fff]{{1,8}}?)(?:一?共?有|分别是|是|为)?\s*[:=]?\s*(?P<value>{NUMBER}\D*)",
        rf"有?(?P<value>{NUMBER}){MEASURE}(?P<name>[\u4e00-\u9fff]{{1,8}})",
        rf"(?P<name>[a-z]{{2,}}(?: [a-z]+){{0,3}}?)(?: (?:is|are|was|were|has|have|had|gets?|got))?\s*[:=]?\s*(?P<value>{NUMBER}\D*)",
        rf"(?P<value>{NUMBER}) (?P<name>[a-z]{{2,}}(?: [a-z]+){{0,2}})",
    )
)
FUNCTIONS = frozenset({"sin", "cos", "tan", "cot", "sec", "csc", "log", "ln", "lg", "exp", "sqrt", "root", "cbrt", "pi", "abs"})  # no names
ARTICLE = re.compile(r"^(?:the|an?|his|her|its|their)\s+|的(?:[只个人本]?数量?)?$|(?<=.)子$|(?<=[xhs])es$|s$", re.IGNORECASE)


def compare_told_apart(expected: str, given: str) -> Verdict | None:
    """The verdict on values that have the same names on both sides; None where one side is nothing of the kind, or names others."""
    left, right = _read(expected), _read(given)
    if left is None or right is None or left.keys() != right.keys():
        return None
    outcomes = {compare_numbers(number, right[name]).outcome for name, number in left.items()}
    if outcomes == {Outcome.CORRECT}:
        return correct(EQUAL)
    return incorrect(DIFFERENT) if Outcome.INCORRECT in outcomes else None


def _read(text: str) -> dict[str, Number] | None:
    parts = PARTS.split(LEAD.sub("", half_width(text).strip().rstrip(".。")))
    if not 2 <= len(parts) <= MOST:
        return None
    named = [pair for part in parts if (pair := _part(part))]
    return dict(named) if len(dict(named)) == len(parts) else None


def _part(text: str) -> tuple[str, Number] | None:
    found = next((match for form in FORMS if (match := form.fullmatch(text))), None)
    number = read_number(found["value"]) if found else None
    if found is None or number is None:
        return None
    first = found["name"].lower().split()[0]
    if first in FUNCTIONS or read_unit(first):  # `2 hours and 30 minutes` is one value
        return None
    counted = replace(number, unit="", doubtful=False) if number.unit and read_unit(number.unit) is None else number
    return _bare(found["name"].lower()), counted


def _bare(name: str) -> str:
    """`the chickens` as `chicken`, `兔子的只数` as `兔`."""
    while (shorter := ARTICLE.sub("", name)) not in (name, ""):
        name = shorter
    return name
