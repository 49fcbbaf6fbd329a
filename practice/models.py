"""Items that a student practises on, the answers, and what they say about each skill."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from practice.knowledge import DEFAULT, MASTERED
from practice.skills import CHOICES


class Item(models.Model):
    """One problem, made for one student. Texts are kept in both languages: {"en", "zh"}."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="practice_items")
    skill = models.CharField(max_length=20, choices=CHOICES)
    level = models.PositiveSmallIntegerField()
    question = models.JSONField()
    hint = models.JSONField()
    expected = models.CharField(max_length=500)
    form = models.CharField(max_length=10, blank=True)  # what the answer must look like, see practice.form
    family = models.CharField(max_length=40, blank=True)  # of practice.generators; "": the model wrote it
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="variants")
    proof = models.CharField(max_length=200)  # what confirmed the key
    review = models.BooleanField(default=False)
    alone = models.BooleanField(default=False)  # to be answered without help
    helped = models.BooleanField(default=False)  # the hint was asked for before an answer
    asked = models.BooleanField(default=False)  # it was put to the tutor, in a conversation that is deleted by now
    revealed = models.BooleanField(default=False)  # the key was shown
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["student", "skill", "-created"], name="item_of_student")]

    def __str__(self) -> str:
        return f"{self.skill}: {self.text[:60]}"

    @property
    def text(self) -> str:
        """The question in the reader's language."""
        return _in_language(self.question)

    @property
    def hint_text(self) -> str:
        return _in_language(self.hint)


def _in_language(texts: dict[str, str]) -> str:
    key = "zh" if (get_language() or "").startswith("zh") else "en"
    return texts.get(key) or next(iter(texts.values()), "")


class Writing(models.Model):
    """A problem that the model is asked to write for a student: like `question`, for which there is no generator.

    A worker claims a queued one by a conditional update (`run` goes up by one) and holds it until `expires`, which stays when it is over.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being written")
        DONE = "done", _("Written")
        FAILED = "failed", _("Not written")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    question = models.TextField()
    answer = models.CharField(max_length=500, blank=True)  # "": not known
    parent = models.ForeignKey(Item, models.SET_NULL, null=True, related_name="+")
    item = models.ForeignKey(Item, models.SET_NULL, null=True, related_name="+")  # once it is done
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    run = models.PositiveSmallIntegerField(default=0)
    expires = models.DateTimeField(null=True)
    no_engine = models.BooleanField(default=False)  # it failed because the model could not be asked
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created"], name="writing_active", condition=models.Q(state__in=["queued", "running"]))]

    def __str__(self) -> str:
        return f"{self.state}: {self.question[:60]}"


class Attempt(models.Model):
    """An answer that was decided. `counted`: the first one to its item. `known` is the estimate after it, which only unaided ones move."""

    class Verdict(models.TextChoices):
        CORRECT = "correct", _("Right")
        INCORRECT = "incorrect", _("Wrong")

    item = models.ForeignKey(Item, models.CASCADE, related_name="attempts")
    answer = models.CharField(max_length=500)
    verdict = models.CharField(max_length=9, choices=Verdict)
    reason = models.JSONField()  # template and values, to be said in the reader's language
    aided = models.BooleanField()
    counted = models.BooleanField()
    known = models.FloatField()
    seconds = models.FloatField()  # since the item was made, or since the answer before
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created", "pk"]

    def __str__(self) -> str:
        return f"{self.answer}: {self.verdict}"

    @property
    def right(self) -> bool:
        return self.verdict == self.Verdict.CORRECT


class Knowledge(models.Model):
    """What is believed about one student and one skill. `due` is the next review's time, once the skill was mastered."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="knowledge")
    skill = models.CharField(max_length=20, choices=CHOICES)
    known = models.FloatField(default=DEFAULT.known)
    box = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(null=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "skill"], name="one_knowledge_a_skill")]

    def __str__(self) -> str:
        return f"{self.skill}: {self.known:.2f}"

    @property
    def mastered(self) -> bool:
        return self.known >= MASTERED

    @property
    def is_due(self) -> bool:
        """Whether its review waits."""
        return self.due is not None and self.due <= timezone.now()


class Report(models.Model):
    """The student of an item says that something is wrong with it."""

    item = models.OneToOneField(Item, models.CASCADE, related_name="report")
    reason = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    handled = models.DateTimeField(null=True)  # an administrator has looked at it

    def __str__(self) -> str:
        return f"{self.item_id}: {self.reason[:60]}"
