"""The bell of the training pages: something has changed. What it is they read from the database."""

from accounts import sockets

GROUP = "training"


def ring() -> None:
    sockets.ring(GROUP)
