"""Problems that the model writes for students, where no generator fits: asked for, made by a worker, and looked after by the page.

The engine belongs to the tutor's worker; `config.tasks` lends it to `run`.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import workers
from accounts.models import User
from accounts.refusal import Refusal
from accounts.workers import in_database
from inference.best_of import Budget
from inference.engines import Engine, EngineError
from inference.prompts import detect_language
from inference.sandbox import Sandbox, SandboxError
from inference.tutoring.variants import Variant, write_variant
from practice.making import LOOKED_AT
from practice.models import Item, Writing
from practice.topics import about
from tutor.models import Turn

TASK = "config.tasks.write_waiting"
SECONDS = 600.0  # for one problem, with all the texts that are tried
LEASE = timedelta(seconds=SECONDS + 60)
TRIES = 2  # runs of one problem: what kills its worker must not kill it for ever
AGAIN = timedelta(seconds=5)  # a problem that waits for so long may have lost its message
WAITED = timedelta(minutes=20)  # a problem that waits for so long is given up, unless a worker is at others
AT_ONCE = 3  # of one student
SHOWN = 5  # on the page of practice

PROOF = "written by the model; {count} solutions in words and with Python agree"

State = Writing.State
ACTIVE = (State.QUEUED, State.RUNNING)
logger = logging.getLogger(__name__)
_busy = asyncio.Lock()  # held while this process is at it


class WritingError(Refusal):
    """Nothing was asked for. `str()` says why, to the student.

    StillWriting, TooMany
    """


class StillWriting(WritingError):
    message = _("Other problems are still being written for you. Wait for one of them.")


class TooMany(WritingError):
    message = _("Too many problems are waiting to be written on this server. Try again in a few minutes.")


def get_writing_for(user: User, pk: UUID) -> Writing:
    """What this student asked for; Http404 otherwise."""
    return get_object_or_404(Writing, pk=pk, student=user)


def open_of(student: User) -> "QuerySet[Writing]":
    """What is being written for this student, and what was written and not answered yet; the newest first."""
    unanswered = Q(state=State.DONE, item__isnull=False, item__attempts=None, item__revealed=False)
    found = Writing.objects.filter(unanswered | Q(state__in=ACTIVE), student=student)
    return found.order_by("-created")[:SHOWN]


def ask(student: User, question: str, answer: str, parent: Item | None = None) -> Writing:
    """Have a problem like `question` written; where the student asked for that already, that is it. Raises `WritingError`."""
    look_after(student)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=student.pk)  # pressed twice
        active = Writing.objects.filter(student=student, state__in=ACTIVE)
        if same := active.filter(question=question).first():
            return same
        if active.count() >= AT_ONCE:
            raise StillWriting
        if Writing.objects.filter(state=State.QUEUED).count() >= settings.QUEUE_LIMIT:
            _ring_again()  # they may have lost their messages
            raise TooMany
        asked = Writing.objects.create(student=student, question=question, answer=answer[:500], parent=parent)
        workers.ring(TASK)
        return asked


def again(failed: Writing) -> Writing:
    """Ask for the same once more. Raises `WritingError`."""
    return ask(failed.student, failed.question, failed.answer, failed.parent)


def look(asked: Writing) -> Writing:
    """How it stands. Whoever waits looks after it: a lost worker's is taken back, a lost message sent again, an endless wait ended."""
    now = timezone.now()
    lost = Writing.objects.filter(pk=asked.pk, state=State.RUNNING, expires__lt=now)
    lost.filter(run__gte=TRIES).update(state=State.FAILED, no_engine=True)
    lost.filter(run__lt=TRIES).update(state=State.QUEUED)
    waiting = Writing.objects.filter(pk=asked.pk, state=State.QUEUED, created__lt=now - WAITED)
    if waiting.exists() and not Writing.objects.filter(expires__gt=now).exists():  # else a worker is at others, or was lately
        waiting.update(state=State.FAILED, no_engine=True)
    asked.refresh_from_db()
    if asked.state == State.QUEUED and asked.created < now - AGAIN:
        _ring_again()
    return asked


def _ring_again() -> None:
    """Not at every look of everybody who waits: where no worker is, the broker keeps each message."""
    if cache.add(f"rung:{TASK}", True, AGAIN.total_seconds()):
        workers.ring_now(TASK)


def look_after(student: User) -> None:
    """Look at all that is being written for a student, whoever has closed its page."""
    for asked in Writing.objects.filter(student=student, state__in=ACTIVE):
        look(asked)


# --- By a worker ----------------------------------------------------------------------------------------------------------


async def run(engine: Engine, sandbox: Sandbox) -> None:
    """Write one problem after the other until none waits; returns at once where this process is at that already."""
    await workers.work_off(_claim, lambda claimed: _write(claimed, engine, sandbox), _busy)


async def like(question: str, answer: str, had: Sequence[str] = (), *, engine: Engine, sandbox: Sandbox, seed: int = 0) -> Variant | None:
    """As `write_variant`, with as many solutions, for as long, as the settings say."""
    return await write_variant(
        question,
        answer,
        engine=engine,
        sandbox=sandbox,
        language=detect_language(question),
        had=had,
        samples=settings.KEY_SAMPLES,
        budget=Budget(seconds=settings.BEST_OF_SECONDS),
        seed=seed,
    )


async def _write(claimed: Writing, engine: Engine, sandbox: Sandbox) -> None:
    try:
        async with asyncio.timeout(SECONDS):
            had = await in_database(_had, claimed)
            made = await like(claimed.question, claimed.answer, had, engine=engine, sandbox=sandbox, seed=claimed.pk.int % 2**32)
    except (EngineError, SandboxError) as error:
        logger.warning("No problem was written for %s: %s", claimed.pk, error)
        await in_database(_fail, claimed, no_engine=True)
    except TimeoutError:
        await in_database(_fail, claimed)
    except asyncio.CancelledError:
        await in_database(_give_back, claimed)
        raise
    else:
        await in_database(_keep, claimed, made)


def _claim() -> Writing | None:
    """Take the one that was asked for first of those that wait; None where none does."""
    fields = {"state": State.RUNNING, "run": F("run") + 1, "expires": timezone.now() + LEASE}
    pk = workers.claim_first(Writing.objects.filter(state=State.QUEUED).order_by("created"), **fields)
    return None if pk is None else Writing.objects.select_related("student", "parent").get(pk=pk)


def _had(claimed: Writing) -> list[str]:
    """What the student practised or asked before, the newest of it."""
    items = Item.objects.filter(student=claimed.student).order_by("-created").values_list("question", flat=True)[:LOOKED_AT]
    asked = Turn.objects.filter(conversation__owner=claimed.student, request="").order_by("-created")
    return [text for texts in items for text in texts.values()] + list(asked.values_list("question", flat=True)[:LOOKED_AT])


def _keep(claimed: Writing, made: Variant | None) -> None:
    """The problem as an item, or that there is none. Nothing where it is no longer this worker's."""
    if made is None:
        return _fail(claimed)
    with transaction.atomic():
        if _held(claimed).update(state=State.DONE):
            Writing.objects.filter(pk=claimed.pk).update(item=_item(claimed, made))


def _item(claimed: Writing, made: Variant) -> Item:
    """One that does not count for mastery: it has no family, and of which skill it is is only a guess."""
    language = detect_language(made.question)
    parent = claimed.parent
    return Item.objects.create(
        student=claimed.student,
        skill=parent.skill if parent else about(claimed.question),
        level=parent.level if parent else 1,
        question={language: made.question},
        hint={language: made.first_step} if made.first_step else {},
        expected=made.answer,
        parent=parent,
        proof=PROOF.format(count=made.count),
    )


def _fail(claimed: Writing, *, no_engine: bool = False) -> None:
    _held(claimed).update(state=State.FAILED, no_engine=no_engine)


def _give_back(claimed: Writing) -> None:
    """This worker ends: another one begins it anew."""
    _held(claimed).update(state=State.QUEUED, expires=None, run=F("run") - 1)


def _held(claimed: Writing) -> "QuerySet[Writing]":
    """The row, while it is still this worker's."""
    return Writing.objects.filter(pk=claimed.pk, state=State.RUNNING, run=claimed.run)
