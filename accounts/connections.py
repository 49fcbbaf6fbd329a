"""Waiting for something else than the database: there are fewer connections to it than people."""

from django.db import connection


def give_back() -> None:
    """Leave this thread's connection to others; the next query takes one again. Within a transaction it is kept."""
    if not connection.in_atomic_block:
        connection.close()
