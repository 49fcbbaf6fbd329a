"""Where a student's working first goes wrong. Nothing is checked yet: every step is "unverified"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from grading.checking.reasons import Reason

Status = Literal["checked", "agrees", "unverified", "wrong", "carried"]

SECONDS = 20.0  # for one submission
NOT_CHECKED = "This step was not checked."


@dataclass(frozen=True, slots=True, kw_only=True)
class StepVerdict:
    status: Status
    reason: Reason
    should_be: str | None = None
    agreeing: int = 0
    sampled: int = 0
    misconception: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReport:
    steps: tuple[StepVerdict, ...]
    first_error: int | None


def split_steps(work: str) -> list[str]:
    """The lines that are not empty."""
    return [line.strip() for line in work.splitlines() if line.strip()]


def check_steps(
    problem: str,
    steps: Sequence[str],
    *,
    reference: str | None = None,
    answer: str | None = None,
    samples: Sequence[str] = (),
    step_scores: Sequence[float] | None = None,
    seconds: float = SECONDS,
) -> WorkReport:
    return WorkReport(steps=tuple(StepVerdict(status="unverified", reason=Reason(NOT_CHECKED)) for _step in steps), first_error=None)
