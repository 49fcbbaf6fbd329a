"""Whether the pick of k responses is right, for every k from 1 to n: for the first k, and on average over all subsets of k.

The average over all k-subsets of n independent responses, each subset kept in the order of sampling, is an unbiased estimate of
what k fresh responses would give; the first k alone waste the others. At k = n both are one figure.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from inference.events import Rule
from inference.selection import Groups, pick, standing, vote
from training.evaluation.transcripts import Response

Ints = NDArray[np.int64]
Curve = list[float]  # at [k - 1]: how often, from 0 to 1, the pick of k is right

RULES: dict[str, Rule] = {"maj": "majority", "rm": "reward", "weighted": "weighted"}
BEHIND, LAST = 2**60, 2**62  # more than the votes of any number of responses
MOST_SUBSETS = 500  # of one size; where there are more, so many are drawn (exact up to n = 11)


def first_k(responses: Sequence[Response], groups: Groups) -> dict[str, Curve]:
    """The rules of `inference.selection`, and "pass" (any is right), over the first k; those that need scores only where there are some."""
    right = [bool(response.right) for response in responses]
    sizes = range(1, len(right) + 1)
    counted = [standing(responses[:k], groups[:k]) for k in sizes]
    curves = {name: [float(right[pick(responses[:k], counted[k - 1], RULES[name])]) for k in sizes] for name in measurable(responses)}
    return curves | {"pass": [float(any(right[:k])) for k in sizes]}


def unbiased(responses: Sequence[Response], groups: Groups, seed: Sequence[int]) -> dict[str, Curve]:
    """The same curves, averaged over the subsets of each size: closed forms for "rm" and "pass", the subsets themselves for votes."""
    right = [bool(response.right) for response in responses]
    sizes = range(1, len(right) + 1)
    curves = {"pass": [any_right(len(right), sum(right), k) for k in sizes]}
    for name in measurable(responses):
        if name == "rm":
            best_first = [right[index] for index in sorted(range(len(right)), key=lambda index: _preference(responses[index]))]
            curves[name] = [best_right(best_first, k) for k in sizes]
        else:
            curves[name] = _vote_right(responses, groups, weighted=name == "weighted", seed=seed)
    return curves


def measurable(responses: Sequence[Response]) -> list[str]:
    return [name for name in RULES if name == "maj" or responses[0].score is not None]


def any_right(n: int, right: int, k: int) -> float:
    """pass@k: the share of the k-subsets of n with at least one of the `right` ones, 1 - C(n - c, k) / C(n, k).

    Chen et al. 2021, arXiv 2107.03374, equation 1.
    """
    return 1 - comb(n - right, k) / comb(n, k)


def best_right(best_first: Sequence[bool], k: int) -> float:
    """RM@k: the share of the k-subsets whose best is right. Number r (from 0) is the best of C(n - 1 - r, k - 1) of the C(n, k) subsets."""
    n = len(best_first)
    return sum(comb(n - 1 - rank, k - 1) for rank, right in enumerate(best_first) if right) / comb(n, k)


def _preference(response: Response) -> tuple[int, float]:
    """Sorts as `pick` prefers by reward; `sorted` keeps the order of equals."""
    assert response.score is not None
    return _rank(response), -response.score


def _rank(response: Response) -> int:
    """One of a lower rank is picked before all of a higher one: who stands, who is refuted, who has no answer."""
    return 2 if response.answer is None else int(response.refuted)


def _vote_right(responses: Sequence[Response], groups: Groups, *, weighted: bool, seed: Sequence[int]) -> Curve:
    """`pick` by majority or weighted majority on many subsets at once; the tests hold it against `pick` itself."""
    n = len(responses)
    right = [bool(response.right) for response in responses]
    if all(right) or not any(right):
        return [float(right[0])] * n
    ballot = _Ballot(responses, groups, weighted)
    orders = np.random.default_rng(seed).permuted(np.tile(np.arange(n), (MOST_SUBSETS, 1)), axis=1)
    curve = ballot.shares_right(orders)  # the first k of an order that is drawn at random are a random subset
    exact = {k: ballot.shares_right(_all_subsets(n, k))[-1] for k in range(1, n + 1) if comb(n, k) <= MOST_SUBSETS}
    return [exact.get(k, drawn) for k, drawn in enumerate(curve, start=1)]


class _Ballot:
    """A problem's responses as arrays, in the order in which `pick` takes the members of a group. A group has a column, and another one for
    its members who are refuted: these count only where nobody else has an answer.
    """

    def __init__(self, responses: Sequence[Response], groups: Groups, weighted: bool) -> None:
        n = len(responses)
        preferred = sorted(range(n), key=lambda index: _preference(responses[index])) if weighted else list(range(n))
        self.place = np.argsort(preferred)  # of each response in that order
        self.right = np.array([bool(responses[index].right) for index in preferred] + [False])  # the last: of nobody
        kinds = [(_rank(response), label) for response, label in zip(responses, groups, strict=True)]
        columns = {kind: column for column, kind in enumerate(dict.fromkeys(kinds))}
        self.column = np.array([columns[kind] for kind in kinds])
        self.behind = np.array([rank for rank, _label in columns]) * BEHIND
        weights = [vote(response.score or 0.0) if weighted else 1 for response in responses]
        self.votes = np.array([0 if label is None else weight for label, weight in zip(groups, weights, strict=True)])

    def shares_right(self, members: Ints) -> Curve:
        """How often the pick is right among the first 1, 2, … of `members`, shape (subsets, size), indices of responses."""
        subsets, n = len(members), len(self.votes)
        rows = np.arange(subsets)
        totals = np.zeros((subsets, len(self.behind)), dtype=np.int64)
        seen = np.full_like(totals, n)  # the lowest index of a group's members; n for none
        taken = np.full_like(totals, n)  # the place of the member that is picked if the group wins; n for none
        curve = []
        for member in members.T:
            at = rows, self.column[member]
            totals[at] += self.votes[member]
            seen[at] = np.minimum(seen[at], member)
            taken[at] = np.minimum(taken[at], self.place[member])
            order = np.where(seen < n, totals * (n + 1) - seen - self.behind, -LAST)  # most votes, then seen first
            winner = np.argmax(order, axis=1)
            curve.append(float(self.right[taken[rows, winner]].mean()))
        return curve


@lru_cache(maxsize=64)
def _all_subsets(n: int, k: int) -> Ints:
    """Every subset of k of n, one a row."""
    return np.array(list(combinations(range(n), k)))
