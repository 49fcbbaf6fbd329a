"""Which model the workers serve: the settings' own, unless an administrator chose another one.

The workers look here (`tutor.tools`): a new model is loaded beside the old one, new turns go to it once it is ready, and the old one goes
when its last turn has ended.
"""

from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

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
    return _newest(ServedModel.objects.all())


def ranked() -> list[Served]:
    """What is to be served now, and what stands in where that cannot be had: the choice before it was made first (a later one may have
    been taken back), and the settings' own model, for which nothing stands in. Raises DatabaseError, InterfaceError.
    """
    chosen, own = wanted(), Served()
    first = ServedModel.objects.filter(name=chosen.name, file=chosen.file).order_by("pk").values("pk")[:1]
    found = [chosen, _newest(ServedModel.objects.filter(pk__lt=first)), own]
    return found[: found.index(own) + 1]


def _newest(choices: "QuerySet[ServedModel]") -> Served:
    newest = choices.order_by("-pk").values_list("name", "file").first()
    return Served(*newest) if newest else Served()


def serve(name: str, file: str) -> None:
    """Have the workers serve this model from now on; "" and "" are the settings' own."""
    ServedModel.objects.create(name=name, file=file)
