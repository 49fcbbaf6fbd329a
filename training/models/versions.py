"""Models that were trained, which of them serves, and who decided it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelVersion(models.Model):
    """A model that can be served or trained further. `checkpoint` and `gguf` are where it is: a folder or a name on the hub, and a file.

    `evaluations` has, for each problem set by its SHA-256, `{"name", "transcripts", "figures"}`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    base = models.CharField(max_length=200)  # the model that the first of its line was trained from
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    run = models.ForeignKey("training.Run", models.SET_NULL, null=True, blank=True, related_name="versions")
    checkpoint = models.TextField(blank=True)
    gguf = models.TextField(blank=True)
    card = models.TextField(blank=True)
    evaluations = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name

    @property
    def data_deleted(self) -> bool:
        """Whether something that it, or a model that it was trained from, learnt from was deleted since."""
        version: ModelVersion | None = self
        while version is not None:
            if version.run is not None and version.run.data_deleted:
                return True
            version = version.parent
        return False


class Alias(models.Model):
    """A name that moves from one version to another. Without a champion, the settings' model serves."""

    class Name(models.TextChoices):
        CHAMPION = "champion", _("Champion")
        CANDIDATE = "candidate", _("Candidate")

    name = models.CharField(max_length=10, choices=Name, primary_key=True)
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return self.name


class Promotion(models.Model):
    """The champion changed. `before` and `after` are None for the settings' model; the names outlive the versions."""

    before = models.ForeignKey(ModelVersion, models.SET_NULL, null=True, related_name="+")
    after = models.ForeignKey(ModelVersion, models.SET_NULL, null=True, related_name="promotions")
    before_name = models.CharField(max_length=200)
    after_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    why = models.TextField(blank=True)
    rollback = models.BooleanField(default=False)
    evidence = models.JSONField(default=dict)  # what the gate said

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.before_name} → {self.after_name}"

    @property
    def compared(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.evidence.get("sets", [])
        return found
