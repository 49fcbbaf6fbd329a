"""Texts as tokens, so that two of them can be compared whatever their punctuation, capitals and spaces, and however signs are written."""

import re
from collections.abc import Sequence

from grading.checking.text import LOWERED, RAISED, half_width, spelled

CHINESE = "\u3400-\u9fff"
WORD = re.compile(rf"[a-z0-9]+|[{CHINESE}]")
TOKEN = re.compile(rf"\d+(?:\.\d+)?|[a-z]+|[{CHINESE}]|[-+*/^=<>%!|×÷]")
THOUSANDS = re.compile(r"(?<=\d)(?:,|\{,\})(?=\d{3}(?!\d))")
SHINGLE = 3  # tokens
NEAR = 0.6  # least similarity of near duplicates


def words(text: str) -> list[str]:
    """Runs of ASCII letters and digits (`x²` is `x2`) in lower case; of Chinese, which has no spaces, each character. Nothing else."""
    return WORD.findall(half_width(text).translate(RAISED | LOWERED).lower())


def tokens(text: str) -> list[str]:
    """Words, whole numbers and the signs of arithmetic: `x² − 1,500` and `x^2 + 1500` differ, in the sign alone."""
    return TOKEN.findall(THOUSANDS.sub("", spelled(text).lower()))


def numbers(text: str) -> list[str]:
    """The numbers of a text in ascending order of their spelling, each as often as it stands there."""
    return sorted(token for token in tokens(text) if token[0].isdigit())


def shingles(found: Sequence[str]) -> frozenset[str]:
    """The runs of three tokens; of a shorter text, the whole."""
    if len(found) <= SHINGLE:
        return frozenset([" ".join(found)])
    return frozenset(" ".join(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1))


def similarity(left: frozenset[str], right: frozenset[str]) -> float:
    """Jaccard's: the share of the shingles that both have, of all that either has."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def problem_key(question: str) -> str:
    """Equal for problems that can be near duplicates of each other: those with the same numbers, each as often."""
    return " ".join(numbers(question))


def is_repeated(question: str, had: Sequence[str]) -> bool:
    """Whether a problem is nearly one of those: the same numbers in much the same words."""
    key, found = problem_key(question), shingles(tokens(question))
    return any(problem_key(other) == key and similarity(found, shingles(tokens(other))) >= NEAR for other in had)
