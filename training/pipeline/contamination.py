"""Is a text one of an evaluation set, or nearly? Three rules, each by itself enough.

13-gram   The rule of Qwen2.5-Math (arXiv 2409.12122): after everything but letters and digits is taken away, the two share thirteen
          words in a row, and their longest common subsequence is longer than 0.6 of the longer text. Of Chinese, which has no spaces,
          each character counts as a word.
same      The two have the same letters and digits in the same order. For texts that are too short to have thirteen words, and formulas.
near      The two have the same digits, each as often, and share, in whatever order, more than 0.6 of the longer one's words: names were
          changed, clauses moved.

The last two remove a few texts too many (`2 + 3` is `2 - 3` for them), which costs a training set nothing. Not covered: a translation,
numbers that were changed or are written as words, and a text that was told anew in other words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inference.texts import words

GRAM = 13
RATIO = 0.6
NO_DIGIT = re.compile(r"[^0-9]+")
Rule = Literal["13-gram", "same", "near"]


@dataclass(frozen=True, slots=True)
class Match:
    """The text is `source`'s, by `rule`; `ratio` is the share that its measure was compared by."""

    source: str
    rule: Rule
    ratio: float


@dataclass(frozen=True, slots=True)
class Finding:
    """`hit` where thirteen words in a row are shared, whatever the ratio; `match` is None where the text is clean."""

    hit: bool
    match: Match | None


@dataclass(frozen=True, slots=True)
class _Text:
    source: str
    words: list[str]
    occurrences: int  # a bit for each word that the reference has, and one more for each time that it comes again


class Reference:
    """The texts that training must not see. Memory: about 150 bytes a word.

    Texts of fewer than `shortest` words are looked at by the first rule alone, that is, not at all.
    """

    def __init__(self, shortest: int = 1, *, near: bool = True) -> None:
        self._shortest = shortest
        self._near = near
        self._by_gram: dict[str, list[_Text]] = {}
        self._by_letters: dict[str, _Text] = {}
        self._by_digits: dict[str, list[_Text]] = defaultdict(list)
        self._bits: dict[tuple[str, int], int] = {}

    def add(self, text: str, source: str) -> None:
        if not (found := words(text)):
            return
        kept = _Text(source, found, self._occurrences(found, new=True))
        for gram in dict.fromkeys(_grams(found)):
            self._by_gram.setdefault(gram, []).append(kept)
        if len(found) >= self._shortest:
            self._by_letters.setdefault("".join(found), kept)
            self._by_digits[_digits(found)].append(kept)

    def find(self, text: str) -> Finding:
        """What of the evaluation sets the text is; the closest, where there are several."""
        if not (found := words(text)):
            return Finding(False, None)
        sharing = {id(other): other for gram in _grams(found) for other in self._by_gram.get(gram, ())}
        ratios = [(common_subsequence(found, other.words) / max(len(found), len(other.words)), other) for other in sharing.values()]
        best = max(ratios, key=lambda pair: pair[0], default=None)
        if best and best[0] > RATIO:
            return Finding(True, Match(best[1].source, "13-gram", round(best[0], 3)))
        return Finding(bool(sharing), self._otherwise(found) if self._near and len(found) >= self._shortest else None)

    def _otherwise(self, found: list[str]) -> Match | None:
        if same := self._by_letters.get("".join(found)):
            return Match(same.source, "same", 1.0)
        candidates = self._by_digits.get(_digits(found))
        if not candidates:
            return None
        occurrences, length = self._occurrences(found), len(found)
        shares = [((occurrences & other.occurrences).bit_count() / max(length, len(other.words)), other) for other in candidates]
        best = max(shares, key=lambda pair: pair[0], default=None)
        return Match(best[1].source, "near", round(best[0], 3)) if best and best[0] > RATIO else None

    def _occurrences(self, found: list[str], *, new: bool = False) -> int:
        """Words as bits, so that those which two texts share are counted in a microsecond, also where a thousand texts have no digits."""
        counts: Counter[str] = Counter()
        bits = 0
        for word in found:
            counts[word] += 1
            key = word, counts[word]
            bit = self._bits.setdefault(key, len(self._bits)) if new else self._bits.get(key)
            bits |= 0 if bit is None else 1 << bit
        return bits


def common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence, a row of the table in one integer (Hyyrö 2004, "Bit-parallel LCS-length computation
    revisited"): 30 microseconds for two texts of 60 words.
    """
    places: dict[str, int] = {}
    for at, word in enumerate(left):
        places[word] = places.get(word, 0) | 1 << at
    everywhere = (1 << len(left)) - 1
    row = everywhere
    for word in right:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & everywhere
    return len(left) - row.bit_count()


def _grams(found: list[str]) -> list[str]:
    return [" ".join(found[at : at + GRAM]) for at in range(len(found) - GRAM + 1)]


def _digits(found: list[str]) -> str:
    """`1.5` and `15` and `5, 1` alike: what punctuation joins or parts says nothing here."""
    return "".join(sorted(NO_DIGIT.sub("", "".join(found))))
