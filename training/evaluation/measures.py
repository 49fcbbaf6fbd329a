"""All figures of one evaluation, with their 95 % intervals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from inference.selection import Same, group
from training.evaluation import curves
from training.evaluation.intervals import bootstrap, wilson
from training.evaluation.transcripts import Problem, Response


class UnlabelledError(Exception):
    """A response has no label, so nothing can be measured."""


@dataclass(frozen=True, slots=True)
class Figure:
    """In percent; a difference in points."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Means over the responses that carry the figure; None where none does. `failed_blocks` in percent of the blocks of code that ran."""

    tokens: float | None
    seconds: float | None
    blocks: int | None
    failed_blocks: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """`n` responses to each of `problems` problems.

    `plain` has "greedy" (where there is one), "first", and for k from 1 to n "maj@k", "rm@k", "weighted@k", "pass@k" of the first k;
    `unbiased` has "mean" and the same names over all subsets of k; `differences` are paired, "rm@8 - maj@8" for example.
    """

    n: int
    problems: int
    plain: Mapping[str, Figure]
    unbiased: Mapping[str, Figure]
    differences: Mapping[str, Figure]
    cost: Cost


def measure(problems: Sequence[Problem], same: Same, *, seed: int = 0) -> Measures:
    """Measure labelled problems that have equally many responses; the same seed gives the same figures. Raises UnlabelledError."""
    for problem in problems:
        if not problem.labelled:
            raise UnlabelledError(f"Problem {problem.id} has a response without a label.")
    plain, unbiased = [], []
    for index, problem in enumerate(problems):
        groups = group([response.answer for response in problem.responses], same)
        single = {"greedy": problem.greedy} if problem.greedy else {}
        single["first"] = problem.responses[0]
        plain.append({name: float(bool(response.right)) for name, response in single.items()})
        plain[-1] |= _at_each_k(curves.first_k(problem.responses, groups))
        unbiased.append(_at_each_k(curves.unbiased(problem.responses, groups, seed=(seed, index))))
        unbiased[-1]["mean"] = unbiased[-1]["pass@1"]
    n = len(problems[0].responses)
    return Measures(
        n=n,
        problems=len(problems),
        plain=_shares(plain),
        unbiased=_means(unbiased, seed),
        differences=_bootstrapped([_differences(row, n) for row in plain], seed),
        cost=_cost([response for problem in problems for response in problem.responses]),
    )


def _at_each_k(by_name: Mapping[str, curves.Curve]) -> dict[str, float]:
    return {f"{name}@{k}": value for name, curve in by_name.items() for k, value in enumerate(curve, start=1)}


def _shares(rows: Sequence[Mapping[str, float]]) -> dict[str, Figure]:
    """Wilson's intervals of columns of 0 and 1."""
    figures = {}
    for name in rows[0]:
        right = round(sum(row[name] for row in rows))
        low, high = wilson(right, len(rows))
        figures[name] = Figure(100 * right / len(rows), 100 * low, 100 * high)
    return figures


def _means(rows: Sequence[Mapping[str, float]], seed: int) -> dict[str, Figure]:
    """Bootstrap intervals. Where every problem has 0, or every one 1, all draws are alike and would call it certain; there, Wilson's."""
    alike = [name for name in rows[0] if {row[name] for row in rows} in ({0.0}, {1.0})]
    return _bootstrapped(rows, seed) | _shares([{name: row[name] for name in alike} for row in rows])


def _bootstrapped(rows: Sequence[Mapping[str, float]], seed: int) -> dict[str, Figure]:
    values = np.array([[row[name] for name in rows[0]] for row in rows])
    lows, highs = 100 * bootstrap(values, seed)
    means = 100 * values.sum(axis=0) / len(rows)
    return {name: Figure(*map(float, figures)) for name, *figures in zip(rows[0], means, lows, highs, strict=True)}


def _differences(row: Mapping[str, float], n: int) -> dict[str, float]:
    """Each way to pick against those that cost less."""
    names = [name for name in ("greedy", "first", f"maj@{n}", f"weighted@{n}", f"rm@{n}") if name in row]
    return {f"{right} - {left}": row[right] - row[left] for left, right in combinations(names, 2)}


def _cost(responses: Sequence[Response]) -> Cost:
    blocks = _known(response.rounds for response in responses)
    failed = _known(response.blocks_failed for response in responses)
    return Cost(
        tokens=_mean(_known(response.tokens for response in responses)),
        seconds=_mean(_known(response.seconds for response in responses)),
        blocks=int(sum(blocks)) if blocks else None,
        failed_blocks=100 * sum(failed) / sum(blocks) if failed and sum(blocks) else None,
    )


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
