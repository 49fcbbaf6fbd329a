"""Whether something is left to cancel in an answer: `6/8`, `8:12`, `√8`. Asked where a problem wants the simplest form."""

import re
from math import gcd, isqrt

from grading.checking.text import plain

LARGEST = 10**6  # under a root; a larger number is not looked into
FRACTION = re.compile(r"(?<![\d.,])(\d{1,15})\s*/\s*(\d{1,15})(?![\d.,])|\\frac\s*\{\s*-?(\d{1,15})\s*\}\s*\{\s*(\d{1,15})\s*\}")
RATIO = re.compile(r"(?<![\d.,:])\d{1,15}(?:\s*:\s*\d{1,15})+(?![\d.,:])")
ROOT = re.compile(r"(?:√|\\?sqrt)\s*[({]?\s*(\d{1,7})(?![\d.,])")


def is_reduced(text: str) -> bool:
    """Whether no fraction, ratio or square root of whole numbers can be made simpler."""
    text = plain(text)
    fractions = [[int(part) for part in match.groups() if part] for match in FRACTION.finditer(text)]
    ratios = [[int(part) for part in re.findall(r"\d+", match[0])] for match in RATIO.finditer(text)]
    roots = [int(match[1]) for match in ROOT.finditer(text)]
    return all(gcd(*parts) == 1 for parts in (*fractions, *ratios)) and not any(map(_has_square, roots))


def _has_square(number: int) -> bool:
    return number <= LARGEST and any(number % root**2 == 0 for root in range(2, isqrt(number) + 1))
