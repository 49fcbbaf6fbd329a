"""How far a proposal is trusted: what needs no reading, what needs a glance, what must be read.

The confidence orders submissions; it is no probability. What it is worth is measured: a teacher grades a sample without sight of
the proposals, and the page shows how many of those the proposals agree with, for each threshold.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from grading.evidence import Evidence

Route = Literal["auto", "glance", "read"]

UNVERIFIED = 0.6  # of a decided answer whose working could not be checked at all
CONTRADICTION = 0.5  # a right answer with a wrong step, or a wrong answer without one
THRESHOLDS = tuple(tenths / 10 for tenths in range(9, 0, -1))


def confidence(evidence: Evidence) -> float:
    """From 0 to 1: the CAS verdict x the agreement of samples x the reward model's margin.

    The verdict is worth 1 where the answer is decided and every step is known, less where steps are unverified or contradict it; 0 where
    the answer is undecided. The agreement is Laplace's rule of succession, (k + 1) / (n + 2), so 0.5 without samples. The margin is
    sigmoid(score - baseline), counted against a wrong answer: how far the reward model puts the work above or below its own samples.
    Scores have no zero of their own, so without both it is left out.
    """
    if evidence.outcome not in ("correct", "incorrect"):
        return 0.0
    right = evidence.outcome == "correct"
    agreement = (evidence.agreeing + 1) / (evidence.sampled + 2)
    return _verdict(evidence, right=right) * agreement * _margin(evidence, right=right)


def _margin(evidence: Evidence, *, right: bool) -> float:
    if evidence.score is None or evidence.baseline is None:
        return 1.0
    margin = evidence.score - evidence.baseline
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, margin if right else -margin))))


def _verdict(evidence: Evidence, *, right: bool) -> float:
    steps = evidence.steps
    known = sum(step.status != "unverified" for step in steps) / len(steps) if steps else 1.0
    contradicts = bool(steps) and right == (evidence.first_error is not None)
    return (UNVERIFIED + (1 - UNVERIFIED) * known) * (CONTRADICTION if contradicts else 1.0)


def route(value: float | None, auto_from: float, glance_from: float) -> Route:
    """Where a submission with this confidence goes; None is one that could not be checked."""
    if value is None or value <= 0:
        return "read"
    return "auto" if value >= auto_from else "glance" if value >= glance_from else "read"


@dataclass(frozen=True, slots=True)
class Band:
    """Of what has at least this confidence: how many submissions, and of how many blind marks the proposal was the same points."""

    threshold: float
    submissions: int
    agreeing: int
    blind: int


def bands(confidences: Iterable[float | None], blind: Sequence[tuple[float, bool]]) -> list[Band]:
    """One band for each threshold, highest first. `blind` pairs a blind mark's confidence with whether the proposal agreed."""
    known = [value for value in confidences if value is not None]
    return [
        Band(
            threshold=threshold,
            submissions=sum(value >= threshold for value in known),
            agreeing=sum(agrees for value, agrees in blind if value >= threshold),
            blind=sum(value >= threshold for value, _agrees in blind),
        )
        for threshold in THRESHOLDS
    ]
