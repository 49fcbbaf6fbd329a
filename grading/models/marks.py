"""Marks, every change of them, and requests to look again."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grading.models.work import Submission


class Mark(models.Model):
    """What people decided on a submission. `version` goes up with every change: who writes says which version they have seen.

    `points` and `decided`, the time, are None until a person decided. `ticked` are the ids of rubric items. `first_error` is the index
    of the first wrong step, -1 where no step is wrong, None where nobody said.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", _("Reviewed")
        RELEASED = "released", _("Released")

    submission = models.OneToOneField(Submission, models.CASCADE, primary_key=True, related_name="mark")
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    ticked = models.JSONField(default=list)
    adjustment = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0))
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    comment = models.TextField(blank=True)
    first_error = models.SmallIntegerField(null=True)
    blind = models.BooleanField(default=False)  # decided without sight of the proposal
    grader = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided = models.DateTimeField(null=True)
    released = models.DateTimeField(null=True)
    seen_version = models.PositiveIntegerField(null=True)  # the student's, of the last look at it after its release

    def __str__(self) -> str:
        return f"{self.points} ({self.state})"


class MarkChange(models.Model):
    """One change of a mark: who, when, from what, to what, and why. Nothing in here is ever changed."""

    class Kind(models.TextChoices):
        GRADED = "graded", _("Graded")
        ACCEPTED = "accepted", _("Proposal accepted")
        GROUP = "group", _("Marked with its group")
        RUBRIC = "rubric", _("Rubric changed")
        KEY = "key", _("Key changed")
        RELEASED = "released", _("Released")

    mark = models.ForeignKey(Mark, models.CASCADE, related_name="changes")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    before = models.JSONField()  # state, points, ticked, adjustment, comment, first_error
    after = models.JSONField()
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"

    @property
    def states(self) -> str:
        """`Draft → Reviewed`, in the reader's language."""
        return " → ".join(str(Mark.State(snapshot["state"]).label) for snapshot in (self.before, self.after))


class RegradeRequest(models.Model):
    """A student asks to look again at a released mark."""

    class Outcome(models.TextChoices):
        OPEN = "", _("Open")
        CHANGED = "changed", _("The mark was changed")
        KEPT = "kept", _("The mark was kept")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="regrades")
    text = models.TextField(max_length=2_000)
    mark_version = models.PositiveIntegerField()  # when it was asked
    created = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.OPEN, blank=True)
    reply = models.TextField(max_length=2_000, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    resolved = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created"]
        constraints = [
            models.UniqueConstraint(fields=["submission"], name="one_open_regrade", condition=models.Q(outcome="")),
        ]

    def __str__(self) -> str:
        return self.text[:60]
