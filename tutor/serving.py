"""Which model the workers serve: the settings' own, unless an administrator chose another one.

The workers look here (`tutor.tools`): a new model is loaded beside the old one, new turns go to it once it is ready, and the old one goes
when its last turn has ended.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tutor.models import ServedModel


@dataclass(frozen=True, slots=True)
class Served:
    """`name` is what an engine server calls it; `file` what the embedded engine loads. Both are "" for the settings' model."""

    name: str = ""
    file: str = ""

    @property
    def path(self) -> Path | None:
        return Path(self.file) if self.file else None


def wanted() -> Served:
    """What is to be served now. Raises DatabaseError, InterfaceError."""
    newest = ServedModel.objects.order_by("-pk").values_list("name", "file").first()
    return Served(*newest) if newest else Served()


def wanted_in_thread() -> Served:
    """`wanted`, from a thread that is not asked again for a while."""
    try:
        return wanted()
    finally:
        connection.close()


def serve(name: str, file: str) -> None:
    """Have the workers serve this model from now on; "" and "" are the settings' own."""
    ServedModel.objects.create(name=name, file=file)
