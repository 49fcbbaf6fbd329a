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

from inference.selection import Groups, Rule, pick, vote
from training.evaluation.transcripts import Response

Bools = NDArray[np.bool_]
Curve = list[float]  # at [k - 1]: how often, from 0 to 1, the pick of k is right

RULES: dict[str, Rule] = {"maj": "majority", "rm": "reward", "weighted": "weighted"}
MOST_SUBSETS = 500  # of one size; where there are more, so many are drawn (exact up to n = 11)


def first_k(responses: Sequence[Response], groups: Groups) -> dict[str, Curve]:
    """The rules of `inference.selection`, and "pass" (any is right), over the first k; those that need scores only where there are some."""
    right = [bool(response.right) for response in responses]
    sizes = range(1, len(right) + 1)
    curves = {name: [float(right[pick(responses[:k], groups[:k], RULES[name])]) for k in sizes] for name in measurable(responses)}
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


def _preference(response: Response) -> tuple[bool, float]:
    """Sorts as `pick` prefers by reward; `sorted` keeps the order of equals."""
    assert response.score is not None
    return response.answer is None, -response.score


def _vote_right(responses: Sequence[Response], groups: Groups, *, weighted: bool, seed: Sequence[int]) -> Curve:
    """`pick` by majority or weighted majority on many subsets at once; the tests hold it against `pick` itself."""
    n = len(responses)
    right = [bool(response.right) for response in responses]
    if all(right) or not any(right):
        return [float(right[0])] * n
    # The answered ones, group by group, in each group in the order in which `pick` takes its members.
    labelled = [(label, index) for index, label in enumerate(groups) if label is not None]
    labelled.sort(key=lambda pair: (pair[0], _preference(responses[pair[1]])) if weighted else pair)
    order = np.array([index for _, index in labelled])
    starts = [at for at, (label, _) in enumerate(labelled) if at == 0 or labelled[at - 1][0] != label]
    votes = np.array([vote(responses[index].score or 0.0) if weighted else 1 for index in order])
    picked_right = np.array([right[index] for index in order] + [False])  # the last: no member has an answer
    drawn = np.random.default_rng(seed).random((MOST_SUBSETS, n)).argsort(axis=1).argsort(axis=1)
    curve = []
    for k in range(1, n + 1):
        members = (_all_subsets(n, k) if comb(n, k) <= MOST_SUBSETS else drawn < k)[:, order]
        totals = np.add.reduceat(np.where(members, votes, 0), starts, axis=1)
        seen = np.minimum.reduceat(np.where(members, order, n), starts, axis=1)
        taken = np.minimum.reduceat(np.where(members, np.arange(len(order)), len(order)), starts, axis=1)
        winner = np.argmax(totals * (n + 1) - seen, axis=1)  # most votes, then seen first
        curve.append(float(picked_right[taken[np.arange(len(members)), winner]].mean()))
    return curve


@lru_cache(maxsize=64)
def _all_subsets(n: int, k: int) -> Bools:
    """Every subset of k of n, one a row, True for its members."""
    members = np.zeros((comb(n, k), n), dtype=np.bool_)
    for row, subset in enumerate(combinations(range(n), k)):
        members[row, list(subset)] = True
    return members
