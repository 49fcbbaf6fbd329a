"""Two models on the same problems: what one fixed, what it broke, and how sure the difference is."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.evaluation.intervals import tango
from training.evaluation.transcripts import Problem


class NotComparable(Exception):
    """The two have no labelled problem in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """`fixed` and `broke` are the ids of problems that only the second, and only the first, model has right. `before` and `after` are
    shares, `difference` is after - before, from `low` to `high` with 95 % confidence (`tango`).
    """

    problems: int
    before: float
    after: float
    fixed: tuple[str, ...]
    broke: tuple[str, ...]
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def worse(self) -> bool:
        """Whether the second model is worse by more than chance explains."""
        return self.high < 0


def compare(before: Sequence[Problem], after: Sequence[Problem]) -> Paired:
    """By the greedy response where both have one, and else by the first. Raises `NotComparable`."""
    greedy = all(problem.greedy is not None for problem in (*before, *after))
    first, second = _right(before, greedy), _right(after, greedy)
    ids = [name for name in first if name in second]
    if not ids:
        raise NotComparable
    fixed = tuple(name for name in ids if second[name] and not first[name])
    broke = tuple(name for name in ids if first[name] and not second[name])
    low, high = tango(len(fixed), len(broke), len(ids))
    return Paired(
        problems=len(ids),
        before=sum(first[name] for name in ids) / len(ids),
        after=sum(second[name] for name in ids) / len(ids),
        fixed=fixed,
        broke=broke,
        low=low,
        high=high,
    )


def _right(problems: Sequence[Problem], greedy: bool) -> dict[str, bool]:
    responses = {problem.id: problem.greedy if greedy else problem.responses[0] for problem in problems}
    return {name: response.right for name, response in responses.items() if response is not None and response.right is not None}
