"""The time zone of a machine that is its school's."""

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCAL = Path("/etc/localtime")


def machine_time_zone() -> str:
    """The IANA name of this machine's time zone; UTC where it does not say."""
    name = str(LOCAL.resolve()).partition("zoneinfo/")[2] or "UTC"
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
