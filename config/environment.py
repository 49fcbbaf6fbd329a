"""Environment variables with a form: an empty one counts as not set, and one that makes no sense is refused by its name."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

QUOTED = "A sign in its password that is no letter or digit is written as % and two digits."
YES, NO = ("true", "on", "yes", "y", "1"), ("false", "off", "no", "n", "0", "")


def text(name: str, default: str = "") -> str:
    """What it says, word for word."""
    return os.environ.get(name, "").strip() or default


def listed(name: str, default: list[str]) -> list[str]:
    """What stands between its commas."""
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()] or default


def hosts(name: str, default: list[str]) -> list[str]:
    """Names of hosts between its commas: one written as an address would be no request's, and every page a refusal."""
    said = listed(name, default)
    for host in said:
        if "/" in host or (":" in host and not host.startswith("[")) or host.rpartition("]")[2].startswith(":"):
            raise ImproperlyConfigured(f"{name} has {host}; set it to names as lemma.example, without https:// and without a port.")
    return said


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
    try:
        urlsplit(said).port  # noqa: B018 (it raises)
    except ValueError as error:  # not told on: there may be a password in it
        raise ImproperlyConfigured(f"{name} is no address that can be used: its port is no number from 0 to 65535. {QUOTED}") from error
    return said


def database(name: str) -> str:
    """A Postgres server's URL with the name of a database in it; "" where it is not set."""
    said = address(name, ("postgres", "postgresql"))
    parts = urlsplit(said)
    names_one = parts.path.strip("/") or "service=" in parts.query
    if said and (parts.fragment or not names_one):
        raise ImproperlyConfigured(f"{name} names no database, as postgres://user:password@host/lemma does. {QUOTED}")
    return said


def make_writable(folder: Path, name: str) -> None:
    """Make this folder, which `name` says, where it is missing: for nobody else, what students write is in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is {folder}, and no folder can be made there: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name} is {folder}, where nothing can be written.")
