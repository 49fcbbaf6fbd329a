"""Sending a turn to the workers."""

import logging
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send(turn_id: UUID) -> None:
    """Queue a turn for a worker once the transaction commits. A lost message costs seconds: the workers look for turns left waiting."""
    transaction.on_commit(partial(_send, str(turn_id)))


def _send(turn_id: str) -> None:
    try:
        current_app.send_task("tutor.tasks.solve_turn", [turn_id])
    except OperationalError as error:
        logger.warning("The broker did not take turn %s: %s", turn_id, error)
