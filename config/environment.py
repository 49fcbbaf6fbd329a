"""Environment variables with a form: an empty one counts as not set, and one that makes no sense is refused by its name."""

import math
import os
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES, NO = ("true", "on", "yes", "y", "1"), ("false", "off", "no", "n", "0", "")


def text(name: str, default: str = "") -> str:
    """What it says, word for word."""
    return os.environ.get(name, "").strip() or default


def listed(name: str, default: list[str]) -> list[str]:
    """What stands between its commas."""
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()] or default


def flag(name: str) -> bool:
    """False where it is not set."""
    said = text(name).lower()
    if said not in YES + NO:
        raise ImproperlyConfigured(f"{name} is {said}; set it to true or false.")
    return said in YES


def number[N: (int, float)](name: str, default: N, *, least: N) -> N:
    """Of the default's kind, whole or not; `least` or more."""
    said = text(name)
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
    said = text(name)
    if said and said.partition("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name} is no address that can be used: it must begin with {' or '.join(f'{s}://' for s in schemes)}.")
    return said


def make_writable(folder: Path, name: str) -> None:
    """Make this folder, which `name` says, where it is missing: for nobody else, what students write is in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is {folder}, and no folder can be made there: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name} is {folder}, where nothing can be written.")
