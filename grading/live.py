"""The bell of an assignment: tells the open pages of its teachers that something has changed. What it is they read from the database."""

import time
from uuid import UUID

from accounts import sockets

SELDOM = 0.25  # seconds between two bells of one assignment from one process
_rung: dict[UUID, float] = {}
KEPT = 1_000  # assignments whose last bell is remembered


def group(assignment_id: UUID) -> str:
    """The channel-layer group that the sockets of an assignment join."""
    return f"grading.{assignment_id.hex}"


def ring(assignment_id: UUID | None) -> None:
    """A bell that is left out costs seconds, as one that is lost does."""
    now = time.monotonic()
    if assignment_id is None or now - _rung.get(assignment_id, -SELDOM) < SELDOM:
        return
    if len(_rung) >= KEPT:
        _rung.clear()
    _rung[assignment_id] = now
    sockets.ring(group(assignment_id))
