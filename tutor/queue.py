"""Sending a turn to the workers."""

from uuid import UUID

from accounts import workers


def send(turn_id: UUID) -> None:
    """Queue a turn for a worker once the transaction commits."""
    workers.ring("tutor.tasks.solve_turn", str(turn_id))
