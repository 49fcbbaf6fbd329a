"""Where the tutor's worker lends its engine and its reward model to the teachers' side and to practice, which do not know its worker."""

from celery import shared_task

from grading import sampling, scoring
from practice import writing
from tutor.tasks import runtime


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sample_waiting() -> None:
    """Have the model solve the problems that wait for it; a message that comes twice, late or for nothing does nothing."""
    runtime.lend(lambda tools: sampling.run(tools.engine, tools.sandbox))


@shared_task  # type: ignore[untyped-decorator]
def score_waiting() -> None:
    """Have the reward model score the work that waits for it; without one, and for a message too many, nothing."""
    runtime.lend(lambda tools: scoring.run(tools.scorer))


@shared_task  # type: ignore[untyped-decorator]
def write_waiting() -> None:
    """Have the model write the problems that students asked for; a message that comes twice, late or for nothing does nothing."""
    runtime.lend(lambda tools: writing.run(tools.engine, tools.sandbox))
