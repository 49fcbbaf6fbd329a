"""Guessing passwords: after so many wrong ones in a row an account's door stays shut for a while.

A browser that the person has logged in with (`accounts.devices`) has a door of its own, which others cannot shut.
Not covered: one password tried on many accounts; who logs in with a new browser while somebody else keeps the door shut.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.models import LogInTry

MOST = 20
SHUT = timedelta(minutes=10)


class TooManyTries(Exception):
    """No password is looked at for the moment, the right one neither."""


def door(username: str, device: str | None) -> str:
    """What tries are counted by."""
    return f"\n{device}" if device else username.lower()  # no name has a line's end


def change_door(pk: int) -> str:
    """The same for the old password where somebody changes theirs: nobody from elsewhere shuts it."""
    return f"\nchange {pk}"


def begin(door: str) -> None:
    """Count a try before its password is looked at, so that many at once are no way around. Raises `TooManyTries`."""
    LogInTry.objects.filter(at__lt=timezone.now() - SHUT).delete()
    mine = LogInTry.objects.create(username=door)
    if LogInTry.objects.filter(username=door).count() > MOST:
        mine.delete()  # or else the door would never open while somebody keeps knocking
        raise TooManyTries


def forget(door: str) -> None:
    """The right password was given."""
    LogInTry.objects.filter(username=door).delete()
