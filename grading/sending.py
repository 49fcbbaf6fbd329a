"""Telling the workers that something waits: a bell, once the transaction commits. The database is the queue."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

CHECK = "grading.tasks.check_waiting"
SAMPLE = "config.tasks.sample_waiting"
SCORE = "config.tasks.score_waiting"


def ring(task: str) -> None:
    """Send a task's message. One that is lost costs seconds: the workers look for what waits."""
    transaction.on_commit(partial(ring_now, task))


def ring_now(task: str) -> None:
    """Without waiting for a transaction."""
    try:
        current_app.send_task(task)
    except OperationalError as error:
        logger.warning("The broker did not take %s: %s", task, error)
