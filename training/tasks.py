"""What Celery runs, and what each worker process looks after meanwhile: runs that wait or are lost, data that is gone, enough new data."""

import logging
import threading
import time

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.db import connection

from accounts import workers
from training import autostart, launching, sources

logger = logging.getLogger(__name__)

LOOK = 3.0  # seconds between looks at the runs
SELDOM = 300.0  # seconds between looks at the data


class Watcher:
    """One a worker process, in a thread of its own. It starts processes that outlive this one; nothing is trained in here."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._next_seldom = time.monotonic() + SELDOM

    def start(self) -> None:
        threading.Thread(target=self._watch, name="training-watcher", daemon=True).start()

    def end(self) -> None:
        self._ending.set()

    def _watch(self) -> None:
        workers.watch("training watcher", self._look, every=LOOK, ending=self._ending)

    def _look(self) -> None:
        try:
            launching.sweep()
            if time.monotonic() >= self._next_seldom:
                self._next_seldom = time.monotonic() + SELDOM
                sources.refresh_all()
                autostart.check()
        except OSError as error:
            logger.warning("The training watcher could not do its work: %s", error)


watcher = Watcher()


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def start(**_kwargs: object) -> None:
    watcher.start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def end(**_kwargs: object) -> None:
    watcher.end()


@shared_task  # type: ignore[untyped-decorator]
def start_waiting() -> None:
    """Start the runs that wait; a message that comes twice, late or for nothing does nothing."""
    try:
        launching.sweep()
    finally:
        connection.close()
