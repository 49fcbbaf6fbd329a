"""Which of N candidates is shown: the first, the majority's, the reward model's, or the reward-weighted majority's.

Answers are grouped by what they say, through a predicate `same(gold, given)` of the caller's. The usual one, the checker's, is not
quite symmetric (a gold `2.3` takes `2,3`, but not the other way round) and not transitive (`50%` is `50` and is `0.5`), so an answer
joins the earliest group whose FIRST member equals it in one direction or the other. Another order of answers can give other groups.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grading.checking.agreement import answer_values
from grading.checking.answers import Outcome, check
from grading.checking.told_apart import told_apart
from inference.events import Rule

Same = Callable[[str, str], bool]
Groups = Sequence[int | None]

SECONDS = 2.0  # for one comparison
UNIT = 2**40  # of a weighted vote; votes are integers, so that the order of a sum never breaks a tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`answer` is None where the text came to none, `refuted` where the problem says that it is wrong; `score` is the reward model's, not
    a probability."""

    answer: str | None
    score: float | None = None
    refuted: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """`index` is the candidate's. `agreeing` of `count` candidates have its answer, itself included; 0 where it has none. `groups` are all
    of them. Where others stand, a refuted one is in no group and does not count."""

    index: int
    agreeing: int
    count: int
    groups: Groups


def mathematically_equal(left: str, right: str) -> bool:
    """The usual `same`: the checker is sure that they are equal. Blocks, mostly for milliseconds, for up to 2 s where an answer is
    hard to evaluate: not for an event loop, and worth a cache.
    """
    if check(left, right, seconds=SECONDS).outcome is Outcome.CORRECT:
        return True
    return bool(told_apart(left)) != bool(told_apart(right)) and _in_order(left, right)


def _in_order(left: str, right: str) -> bool:
    """Whether `23, 12` has the values of `鸡23只，兔12只` in their order: two solutions of one problem mean the same by that."""
    ours, theirs = answer_values(left), answer_values(right)
    return len(ours) == len(theirs) and all(
        check(*pair, seconds=SECONDS).outcome is Outcome.CORRECT for pair in zip(ours, theirs, strict=True)
    )


def remembering(same: Same) -> Same:
    """`same`, which answers again at once what it has answered before."""
    return lru_cache(maxsize=65_536)(same)


def group(answers: Sequence[str | None], same: Same) -> list[int | None]:
    """For each answer the index of its group's first member; None for no answer."""
    groups: list[int | None] = []
    firsts: dict[int, str] = {}
    for index, answer in enumerate(answers):
        if answer is None:
            groups.append(None)
            continue
        found = next((first for first, text in firsts.items() if text == answer or same(text, answer) or same(answer, text)), index)
        firsts.setdefault(found, answer)
        groups.append(found)
    return groups


def select(candidates: Sequence[Candidate], rule: Rule, same: Same) -> Selection:
    """Apply `rule` to the candidates, which stand in the order of their indices. Raises ValueError as `pick` does."""
    found = group([candidate.answer for candidate in candidates], same)
    groups = standing(candidates, found)
    count = len(candidates) if groups == found else sum(not candidate.refuted for candidate in candidates)
    index = pick(candidates, groups, rule)
    agreeing = 0 if groups[index] is None else groups.count(groups[index])
    return Selection(index, agreeing, count, groups)


def standing(candidates: Sequence[Candidate], groups: Groups) -> list[int | None]:
    """The groups without those who are refuted, each called by the first who is left; all of them where nobody else has an answer."""
    found = [None if candidate.refuted else label for candidate, label in zip(candidates, groups, strict=True)]
    firsts: dict[int, int] = {}
    left = [None if label is None else firsts.setdefault(label, index) for index, label in enumerate(found)]
    return left if firsts else list(groups)


def pick(candidates: Sequence[Candidate], groups: Groups, rule: Rule) -> int:
    """The index of the candidate that `rule` picks, the answers being grouped already.

    majority: the first member of the largest group, ties to the group seen first.
    reward: the highest score, ties to the lowest index.
    weighted: the group with the largest sum of `vote(score)`, ties to the group seen first; of it the highest score.

    A candidate without an answer has no vote, and is picked only by "first" or where none has one.
    Raises ValueError without any candidate, and where a rule needs a score that is missing or not finite.
    """
    if not candidates:
        raise ValueError("There is no candidate to pick.")
    if rule == "first":
        return next((index for index, candidate in enumerate(candidates) if not candidate.refuted), 0)
    if all(label is None for label in groups):
        groups = [0] * len(candidates)
    answered = [index for index, label in enumerate(groups) if label is not None]
    if rule == "majority":
        return _largest(groups, dict.fromkeys(answered, 1))
    scores = {index: _score(candidates[index]) for index in answered}
    if rule == "weighted":
        winner = _largest(groups, {index: vote(score) for index, score in scores.items()})
        answered = [index for index in answered if groups[index] == winner]
    return max(answered, key=scores.__getitem__)


def vote(score: float) -> int:
    """A score's weight in the weighted majority, sigmoid(score) in units of 2^-40: positive and bounded, so that more votes never hurt."""
    return max(1, round(UNIT * (1 + math.tanh(score / 2)) / 2))


def majority_is_settled(finished: Mapping[int, str | None], n: int, same: Same) -> bool:
    """Whether the majority's answer can no longer change, whatever the candidates that still run come to.

    `finished` maps a candidate's index, from 0 to n - 1, to its answer. Which member of the group is shown, and how many agree, may
    still change; and so may the groups, in the rare case where the order of the answers decides them.
    """
    waiting = n - len(finished)
    if not waiting:
        return True
    indices = sorted(finished)
    groups = group([finished[index] for index in indices], same)
    votes = Counter(indices[label] for label in groups if label is not None)
    if not votes:
        return False
    leader, most = votes.most_common(1)[0]
    earliest = min(set(range(n)) - finished.keys())  # the place that a rival's group may yet begin at
    rivals = [(earliest, 0), *((first, count) for first, count in votes.items() if first != leader)]
    return all((most, -leader) > (count + waiting, -min(first, earliest)) for first, count in rivals)


def _largest(groups: Groups, votes: Mapping[int, int]) -> int:
    """The first member of the group with most votes; a dict keeps the order of sight, and `max` takes the first of equals."""
    totals: dict[int, int] = {}
    for index, weight in votes.items():
        label = groups[index]
        if label is not None:
            totals[label] = totals.get(label, 0) + weight
    return max(totals, key=totals.__getitem__)


def _score(candidate: Candidate) -> float:
    if candidate.score is None or not math.isfinite(candidate.score):
        raise ValueError("This rule needs a finite score for each candidate.")
    return candidate.score
