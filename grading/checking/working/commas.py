"""Decimal commas: `3,5` is a number for one student, and two values for another."""

import re
from collections.abc import Sequence

NUMERAL = re.compile(r"(?<![\d,.])(?:\d+(?:\.\d{3})*,\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?![\d,.])")
LIST = re.compile(r"=\s*[-−]?\d+(?:,[-−]?\d+)+(?=[\s$]*(?:$|[.;]|or\b|and\b|[或和]))")  # `x = 2,5`
PAIR = re.compile(r"[(\[{]\s*[-−]?\d+,\s*[-−]?\d+\s*[)\]}]")
POINT = re.compile(r"\d\.\d{1,2}(?!\d)|\d\.\d{4}|\d,\d{3}\.\d")  # a decimal one; that of `1.250` may stand behind a thousand
# What calculates with `3,5`, has a unit behind it or begins with `0,` has hardly two values in mind. `1,250` may be a thousand.
NUMBER = r"(?<![\d,.(\[{;])(?:\d{1,3}(?:\.\d{3})+,\d+|0,\d+|\d+,(?!\d{3}(?!\d))\d+)(?![\d,.])"
BEHIND = r"[-+*/·×÷=≈%€^−]|\\(?:cdot|times|div|%)|:\s|[cdkm]?m\b|[km]?g\b|[A-Za-z]\b"
BEFORE = r"[\w)}\]%]\s*(?:[-+*/·×÷−]|\s:|\\cdot|\\times|\\div)|≈"
CHINESE = re.compile(r"[\u4e00-\u9fff]")  # where nobody writes decimal commas
# `x + y = 5,2x - y = 4`: between two equations
BETWEEN = re.compile(r"(?<=[=<>≤≥\s\-−])(\d+),(?=\d*[A-Za-z][^,=<>≤≥]*[=<>≤≥])")
LIKELY = re.compile(rf"(?<![\d,.(\[{{])0,\d+(?![\d,.])|{NUMBER}\s*(?:{BEHIND})|(?:{BEFORE})\s*{NUMBER}")


def has_decimal_commas(texts: Sequence[str]) -> bool:
    """Whether someone likely writes decimal commas here, and no decimal points."""
    return any(map(LIKELY.search, texts)) and not any(map(POINT.search, texts)) and not any(map(CHINESE.search, texts))


def with_points(text: str) -> str:
    """The text with a point for each decimal comma, and none between thousands; pairs in brackets stay."""
    pairs = [range(*pair.span()) for pair in PAIR.finditer(text)]

    def spelled(match: re.Match[str]) -> str:
        if any(match.start() in pair for pair in pairs):
            return match[0]
        return match[0].replace(".", "").replace(",", ".")

    return NUMERAL.sub(spelled, text)


def readings(problem: str, steps: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Problem and steps as they may be meant, the likelier reading first. The problem may have points where the student has commas."""
    problem, *steps = [BETWEEN.sub(r"\1, ", text) for text in (problem, *steps)]
    told = with_points(problem) if has_decimal_commas([problem]) else problem
    written, in_points = list(steps), [with_points(step) for step in steps]
    as_lists = [LIST.sub(_spaced, step) for step in steps]
    if has_decimal_commas(steps) or has_decimal_commas([problem, *steps]):
        found = [in_points, list(map(with_points, as_lists))]
    else:
        found = [written, in_points, as_lists]
    return [(told, read) for at, read in enumerate(found) if read not in found[:at]]


def _spaced(values: re.Match[str]) -> str:
    return values[0].replace(",", ", ")
