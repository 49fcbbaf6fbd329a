"""Who solves a turn: claimed by a conditional update, held by a lease that is renewed, taken back once that has run out.

Leases compare clocks of several machines, so these must agree to a few seconds (NTP). A worker whose clock or process stood
still does no harm: it finds its run gone (`tutor.eventlog`), and writes nothing.
"""

import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Max, Q
from django.utils import timezone

from inference.prompts import Exchange
from inference.tutoring.smalltalk import is_lost
from tutor import asking, eventlog, queue
from tutor.failures import Failure
from tutor.models import Conversation, Turn, Worker
from tutor.teaching import Material, material_of

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
RUNS = 4  # a turn is begun so often at most: a question that kills its worker must not kill it for ever
WAITED = timedelta(seconds=5)  # a turn that waits longer although a worker is idle has lost its message
FORGOTTEN = timedelta(minutes=1)  # a worker that is silent for so long is struck off
UNREAD = timedelta(minutes=1)  # a program's turn that nobody follows for so long is stopped: the web process ended that did
API_KEPT = timedelta(days=1)  # what a program asked
ANCESTORS = 20  # earlier exchanges that a follow-up question's prompt may carry
AGAIN_TEMPERATURE = 0.7  # of a regenerated solution; the first is greedy


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn that this worker holds, and what solving it needs."""

    turn: Turn
    last: int  # `seq` of the newest event
    history: list[Exchange]  # before it; of a turn within a lesson, before its problem was posed
    seed: int
    temperature: float
    lesson: Material | None  # of a turn that is taught and not solved
    shown: Turn | None = None  # whose answer a guess ("is it 12?") is about
    clarify: bool = False  # whether to see first if the question can be solved: not for programs that want a solution, nor once more


def claim(turn_id: UUID, *, background: bool = True) -> Claim | None:
    """Take a waiting turn as a new run; None where it does not wait (any more), or is for the `background` and that has no place."""
    now = timezone.now()
    waiting = Turn.objects.filter(pk=turn_id, state=Turn.State.QUEUED)
    if not background:  # it waits on, and is sent again by a worker's sweep
        waiting = waiting.filter(background=False)
    if not waiting.update(state=Turn.State.RUNNING, run=F("run") + 1, lease_expires=now + LEASE, started=now):
        return None
    turn = Turn.objects.select_related("conversation", "poses__parent", "parent").annotate(last=Max("events__seq")).get(pk=turn_id)
    seed = _seed(turn)
    temperature = AGAIN_TEMPERATURE if seed else 0.0
    is_lesson = turn.aim != Turn.Aim.EXPLAIN
    clarify = _begins(turn) and (is_lesson or not turn.conversation.api) and seed == 0
    return Claim(turn, turn.last or 0, _history(turn.poses or turn), seed, temperature, material_of(turn), _shown(turn), clarify)


def _shown(turn: Turn) -> Turn | None:
    """The turn before; behind a question about a step, or a "why?", that came to no answer, the one that it is about."""
    shown = None if turn.quote else turn.parent
    while shown is not None and not shown.answer and (shown.quote or is_lost(shown.question)):
        shown = shown.parent
    return shown


def _begins(turn: Turn) -> bool:
    """Whether it poses a problem behind which nothing was solved or taught yet."""
    return turn.parent is None or (not turn.request and turn.parent.is_unsolved)


def _seed(turn: Turn) -> int:
    """How often the question was asked before; for a doubt a number that no earlier turn of the conversation has."""
    before = Turn.objects.filter(conversation=turn.conversation_id, created__lt=turn.created)
    if turn.request != Turn.Request.CHALLENGE:
        before = before.filter(parent=turn.parent_id, question=turn.question)
    return before.count()


def _history(turn: Turn) -> list[Exchange]:
    """The answered questions above `turn`, oldest first. What was refused or asked back is no answer, and leads a small model astray."""
    if turn.parent_id is None:
        return [Exchange(question, text) for question, text in turn.context[-ANCESTORS:]]
    turns = {other.pk: other for other in Turn.objects.filter(conversation=turn.conversation_id)}
    history: list[Exchange] = []
    above: UUID | None = turn.parent_id
    while above is not None and len(history) < ANCESTORS:
        parent = turns[above]
        if parent.text and not parent.is_unsolved:
            history.insert(0, Exchange(parent.question, parent.text))
        above = parent.parent_id
    return history


def next_run(turn_id: UUID, run: int) -> bool:
    """Begin `run` of a turn that is held, after the run before it; False where it is not held any more."""
    held = Turn.objects.filter(pk=turn_id, state=Turn.State.RUNNING, run=run - 1)
    return bool(held.update(run=run, lease_expires=timezone.now() + LEASE))


@dataclass(frozen=True, slots=True)
class Look:
    """Of the turns that a worker solves: those to stop, and those that are no longer its own."""

    stopped: set[UUID]
    lost: set[UUID]


def look(runs: Mapping[UUID, int]) -> Look:
    """Read stop flags and owners of all turns (id to run) in one query."""
    found = Turn.objects.filter(pk__in=runs).values_list("pk", "state", "run", "stop_requested")
    held = {pk: stop for pk, state, run, stop in found if state == Turn.State.RUNNING and run <= runs[pk]}
    return Look(stopped={pk for pk, stop in held.items() if stop}, lost=runs.keys() - held.keys())


def renew(turn_ids: Collection[UUID]) -> None:
    """Hold these turns for another `LEASE`."""
    Turn.objects.filter(pk__in=turn_ids, state=Turn.State.RUNNING).update(lease_expires=timezone.now() + LEASE)


# --- Sweeping: what every worker does for all of them -------------------------------------------------------------------


def sweep(*, idle: bool) -> None:
    """Take back turns whose worker is lost; send again what waits although this worker is `idle`; tidy up behind what is over."""
    now = timezone.now()
    for turn in Turn.objects.filter(state=Turn.State.RUNNING, lease_expires__lt=now):
        _take_back(turn)
    if idle:
        for pk, sent in Turn.objects.filter(state=Turn.State.QUEUED, enqueued__lt=now - WAITED).values_list("pk", "enqueued"):
            if Turn.objects.filter(pk=pk, state=Turn.State.QUEUED, enqueued=sent).update(enqueued=now):  # once, by one worker
                queue.send(pk)
    for turn in Turn.objects.filter(state__in=asking.ACTIVE, followed__lt=now - UNREAD):
        asking.stop(turn)
    Worker.objects.filter(seen__lt=now - FORGOTTEN).delete()
    Conversation.objects.filter(api=True, created__lt=now - API_KEPT).delete()
    eventlog.join_old()


def _take_back(turn: Turn) -> None:
    lost = Q(state=Turn.State.RUNNING, run=turn.run, lease_expires__lt=timezone.now())
    if turn.stop_requested:
        eventlog.finish(turn.pk, lost, "stopped", {}, state=Turn.State.STOPPED)
    elif turn.run >= RUNS:
        eventlog.finish(turn.pk, lost, "failed", {"reason": Failure.GAVE_UP}, state=Turn.State.FAILED, failure=Failure.GAVE_UP)
    elif eventlog.finish(turn.pk, lost, "queued", {"again": True}, state=Turn.State.QUEUED):
        Turn.objects.filter(pk=turn.pk).update(enqueued=timezone.now())
        queue.send(turn.pk)


WORKER_NAME = f"{socket.gethostname()}-{os.getpid()}"


def report(
    *, model: str, loading: bool, engine_error: str, sandbox_error: str, scorer: str = "", serving: str = "", serving_error: str = ""
) -> None:
    """Say that this worker is alive, and what it can do."""
    Worker.objects.update_or_create(
        name=WORKER_NAME,
        defaults={
            "seen": timezone.now(),
            "model": model,
            "engine_loading": loading,
            "engine_error": engine_error,
            "sandbox_error": sandbox_error,
            "scorer": scorer,
            "serving": serving,
            "serving_error": serving_error,
        },
    )


def sign_off() -> None:
    """This worker ends."""
    Worker.objects.filter(name=WORKER_NAME).delete()
