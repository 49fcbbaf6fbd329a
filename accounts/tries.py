"""Guessing passwords: after so many wrong ones in a row an account's door stays shut for a while.

Not covered: one password tried on many accounts; somebody who keeps another person out by wrong passwords, for `SHUT` at a time.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.models import LogInTry

MOST = 20
SHUT = timedelta(minutes=10)


class TooManyTries(Exception):
    """No password is looked at for the moment, the right one neither."""


def begin(username: str) -> None:
    """Count a try before its password is looked at, so that many at once are no way around. Raises `TooManyTries`."""
    LogInTry.objects.filter(at__lt=timezone.now() - SHUT).delete()
    mine = LogInTry.objects.create(username=username)
    if LogInTry.objects.filter(username=username).count() > MOST:
        mine.delete()  # or else the door would never open while somebody keeps knocking
        raise TooManyTries


def forget(username: str) -> None:
    """The right password was given."""
    LogInTry.objects.filter(username=username).delete()
