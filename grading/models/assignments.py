"""Assignments, the extensions of single students, and who is grading at the moment."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Classroom

if TYPE_CHECKING:
    from grading.models.work import Submission  # noqa: F401 (named in a lazy relation)


class Assignment(models.Model):
    """Problems that a class works on until a date. Students see it once it is `published`."""

    class Help(models.TextChoices):
        ANY = "any", _("Any help")
        HINTS = "hints", _("Hints, questions and checks, but no full solution")
        SOCRATIC = "socratic", _("The tutor's questions only")
        CHECK = "check", _("Checks of their work only")
        NONE = "none", _("No help")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="assignments")
    title = models.CharField(_("title"), max_length=120)
    notes = models.TextField(_("notes for the students"), max_length=4_000, blank=True)
    due = models.DateTimeField(_("due"), null=True, blank=True)
    late_allowed = models.BooleanField(_("take late work, and mark it as late"), default=False)
    attempts = models.PositiveSmallIntegerField(
        _("attempts at each problem"), default=3, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    reveal_answer = models.BooleanField(_("feedback may give the answer away"), default=False)
    help = models.CharField(_("help from the tutor while the assignment is open"), max_length=8, choices=Help, default=Help.ANY)
    anonymous = models.BooleanField(_("hide the students' names while grading"), default=False)
    random_order = models.BooleanField(_("grade in random order"), default=True)
    # Confidence from which a proposal needs no reading, and from which a glance will do (grading.routing).
    auto_from = models.FloatField(default=0.8)
    glance_from = models.FloatField(default=0.4)
    published = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.title


class Extension(models.Model):
    """Another due date for one student."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due = models.DateTimeField(_("due"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "student"], name="one_extension_a_student")]

    def __str__(self) -> str:
        return f"{self.student}: {self.due}"


class Presence(models.Model):
    """A teacher's open page of an assignment, and the submission on it. Pages that ended without a word are silent, and left out."""

    channel = models.CharField(max_length=120, primary_key=True)
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    submission = models.ForeignKey("grading.Submission", models.CASCADE, null=True, related_name="presences")
    seen = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} on {self.submission_id}"
