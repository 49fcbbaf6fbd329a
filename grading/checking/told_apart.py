"""Several values that words tell apart: `鸡23只，兔12只`, `23 chickens and 12 rabbits`, `length 8 cm, width 5 cm`; in any order.

Read only where each part is one name and one number and nothing else; letters as names are equations, and read as such elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from grading.checking.numbers import Number, read_number
from grading.checking.quantities import compare_numbers
from grading.checking.text import half_width, spelled
from grading.checking.units import read_unit
from grading.checking.verdicts import DIFFERENT, EQUAL, Outcome, Verdict, correct, incorrect

MOST = 6  # parts
LONGEST = 300  # characters

HAN = "[\u4e00-\u9fff]"
LEAD = re.compile(
    rf"^(?:(?:答案?|解)\s*(?::|[是为](?={HAN}))|(?:所以|因此|则|其中|∴)[,，]?|有(?={HAN})"
    r"|(?:so|thus|therefore|answer)\b[,:]?|(?:there|they|we|you) (?:are|were|have|had|get)\b)\s*",
    re.IGNORECASE,
)
# `鸡:35-12=` of `鸡:35-12=23(只)`
CALCULATED = re.compile(rf"^({HAN}{{1,8}}|[A-Za-z]{{2,}}(?: [a-z]+){{0,3}})\s*[:=]?\s*[-\d(][^A-Za-z\u4e00-\u9fff]*=\s*")
IN_BRACKETS = re.compile(rf"\(({HAN}{{1,4}})\)$")
DELIMITED = re.compile(r"\\[()]|\$([^$\s]+)\$")
MEASURE = "[只个名位人条本支枝张辆棵头匹块件双把台间朵份颗粒瓶箱袋盒次道]"  # words that count, between a number and what is counted
UNIT = "(?:平方|立方)?(?:[千公厘毫分]?米|[千毫]?克|毫?升|公[里顷斤]|吨)|[ckdm]?m[²³]?|k?g|m?l|元|岁"
# Where the next one begins without a comma, as in `鸡23只兔12只` and `长=8 宽=5`; `2小时30分` is one value.
NEXT = re.compile(rf"(?<=\d)\s*({MEASURE}|{UNIT})?\s*(?=(?:(?![和与点时分秒年月日元角又零]){HAN}){{1,3}}\s*[:=]?\s*\d)")
PARTS = re.compile(
    rf"\s*(?:;|\n|,(?!(?<=\d,)\d{{3}}(?!\d))|\band\b|(?<={HAN})[和与](?=\s*[\u4e00-\u9fff\d])|(?<={HAN})\s+(?={HAN}))\s*", re.IGNORECASE
)
NUMBER = r"[-$¥£€]?\d[\d,./]*(?:\s*%)?"
SAYS = "一?共?有|分别是|是|为|得到?|需要?|要"
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<name>[A-Z]?{HAN}{{1,8}}?)(?:{SAYS})?\s*[:=]?\s*(?P<value>{NUMBER}\D*)",
        rf"有?(?P<value>{NUMBER})\s*{MEASURE}?\s*(?P<name>(?!{MEASURE}$){HAN}{{1,8}})",
        rf"(?P<name>[a-z]{{2,}}(?: [a-z]+){{0,3}}?)(?: (?:is|are|was|were|has|have|had|gets?|got))?\s*[:=]?\s*(?P<value>{NUMBER}\D*)",
        rf"(?P<value>{NUMBER}) (?P<name>[a-z]{{2,}}(?: [a-z]+){{0,2}})",
    )
)
# What a sentence goes on with, and no name: `需要5天`, `比小红多3个`, `共35只`.
NO_NAME = re.compile(rf"(?i:minus|plus|negative)\b|第\s*\d|[需要比还多少剩为是得]|[一总]?共|合计|大?约(?!翰)|相差|每(?!{MEASURE})")
FUNCTIONS = frozenset({"sin", "cos", "tan", "cot", "sec", "csc", "log", "ln", "lg", "exp", "sqrt", "root", "cbrt", "pi", "abs"})  # no names
ARTICLE = re.compile(
    rf"^(?:the|an?|his|her|its|their|number of)\s+|^[一每]{MEASURE}(?=.)|(?<=.)今年$|的(?:[只个人本]?数量?)?$|(?<=.)子$|(?<=[xhs])es$|s$",
    re.IGNORECASE,
)


def compare_told_apart(expected: str, given: str) -> Verdict | None:
    """The verdict on values that have the same names on both sides; None where one side is nothing of the kind, or names others."""
    left, right = _numbers(expected), _numbers(given)
    if not left or left.keys() != right.keys():
        return None
    outcomes = {compare_numbers(number, right[name]).outcome for name, number in left.items()}
    if outcomes == {Outcome.CORRECT}:
        return correct(EQUAL)
    return incorrect(DIFFERENT) if Outcome.INCORRECT in outcomes else None


def may_be_one_of(number: Number, given: str) -> bool:
    """Whether it is a value of those that are told apart: which one is asked for, only the question says."""
    return any(compare_numbers(number, value).outcome is not Outcome.INCORRECT for value in _numbers(given).values())


def told_apart(text: str) -> dict[str, str]:
    """The values as they are written, by their names; empty where there are not several, or is anything else."""
    if len(text) > LONGEST:
        return {}
    text = DELIMITED.sub(r"\1", spelled(text)).strip().rstrip(".")
    parts = PARTS.split(NEXT.sub(r"\1;", LEAD.sub("", text)))
    if not 2 <= len(parts) <= MOST:
        return {}
    named = dict(pair for part in parts if (pair := _part(LEAD.sub("", part).strip())))
    return named if len(named) == len(parts) else {}


def told_at_the_end(lines: Sequence[str]) -> str | None:
    """The values of the last lines, one to a line, where they are told apart: `兔：24÷2=12（只）` above `鸡：35-12=23（只）`."""
    named = [IN_BRACKETS.sub(r"\1", CALCULATED.sub(r"\1: ", half_width(line).strip())) for line in lines[-MOST:]]
    ends = ("; ".join(named[-count:]) for count in range(len(named), 0, -1))
    return next((end for end in ends if told_apart(end)), None)


def _part(text: str) -> tuple[str, str] | None:
    found = None if NO_NAME.match(text) else next((match for form in FORMS if (match := form.fullmatch(text))), None)
    if found is None or read_number(found["value"]) is None:
        return None
    first = found["name"].lower().split()[0]
    if first in FUNCTIONS or read_unit(first):  # `2 hours and 30 minutes` is one value
        return None
    return _bare(found["name"].lower()), found["value"].strip()


def _numbers(text: str) -> dict[str, Number]:
    """What is counted is no unit: `23 heads` is 23."""
    read = {name: number for name, value in told_apart(text).items() if (number := read_number(value))}
    return {
        name: replace(number, unit="", doubtful=False) if number.unit and read_unit(number.unit) is None else number
        for name, number in read.items()
    }


def _bare(name: str) -> str:
    """`the chickens` as `chicken`, `兔子的只数` as `兔`."""
    while (shorter := ARTICLE.sub("", name)) not in (name, ""):
        name = shorter
    return name
