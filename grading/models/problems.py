"""Problems with their keys, their rubrics, and the solutions that the model was asked for."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grading.models.assignments import Assignment


class Problem(models.Model):
    """A problem in a teacher's bank (`owner`), or the copy of one that an assignment has for itself (`assignment`).

    A copy, so that a key or a rubric can be changed for one class without another class's marks moving.
    """

    class Sampling(models.TextChoices):
        NONE = "", _("Not asked")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="problems")
    assignment = models.ForeignKey(Assignment, models.CASCADE, null=True, related_name="problems")
    position = models.PositiveSmallIntegerField(default=0)

    text = models.TextField(_("problem"), max_length=8_000)
    answer = models.CharField(_("expected answer"), max_length=500, blank=True)
    reference = models.TextField(_("reference solution"), max_length=8_000, blank=True)
    topic = models.CharField(_("topic"), max_length=80, blank=True)
    points = models.DecimalField(
        _("points"), max_digits=6, decimal_places=2, default=Decimal(4), validators=[MinValueValidator(Decimal("0.25"))]
    )
    from_full = models.BooleanField(_("marks begin at full points"), default=False)

    sampling = models.CharField(max_length=7, choices=Sampling, default=Sampling.NONE, blank=True)
    sampling_run = models.PositiveIntegerField(default=0)
    sampling_expires = models.DateTimeField(null=True)
    sampling_failure = models.TextField(blank=True)  # an engine's or a sandbox's line, or a sentence that the catalogues translate

    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "created"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True, assignment__isnull=False) | Q(owner__isnull=False, assignment__isnull=True),
                name="in_a_bank_or_an_assignment",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def number(self) -> int:
        """Its place in the assignment, as people count."""
        return self.position + 1


class RubricItem(models.Model):
    """One line of a rubric: so many points given, or taken where `negative`.

    `rule` says when the machine proposes it; a line without one is for people alone.
    """

    class Rule(models.TextChoices):
        NONE = "", _("I decide")
        ANSWER = "answer", _("The final answer is right")
        WORKING = "working", _("No step is wrong")
        START = "start", _("The first step is right")
        ERROR = "error", _("A step is wrong")
        WRONG_ANSWER = "wrong_answer", _("The final answer is wrong")

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="rubric")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=200)
    points = models.DecimalField(max_digits=6, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    negative = models.BooleanField(default=False)
    rule = models.CharField(max_length=12, choices=Rule, default=Rule.NONE, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def worth(self) -> Decimal:
        return -self.points if self.negative else self.points


class Sample(models.Model):
    """A solution that the model wrote when it was asked this problem. `answer` is "" where it came to none."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="samples")
    index = models.PositiveSmallIntegerField()
    text = models.TextField()
    answer = models.CharField(max_length=500, blank=True)
    checked = models.BooleanField(default=False)  # Python ran and came to this answer
    model = models.CharField(max_length=200, blank=True)
    score = models.FloatField(null=True)  # a reward model's; not a probability

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["problem", "index"], name="one_sample_an_index")]

    def __str__(self) -> str:
        return self.answer
