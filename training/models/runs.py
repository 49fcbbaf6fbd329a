"""Runs of a recipe: a chain of stages, each a process of its own."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from training.models.versions import ModelVersion


class Run(models.Model):
    """One run. `stages` holds how far each stage is; the files lie in `folder`.

    A supervisor, a process of its own, claims a queued run by a conditional update and writes how it goes. It is known by its host, its
    pid and the moment of its start, because a pid comes again. One run at a time is held on a device; the database sees to it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        STOPPING = "stopping", _("Stopping")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")
        DONE = "done", _("Done")

    class Device(models.TextChoices):
        CPU = "cpu", _("Processor")
        GPU = "gpu", _("GPU")

    HELD = (State.RUNNING, State.STOPPING)
    RESUMABLE = (State.STOPPED, State.FAILED)
    ENDED = (*RESUMABLE, State.DONE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipe = models.CharField(max_length=60)
    config = models.JSONField()  # the recipe as it was read when the run was made
    base = models.ForeignKey("training.ModelVersion", models.SET_NULL, null=True, blank=True, related_name="runs_from")
    datasets = models.ManyToManyField("training.Dataset", related_name="runs", blank=True)
    device = models.CharField(max_length=3, choices=Device)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    failure = models.TextField(blank=True)  # one line, or a sentence that the catalogues translate; "" unless state is failed
    failure_values = models.JSONField(default=dict)  # what fills the gaps of that sentence
    host = models.CharField(max_length=100, blank=True)
    pid = models.PositiveIntegerField(null=True)
    pid_started = models.PositiveBigIntegerField(null=True)  # clock ticks after the host's start
    tries = models.PositiveSmallIntegerField(default=0)  # supervisors since it was last queued by a person
    resources = models.JSONField(default=dict)  # what the run's processes use now
    data_deleted = models.BooleanField(default=False)  # what it learnt from, or was to go on from, was deleted since

    created = models.DateTimeField(auto_now_add=True)
    queued = models.DateTimeField()
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    seen = models.DateTimeField(null=True)  # when its supervisor last wrote

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device"], name="one_run_a_device", condition=Q(state__in=("running", "stopping"))),
        ]
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.recipe} {self.number}"

    @property
    def number(self) -> str:
        """What people call it."""
        return str(self.pk)[:8]

    @property
    def folder(self) -> Path:
        return settings.VAR_DIR / "training" / str(self.pk)

    @property
    def why(self) -> str:
        """Why it failed, in the reader's language as far as Lemma says it. What stages and libraries say stays as it is."""
        said = gettext(self.failure) if self.failure else ""
        return said.format(**self.failure_values) if self.failure_values else said

    @property
    def is_active(self) -> bool:
        return self.state not in self.ENDED

    @property
    def version(self) -> "ModelVersion | None":
        """The model that came of it."""
        return self.versions.first()


class RunStage(models.Model):
    """One stage of a run. `latest` is the last line of its progress, `figures` what it says of itself at its end."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")
        DONE = "done", _("Done")

    run = models.ForeignKey(Run, models.CASCADE, related_name="stages")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)  # of its folder in the run's
    kind = models.CharField(max_length=40)  # of training.pipeline
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    eta = models.FloatField(null=True)  # seconds
    latest = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_stage_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        return self.run.folder / self.name

    @property
    def percent(self) -> int:
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def until_end(self) -> str:
        """Long ones in words."""
        now = timezone.now()
        return timeuntil(now + timedelta(seconds=self.eta or 0), now)

    @property
    def settings(self) -> dict[str, Any]:
        """What the recipe says of it."""
        found: dict[str, Any] = self.run.config["stages"][self.number]
        return found
