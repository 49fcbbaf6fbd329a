"""Where the tutor's worker lends its engine to the teachers' side, which does not know the tutor."""

from functools import partial
from uuid import UUID

from celery import shared_task

from grading import sampling
from tutor.tasks import runtime


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def sample_problem(problem_id: str) -> None:
    """Have the model solve a problem several times; a message that comes twice, late or for a deleted problem does nothing."""
    runtime.lend(partial(sampling.run, UUID(problem_id)))
