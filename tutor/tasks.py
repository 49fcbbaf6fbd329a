"""What Celery runs."""

from uuid import UUID

from celery import shared_task
from celery.signals import worker_init, worker_shutdown, worker_shutting_down

from tutor.runtime import Runtime

runtime = Runtime()


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def start(**_kwargs: object) -> None:
    runtime.start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def release(**_kwargs: object) -> None:
    runtime.release()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def close(**_kwargs: object) -> None:
    runtime.close()


@shared_task  # type: ignore[untyped-decorator]
def solve_turn(turn_id: str) -> None:
    """Solve a turn; a message that comes twice, late or for a deleted turn does nothing."""
    runtime.solve_turn(UUID(turn_id))
