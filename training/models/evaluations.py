"""What `manage.py evaluate` measured."""

import uuid

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PICKED_BY: dict[str, str | Promise] = {
    "first": _("order"),
    "majority": _("majority"),
    "reward": _("the reward model"),
    "weighted": _("weighted majority"),
}


class Evaluation(models.Model):
    """`report` is what the command prints with --json; `folder` holds the transcripts. Measured again, the same folder has the same row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)  # of the data
    data = models.TextField()
    folder = models.TextField(unique=True)
    model = models.CharField(max_length=200)
    mode = models.CharField(max_length=4)
    report = models.JSONField()
    measured = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-measured"]

    def __str__(self) -> str:
        return self.name

    @property
    def picked_by(self) -> str:
        return str(PICKED_BY[self.report["select"]])
