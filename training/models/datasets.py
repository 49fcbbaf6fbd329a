"""Files of rows, with where they come from."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Dataset(models.Model):
    """A JSONL file of ours: one version of a name. The file is never changed; other rows are another version, except that what was deleted
    elsewhere is taken out of it (`training.sources`), which `sha256` and `rows` follow.
    """

    class Kind(models.TextChoices):
        PROBLEMS = "problems", _("Problems")  # rows with a question and an expected answer
        JUDGED = "judged", _("Judged solutions")  # rows as `label` writes them
        TRAINING = "training", _("Training file")  # rows as `curate` writes them

    class Source(models.TextChoices):
        IMPORT = "import", _("Imported file")
        OVERRIDES = "overrides", _("Teachers' marks")
        THUMBS = "thumbs", _("Students' judgement of solutions")
        BANK = "bank", _("Assigned problems")
        RUN = "run", _("Curated by a run")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    source = models.CharField(max_length=10, choices=Source)
    provenance = models.TextField(_("where it comes from"), blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children", blank=True)
    run = models.ForeignKey("training.Run", models.SET_NULL, null=True, blank=True, related_name="curated")  # that made it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="one_dataset_a_version")]
        ordering = ["name", "-version"]

    def __str__(self) -> str:
        return f"{self.name}, v{self.version}"

    @property
    def file(self) -> Path:
        return settings.VAR_DIR / "datasets" / f"{self.pk}.jsonl"
