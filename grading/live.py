"""The bell of an assignment: tells the open pages of its teachers that something has changed. What it is they read from the database."""

import logging
import time
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SELDOM = 0.25  # seconds between two bells of one assignment from one process
_rung: dict[UUID, float] = {}
KEPT = 1_000  # assignments whose last bell is remembered


def group(assignment_id: UUID) -> str:
    """The channel-layer group that the sockets of an assignment join."""
    return f"grading.{assignment_id.hex}"


def ring(assignment_id: UUID | None) -> None:
    """A bell that is left out or lost costs seconds: the sockets look by themselves."""
    now = time.monotonic()
    if assignment_id is None or now - _rung.get(assignment_id, -SELDOM) < SELDOM:
        return
    if len(_rung) >= KEPT:
        _rung.clear()
    _rung[assignment_id] = now
    layer = get_channel_layer()
    assert layer is not None  # settings have one
    try:
        async_to_sync(layer.group_send)(group(assignment_id), {"type": "grading.changed"})
    except (RedisError, OSError) as error:
        logger.warning("No bell for assignment %s: %s", assignment_id, error)
