"""Telling the workers that a run waits: a bell, once the transaction commits. The database is the queue."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

START = "training.tasks.start_waiting"


def ring(task: str) -> None:
    """Send a task's message. One that is lost costs seconds: the workers look for what waits."""
    transaction.on_commit(lambda: _ring(task))


def _ring(task: str) -> None:
    try:
        current_app.send_task(task)
    except OperationalError as error:
        logger.info("The broker did not take %s: %s", task, error)
