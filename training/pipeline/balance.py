"""Which of the candidates make a training file: so many of each difficulty, the best of many problems before the second best of any."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

from training.pipeline.stage import StageError, require


@dataclass(frozen=True, slots=True)
class Part:
    """Problems with a pass rate above `low` (the first part: from it on) and up to `high`; `share` of all rows is wanted of them."""

    low: float
    high: float
    share: float

    @classmethod
    def read(cls, shares: Mapping[str, float]) -> tuple[Self, ...]:
        """From upper bounds and shares, as a config has them: `{"0.25": 0.3, "0.75": 0.5, "1": 0.2}`. Raises `StageError`."""
        try:
            bounds = [float(bound) for bound in shares]
        except ValueError as error:
            raise StageError(f"shares: each name is an upper bound of the pass rate, as “0.25” ({error}).") from error
        if not bounds:
            return ()
        require(bounds == sorted(set(bounds)) and bounds[0] > 0 and bounds[-1] == 1, "shares: bounds ascend, above 0, and the last is 1.")
        require(min(shares.values()) >= 0 and abs(sum(shares.values()) - 1) < 1e-9, "shares: they add up to 1.")
        return tuple(cls(low, high, share) for low, high, share in zip([0.0, *bounds], bounds, shares.values(), strict=False))


class Balance:
    """Takes candidates, and chooses once all are there. Memory: about 200 bytes a candidate."""

    def __init__(self, parts: tuple[Part, ...], size: int | None) -> None:
        self._parts = parts
        self._size = size
        self._candidates: list[list[tuple[int, int, int]]] = [[] for _ in parts or [None]]
        self._count = 0
        self.refused: Counter[str] = Counter()

    def add(self, pass_rate: float | None, rank: int, identity: str) -> None:
        """The next candidate: the `rank`-th best (from 0) of its problem. `identity` decides between equal ranks, always alike."""
        part = self._part(pass_rate)
        if part is None:
            self.refused["unknown pass rate"] += 1
        else:
            self._candidates[part].append((rank, _number(identity), self._count))
        self._count += 1

    def _part(self, pass_rate: float | None) -> int | None:
        if not self._parts:
            return 0
        return None if pass_rate is None else next(at for at, part in enumerate(self._parts) if pass_rate <= part.high)

    def chosen(self) -> frozenset[int]:
        """The numbers, from 0, of the candidates that are taken."""
        taken: list[int] = []
        for candidates, quota in zip(self._candidates, self.quotas(), strict=True):
            taken += [number for _, _, number in sorted(candidates)[:quota]]
            self.refused["beyond the share of its difficulty" if self._parts else "beyond the size"] += max(0, len(candidates) - quota)
        self.refused += Counter()  # drops the zeros
        return frozenset(taken)

    def quotas(self) -> list[int]:
        """Rows of each part. With a size, its share of that, or all there are, if these are fewer; without, as many as keep the shares.

        Raises `StageError` where no rows at all would keep the shares.
        """
        there = [len(candidates) for candidates in self._candidates]
        if not self._parts:
            return [min(there[0], there[0] if self._size is None else self._size)]
        if self._size is not None:
            return [min(count, round(self._size * part.share)) for count, part in zip(there, self._parts, strict=True)]
        whole = min(count / part.share for count, part in zip(there, self._parts, strict=True) if part.share)
        empty = [part for count, part in zip(there, self._parts, strict=True) if part.share and not count]
        if empty and sum(there):
            bounds = ", ".join(f"{part.low} to {part.high}" for part in empty)
            raise StageError(f"No row has a pass rate from {bounds}, so that the shares cannot be kept. Give a “size”, or other shares.")
        return [round(whole * part.share) for part in self._parts]

    def report(self) -> list[dict[str, Any]]:
        """Of each part what was there and what was taken."""
        counts = [(len(candidates), min(quota, len(candidates))) for quota, candidates in zip(self.quotas(), self._candidates, strict=True)]
        kept = sum(taken for _, taken in counts)
        return [
            {"from": part.low, "to": part.high, "wanted": part.share, "there": there, "kept": taken, "share": _share(taken, kept)}
            for part, (there, taken) in zip(self._parts, counts, strict=False)
        ]


def _share(kept: int, all_kept: int) -> float | None:
    return round(kept / all_kept, 4) if all_kept else None


def _number(identity: str) -> int:
    return int.from_bytes(blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest())
