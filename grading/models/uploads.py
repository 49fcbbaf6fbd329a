"""Files of work that a teacher uploaded, until it is said whose they are."""

import uuid

from django.conf import settings
from django.db import models

from grading.models.problems import Problem


class Upload(models.Model):
    """A bundle of files or lines for one problem, waiting for its teacher's look at the matches."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    problem = models.ForeignKey(Problem, models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.problem} {self.created}"


class UploadedWork(models.Model):
    """One file or line. `student` is the match, None where the name matched nobody; `error` says why the work cannot be taken."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    work = models.TextField(blank=True)
    error = models.CharField(max_length=200, blank=True)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
