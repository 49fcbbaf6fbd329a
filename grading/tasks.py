"""What Celery runs."""

from celery import shared_task
from celery.signals import worker_init, worker_shutdown, worker_shutting_down

from grading.background import Checker

checker = Checker()


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def start(**_kwargs: object) -> None:
    checker.start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def release(**_kwargs: object) -> None:
    checker.release()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def close(**_kwargs: object) -> None:
    checker.close()


@shared_task  # type: ignore[untyped-decorator]
def check_waiting() -> None:
    """Check what was handed in; a message that comes twice, late or for nothing does nothing."""
    checker.check_waiting()
