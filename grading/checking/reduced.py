"""Whether something is left to do where a problem wants the simplest form (`6/8`, `8:12`, `√8`) or prime factors (`12 * 7`)."""

import re
from math import gcd, isqrt

from grading.checking.text import plain

LARGEST = 10**6  # under a root; a larger number is not looked into
FRACTION = re.compile(r"(?<![\d.,])(\d{1,15})\s*/\s*(\d{1,15})(?![\d.,])|\\frac\s*\{\s*-?(\d{1,15})\s*\}\s*\{\s*(\d{1,15})\s*\}")
BASE = re.compile(r"(?<![\d.,^])(?<!\^\{)\d{1,7}(?![\d.,])")  # and no exponent
RATIO = re.compile(r"(?<![\d.,:])\d{1,15}(?:\s*:\s*\d{1,15})+(?![\d.,:])")
ROOT = re.compile(r"(?:√|\\?sqrt)\s*[({]?\s*(\d{1,7})(?![\d.,])")


def is_reduced(text: str) -> bool:
    """Whether no fraction, ratio or square root of whole numbers can be made simpler."""
    text = plain(text)
    fractions = [[int(part) for part in match.groups() if part] for match in FRACTION.finditer(text)]
    ratios = [[int(part) for part in re.findall(r"\d+", match[0])] for match in RATIO.finditer(text)]
    roots = [int(match[1]) for match in ROOT.finditer(text)]
    return all(gcd(*parts) == 1 for parts in (*fractions, *ratios)) and not any(map(_has_square, roots))


def is_of_primes(text: str) -> bool:
    """Whether a product has prime factors alone: `2^2 * 3 * 7`, and not `12 * 7`."""
    return not any(map(_is_composite, map(int, BASE.findall(plain(text)))))


def _is_composite(number: int) -> bool:
    return number <= LARGEST and any(number % factor == 0 for factor in range(2, isqrt(number) + 1))


def _has_square(number: int) -> bool:
    return number <= LARGEST and any(number % root**2 == 0 for root in range(2, isqrt(number) + 1))
