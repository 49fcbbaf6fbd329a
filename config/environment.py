"""Environment variables with a form: an empty one counts as not set, and one that makes no sense is refused by its name."""

import math
import os
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

YES, NO = ("true", "on", "yes", "y", "1"), ("false", "off", "no", "n", "0", "")


def flag(name: str) -> bool:
    """False where it is not set."""
    said = os.environ.get(name, "").strip().lower()
    if said not in YES + NO:
        raise ImproperlyConfigured(f"{name} is {said}; set it to true or false.")
    return said in YES


def number[N: (int, float)](name: str, default: N, *, least: N) -> N:
    """Of the default's kind, whole or not; `least` or more."""
    said = os.environ.get(name, "").strip()
    if not said:
        return default
    try:
        value = type(default)(said)
    except ValueError:
        value = type(default)(least - 1)
    if not least <= value < math.inf:
        raise ImproperlyConfigured(f"{name} is {said}; set it to a {'whole ' * isinstance(default, int)}number, {least} or more.")
    return value


def address(name: str, schemes: Sequence[str]) -> str:
    """A URL that begins with one of these; "" where it is not set."""
    said = os.environ.get(name, "").strip()
    if said and said.partition("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name} is no address that can be used: it must begin with {' or '.join(f'{s}://' for s in schemes)}.")
    return said
