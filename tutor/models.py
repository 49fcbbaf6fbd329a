"""Conversations, their turns, and the event log of each turn: the truth that every page is drawn from."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Conversation(models.Model):
    """A tree of turns that one person owns. A turn's siblings (same parent) are regenerations and edits of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200)
    api = models.BooleanField(default=False)  # asked by a program: not shown in the history, and deleted after a day
    problem = models.ForeignKey(
        "grading.Problem", models.SET_NULL, null=True, related_name="+"
    )  # of an assignment, that help was asked with
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-updated"])]

    def __str__(self) -> str:
        return self.title


class Turn(models.Model):
    """One question and the solving of it.

    A worker claims a queued turn by a conditional update (`run` goes up by one), holds it by a lease that it renews, and writes
    its events. A turn whose lease has run out is queued again and solved as a new run.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    class Mode(models.TextChoices):
        AUTO = "auto", _("You choose")
        COT = "cot", _("Explain in words")
        TIR = "tir", _("Use Python")

    class Language(models.TextChoices):
        AUTO = "auto", _("As the question")
        EN = "en", "English"
        ZH = "zh", "中文"

    class Aim(models.TextChoices):
        EXPLAIN = "explain", _("Full solution")
        STEPS = "steps", _("Step by step")
        HINTS = "hints", _("Hints")
        SOCRATIC = "socratic", _("Questions")
        CHECK = "check", _("Check my work")

    class Request(models.TextChoices):
        ATTEMPT = "attempt", _("Check this")
        HINT = "hint", _("Give me a hint")
        NEXT = "next", _("Show the next step")
        ANSWER = "answer", _("Show the full solution")
        CHALLENGE = "challenge", _("I doubt this step")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    question = models.TextField()
    mode = models.CharField(max_length=4, choices=Mode, default=Mode.AUTO)
    language = models.CharField(max_length=4, choices=Language, default=Language.AUTO)
    n = models.PositiveSmallIntegerField(default=1)  # solutions that are written side by side
    background = models.BooleanField(default=False)  # few of them at a time, for long; its owner need not wait for it
    noticed = models.BooleanField(default=False)  # its owner has seen what became of it in the background
    # A lesson: turns about one problem. The first poses it; those that go on with it have a request, and `poses` is the first.
    aim = models.CharField(max_length=8, choices=Aim, default=Aim.EXPLAIN)
    request = models.CharField(max_length=9, choices=Request, blank=True)
    poses = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+")
    attempt = models.TextField(blank=True)  # the student's own work
    quote = models.TextField(blank=True)  # a step of the parent's solution that this turn is about
    progress = models.JSONField(default=dict)  # how far the lesson is (inference.tutoring.events.Progress); never shown
    offers = models.JSONField(default=list)  # the requests that may follow

    context = models.JSONField(default=list)  # earlier exchanges that a program sent along: [[question, text], …]
    instructions = models.TextField(blank=True)  # and its system message, which stands before the oldest of them that the prompt has
    followed = models.DateTimeField(null=True, blank=True)  # when a program was last seen to wait for it; people may come back later
    most_tokens = models.PositiveIntegerField(null=True, blank=True)  # of each solution, where the program has set a bound

    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    run = models.PositiveIntegerField(default=0)
    lease_expires = models.DateTimeField(null=True)
    enqueued = models.DateTimeField()
    stop_requested = models.BooleanField(default=False)
    failure = models.CharField(max_length=40, blank=True)  # a code of tutor.failures; "" unless state is failed

    answer = models.TextField(blank=True)
    checked = models.BooleanField(default=False)
    differs = models.BooleanField(default=False)
    text = models.TextField(blank=True)  # the raw assistant message, which a follow-up question's prompt needs
    tokens = models.PositiveIntegerField(default=0)
    joined = models.BooleanField(default=False)  # it is over for long, and its log was made short (`tutor.eventlog.join`)

    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["created"], name="turn_waiting", condition=Q(state="queued")),
            models.Index(fields=["lease_expires"], name="turn_leased", condition=Q(state="running")),
            models.Index(fields=["finished"], name="turn_unjoined", condition=Q(joined=False)),
            models.Index(fields=["conversation"], name="turn_unnoticed", condition=Q(background=True, noticed=False)),
        ]

    def __str__(self) -> str:
        return self.question[:60]

    @property
    def is_worded(self) -> bool:
        """Whether it has words of the student's, which can be edited: a request for a hint has none."""
        return bool(not self.request or self.attempt)

    @property
    def written_by(self) -> str:
        """The model that its newest run asked; "" before that."""
        starts = [event.payload.get("model", "") for event in self.events.all() if event.kind == "started"]
        return starts[-1] if starts else ""

    @property
    def has_solution(self) -> bool:
        """Whether it may show a whole solution, whose steps can be asked about."""
        return self.aim == self.Aim.EXPLAIN or self.request in (self.Request.ANSWER, self.Request.CHALLENGE)

    @property
    def is_unsolved(self) -> bool:
        """Whether the tutor asked back for what is missing, or refused it, and so nothing was solved or taught."""
        return bool(self.progress.get("asked_back") or self.progress.get("refused"))

    @property
    def numbers(self) -> range:
        """Of its candidates."""
        return range(self.n)


class Key(models.Model):
    """The reference of the problem that a turn poses: what a lesson is taught from. It is never sent to a browser as it is."""

    turn = models.OneToOneField(Turn, models.CASCADE, related_name="key")
    model = models.CharField(max_length=200)
    content = models.JSONField()  # inference.tutoring.key.Key
    created = models.DateTimeField(auto_now_add=True)
    replaces = False  # not stored: whether it takes the place of one that was found to be wrong; else one made before stays

    def __str__(self) -> str:
        return f"Key of {self.turn_id}"


class Candidate(models.Model):
    """One of the complete solutions among which a turn's was picked."""

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="candidates")
    number = models.PositiveSmallIntegerField()
    answer = models.TextField(blank=True)
    text = models.TextField()
    checked = models.BooleanField()
    tokens = models.PositiveIntegerField()
    score = models.FloatField(null=True)  # of the reward model; not a probability
    group = models.PositiveSmallIntegerField(null=True)  # the first candidate with an equal answer; None without an answer
    picked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["turn", "number"], name="one_candidate_a_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.answer}"


class Report(models.Model):
    """What a reader says of a solution: it was good or no help, its answer is wrong, another candidate should have been picked."""

    class Kind(models.TextChoices):
        GOOD = "good", _("Good solution")
        WRONG = "wrong", _("The answer is wrong")
        UNHELPFUL = "unhelpful", _("It did not help me")
        WRONG_PICK = "wrong_pick", _("Another solution should have been picked")

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="reports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=10, choices=Kind)
    better = models.PositiveSmallIntegerField(null=True, blank=True)  # the candidate that should have been picked
    reason = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
    handled = models.DateTimeField(null=True)  # an administrator has looked at it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["turn", "by"], name="one_report_a_reader")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.turn_id}"

    @property
    def better_answer(self) -> str:
        """The answer of the candidate that should have been picked; "" where none is named or it was not completed."""
        return next((candidate.answer for candidate in self.turn.candidates.all() if candidate.number == self.better), "")


class Share(models.Model):
    """A conversation that its owner, a student, shows the teachers of one class. Deleting it takes it back."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="shares")
    classroom = models.ForeignKey("accounts.Classroom", models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "classroom"], name="shared_once_with_a_class")]

    def __str__(self) -> str:
        return f"{self.conversation_id} with {self.classroom_id}"


class TurnEvent(models.Model):
    """One entry of a turn's event log. `seq` counts from 1 over all runs, without a gap; nothing is changed until the turn is joined."""

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    run = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    payload = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["turn", "seq"], name="one_event_a_seq")]
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class Plot(models.Model):
    """A picture that a turn's code drew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="plots")
    png = models.BinaryField()

    def __str__(self) -> str:
        return str(self.id)


class Worker(models.Model):
    """A worker process and what it can do now, so that a page can say what is missing."""

    name = models.CharField(max_length=100, primary_key=True)
    seen = models.DateTimeField()
    model = models.CharField(max_length=200, blank=True)
    engine_error = models.TextField(blank=True)  # "" when the engine is ready
    engine_loading = models.BooleanField(default=True)
    sandbox_error = models.TextField(blank=True)  # "" when the sandbox is ready
    scorer = models.CharField(max_length=200, blank=True)  # the reward model's name; "" where there is none
    serving = models.CharField(max_length=200, blank=True)  # the chosen model's name that it serves; "" for the settings' own
    serving_error = models.TextField(blank=True)  # why it does not serve the model that was chosen last

    def __str__(self) -> str:
        return self.name


class ServedModel(models.Model):
    """A choice of the model to serve; the newest holds. Nothing in both fields: the settings' own (`tutor.serving`)."""

    name = models.CharField(max_length=200, blank=True)
    file = models.TextField(blank=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
