"""Who uses Lemma."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with one role. Signing up makes a student; an administrator makes teachers and administrators."""

    class Role(models.TextChoices):
        STUDENT = "student", _("Student")
        TEACHER = "teacher", _("Teacher")
        ADMIN = "admin", _("Administrator")

    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.STUDENT)


class ApiKey(models.Model):
    """A key with which a program uses the tutor in a person's name (`accounts.keys`)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=20)  # of the key, by which its owner recognises it
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class ApiUse(models.Model):
    """What a key has used in a minute (requests) or on a day (tokens)."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="uses")
    period = models.CharField(max_length=16)  # as 2026-05-17 or 2026-05-17T09:30
    requests = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "period"], name="one_use_a_period")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.period}"
