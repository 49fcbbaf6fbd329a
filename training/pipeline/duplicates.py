"""Texts that say the same twice: exactly, or nearly.

Two texts are the same where their tokens are (`texts.tokens`: without punctuation, capitals and spaces, but with the signs of arithmetic);
near duplicates where the share of the runs of three tokens that both have, of all that either has (Jaccard's), reaches a threshold. In many
texts the candidates are found by MinHash, and each is then compared in full, so that MinHash can miss a pair, but not make one up.

Two problems with other numbers are two problems, however alike their words.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from inference.texts import shingles, similarity, tokens
from training import rows
from training.pipeline.stage import StageError

if TYPE_CHECKING:
    from datasketch import MinHash  # type: ignore[import-untyped]

FEW = 64  # texts that are compared one by one
PERMUTATIONS = 128
MARGIN = 0.85  # of the threshold, at which MinHash begins to see a pair
MISSES, FALSE_ALARMS = 0.9, 0.1  # what MinHash's bands are laid out for: a false alarm costs a comparison, a miss a duplicate


def exact_key(text: str) -> bytes:
    """Equal where two texts have the same tokens, and in every process."""
    return rows.digest(" ".join(tokens(text)))


class NearDuplicates:
    """Texts, among which one like another can be looked for. Memory: about 100 bytes a token. Raises `StageError` without the extra."""

    def __init__(self, threshold: float) -> None:
        if find_spec("datasketch") is None or find_spec("xxhash") is None:
            raise StageError("Near duplicates are found by datasketch, which is not installed: scripts/environment --extra train")
        self._threshold = threshold
        self._texts: list[frozenset[str]] = []
        self._index: _Index | None = None

    def find(self, text: str) -> int | None:
        """Which of the texts (counted from 0, in the order in which they were added) this one is, or nearly is; the first such."""
        found = shingles(tokens(text))
        candidates = self._index.query(found) if self._index else range(len(self._texts))
        return next((number for number in candidates if similarity(found, self._texts[number]) >= self._threshold), None)

    def add(self, text: str) -> None:
        found = shingles(tokens(text))
        self._texts.append(found)
        if self._index:
            self._index.insert(len(self._texts) - 1, found)
        elif len(self._texts) > FEW:
            self._index = _Index(self._threshold)
            for number, each in enumerate(self._texts):
                self._index.insert(number, each)


class _Index:
    """MinHash in bands (locality-sensitive hashing)."""

    def __init__(self, threshold: float) -> None:
        from datasketch import MinHashLSH

        self._lsh = MinHashLSH(threshold=MARGIN * threshold, num_perm=PERMUTATIONS, weights=(FALSE_ALARMS, MISSES))

    def insert(self, number: int, found: frozenset[str]) -> None:
        self._lsh.insert(number, _minhash(found))

    def query(self, found: frozenset[str]) -> list[int]:
        return sorted(self._lsh.query(_minhash(found)))


def _minhash(found: frozenset[str]) -> "MinHash":
    from datasketch import MinHash
    from xxhash import xxh32_intdigest

    minhash = MinHash(num_perm=PERMUTATIONS, hashfunc=xxh32_intdigest)
    minhash.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in found])
    return minhash
