"""Work that was handed in, what the machine found in it, and which work is alike."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grading.models.problems import Problem


class Group(models.Model):
    """Submissions to one problem that came to the same answer, or whose first wrong step is the same mathematics.

    `text` is the first one's; `name` is the misconception's, where a teacher named it; `misconception` is a code of the step checker.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Final answer")
        STEP = "step", _("First wrong step")

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="groups")
    kind = models.CharField(max_length=6, choices=Kind)
    text = models.CharField(max_length=500)
    name = models.CharField(max_length=120, blank=True)
    misconception = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["problem", "kind", "text"], name="one_group_a_text")]

    def __str__(self) -> str:
        return self.text


class Submission(models.Model):
    """One attempt at one problem. What was handed in never changes; a newer attempt takes `current` over.

    A worker claims a queued one by a conditional update (`run` goes up by one), holds it by a lease, and writes what it found once:
    only while the run is still its own.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be checked")
        RUNNING = "running", _("Being checked")
        DONE = "done", _("Checked")
        FAILED = "failed", _("Could not be checked")

    class Outcome(models.TextChoices):
        NONE = "", _("No key")
        CORRECT = "correct", _("Right")
        INCORRECT = "incorrect", _("Wrong")
        UNDECIDED = "undecided", _("Undecided")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="submissions")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions")
    attempt = models.PositiveSmallIntegerField()
    current = models.BooleanField(default=True)
    work = models.TextField()
    steps = models.JSONField(default=list)  # of strings, numbered as the student saw them
    answer = models.CharField(max_length=500, blank=True)
    late = models.BooleanField(default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")  # None: the student
    created = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    run = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)  # since it was queued last
    lease_expires = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)  # how often findings were written: once each time that it was queued

    evidence = models.JSONField(null=True)  # grading.evidence.Evidence
    scored = models.BooleanField(default=False)  # a reward model has seen it; the score is in the evidence
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.NONE, blank=True)
    confidence = models.FloatField(null=True)  # None unless its check is done
    answer_group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="by_answer")
    step_group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="by_step")

    class Meta:
        ordering = ["created"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "student", "attempt"], name="one_submission_an_attempt"),
            models.UniqueConstraint(fields=["problem", "student"], name="one_current_submission", condition=Q(current=True)),
        ]
        indexes = [
            models.Index(fields=["created"], name="submission_waiting", condition=Q(state="queued")),
            models.Index(fields=["lease_expires"], name="submission_leased", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.student}, {self.problem}"
