"""Where the tutor's worker lends its engine to the teachers' side, which does not know the tutor."""

from celery import shared_task

from grading import sampling
from tutor.tasks import runtime


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sample_waiting() -> None:
    """Have the model solve the problems that wait for it; a message that comes twice, late or for nothing does nothing."""
    runtime.lend(sampling.run)
