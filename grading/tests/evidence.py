"""Evidence for the tests of what is made of it."""

from grading.checking.reasons import Reason
from grading.checking.steps import StepVerdict
from grading.evidence import Evidence


def step(status, reason="", **fields):
    return StepVerdict(status=status, reason=Reason(reason), **fields)


def evidence(outcome="correct", statuses=(), **fields):
    """With these statuses of the steps; the first wrong one is the first error."""
    steps = tuple(each if isinstance(each, StepVerdict) else step(each) for each in statuses)
    first = next((index for index, each in enumerate(steps) if each.status == "wrong"), None)
    return Evidence(outcome=outcome, steps=steps, first_error=first, **fields)
