"""Where a student's solution turns to its answer: the model goes on from each of its beginnings.

From the wrong step on, most of what the model makes of a solution comes to the solution's wrong answer; before it, little does.
Steps judged by how continuations of them end: Wang et al. 2023 (Math-Shepherd, arXiv 2312.08935), with the right answer; here it is
the student's.
"""

import itertools
from collections.abc import Mapping, Sequence

from grading.checking.extract import final_answer
from grading.checking.working.compared import same_answer
from grading.checking.working.sources import read_answer

EACH = 4  # continuations of one beginning
MOST_STEPS = 17  # of a solution that is gone on with
TOKENS = 400  # of one continuation
SECONDS = 2.0  # for the comparison of two answers
DOUBTFUL = 0.2  # a step behind which no more continuations than this come anew to the student's answer is hardly the turn


def beginnings(steps: Sequence[str]) -> list[str]:
    """What is to be gone on with: each beginning but the whole, `EACH` times. None of a single step, nor of more than `MOST_STEPS`."""
    if not 1 < len(steps) <= MOST_STEPS:
        return []
    return [f"{'\n\n'.join(steps[:count])}\n\n" for count in range(1, len(steps)) for _ in range(EACH)]


def shares(steps: Sequence[str], texts: Mapping[int, str], *, before: float) -> list[float]:
    """Which share comes to the student's answer behind no step, behind the first, the second, …, behind all of them.

    `texts` are complete continuations with their beginnings, by their places in `beginnings(steps)`; some may be missing. `before` is
    the share behind no step. Behind a step without a continuation it is as behind the one before.
    """
    own = read_answer(steps)
    found = [before]
    for first in range(0, EACH * (len(steps) - 1), EACH):
        answers = [final_answer(texts[place]) for place in range(first, first + EACH) if place in texts]
        same = [own is not None and answer is not None and same_answer(answer, own, SECONDS) for answer in answers]
        found.append(sum(same) / len(same) if same else found[-1])
    return [*found, 1.0]


def turn(checked: int, shares: Sequence[float]) -> int:
    """The index of the step that the solution turns wrong in: the one that a checker found, unless the continuations hardly
    change there; then the one where they change most."""
    gains = [after - before for before, after in itertools.pairwise(shares)]
    return checked if gains[checked] > DOUBTFUL else gains.index(max(gains))
