"""Solutions of an assigned problem that the model is asked for, once, in the background: what the class's answers are compared with.

The engine belongs to the tutor's worker; `config.tasks` lends it to `run`.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import aclosing
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts import workers
from accounts.workers import in_database
from grading import leases, live
from grading.checking.reasons import template
from grading.evidence import LONGEST_ANSWER
from grading.models import Problem, Sample
from inference.engines import ContextOverflow, Engine, EngineError, EngineUnavailable
from inference.events import Done, Output
from inference.sandbox import Sandbox, SandboxBusy, SandboxError, SessionLost
from inference.solve import solve

logger = logging.getLogger(__name__)

TASK = "config.tasks.sample_waiting"
TEMPERATURE = 0.7  # Qwen2.5-Math's setting for several solutions of one problem (arXiv 2409.12122)
LEASE = timedelta(minutes=5)  # for one solution; it is taken anew with each
TRIES = 4  # runs of one problem that may end without a word, or for what passes
PASSING = (EngineUnavailable, SandboxBusy, SessionLost)  # what is asked again later; a session may be lost with the jail of all
LOST = template("The worker was lost several times while solving it.")

Sampling = Problem.Sampling
_busy = asyncio.Lock()  # held while this process is at it


def request(problem: Problem) -> None:
    """Have the model solve this problem, unless that is wanted already or the settings want none."""
    wanted = Problem.objects.filter(pk=problem.pk, sampling__in=(Sampling.NONE, Sampling.FAILED))
    if settings.SAMPLES_PER_PROBLEM and wanted.update(sampling=Sampling.QUEUED, sampling_run=0, sampling_failure=""):
        workers.ring(TASK)


def renew(problem: Problem) -> None:
    """The problem has another text: drop the solutions of the old one, and have it solved again where that was wanted.

    In the transaction that saves the text, behind it: a worker that keeps a solution just now is waited for.
    """
    asked = Problem.objects.filter(pk=problem.pk).exclude(sampling=Sampling.NONE)
    wanted = asked.update(sampling=Sampling.NONE, sampling_failure="")
    Sample.objects.filter(problem=problem).delete()
    if wanted:
        request(problem)


def sweep() -> None:
    """Take back what a lost worker was at, and ring again for what waits."""
    lost = Problem.objects.filter(sampling=Sampling.RUNNING, sampling_expires__lt=timezone.now())
    lost.filter(sampling_run__gte=TRIES).update(sampling=Sampling.FAILED, sampling_failure=LOST)
    lost.filter(sampling_run__lt=TRIES).update(sampling=Sampling.QUEUED)
    if not _busy.locked() and Problem.objects.filter(sampling=Sampling.QUEUED).exists():
        workers.ring_now(TASK)


async def run(engine: Engine, sandbox: Sandbox) -> None:
    """Sample one waiting problem after the other; returns at once where this process is at that already, or while the engine is away.

    One solution at a time: a student's question goes beside it, not behind dozens.
    """
    try:
        await engine.ready()
        await workers.work_off(_claim, lambda problem: _sample(problem, engine, sandbox), _busy)
    except PASSING as error:  # the sweep rings again
        logger.info("Problems wait to be sampled: %s", error)
        await in_database(_say_why, str(error))


async def _sample(problem: Problem, engine: Engine, sandbox: Sandbox) -> None:
    """Write the samples that are missing. Raises what is `PASSING`; then the problem waits again."""
    try:
        for index in await in_database(_missing, problem.pk):
            sample = await _solve(problem, index, engine, sandbox)
            if not await in_database(_keep, problem, sample):
                return
    except PASSING as error:
        await in_database(_put_off, problem, str(error))
        raise
    except (EngineError, SandboxError) as error:
        logger.warning("Problem %s was not sampled: %s", problem.pk, error)
        await in_database(_end, problem, Sampling.FAILED, str(error))
    except asyncio.CancelledError:
        await in_database(_give_back, problem)
        raise
    else:
        await in_database(_end, problem, Sampling.DONE, "")


async def _solve(problem: Problem, index: int, engine: Engine, sandbox: Sandbox) -> Sample:
    """One solution; without text and answer where what its program printed fills the model's context."""
    events = solve(problem.text, engine=engine, sandbox=sandbox, seed=index, temperature=TEMPERATURE)
    sample, ran = Sample(problem=problem, index=index, model=engine.model), False
    try:
        async with aclosing(events):
            async for event in events:
                ran = ran or isinstance(event, Output)
                if isinstance(event, Done):
                    answer = event.answer if event.answer and not event.refuted else ""
                    sample.text, sample.checked = event.text, event.checked
                    sample.answer = answer if len(answer) <= LONGEST_ANSWER else ""
    except ContextOverflow:
        if not ran:
            raise  # the problem alone is too long
    return sample


def _claim() -> Problem | None:
    """Take the problem that was made first of those that wait; None where none does."""
    fields = {"sampling": Sampling.RUNNING, "sampling_run": F("sampling_run") + 1, "sampling_expires": timezone.now() + LEASE}
    fields["sampling_failure"] = ""
    pk = workers.claim_first(Problem.objects.filter(sampling=Sampling.QUEUED).order_by("created"), **fields)
    return None if pk is None else Problem.objects.get(pk=pk)


def _missing(problem_id: UUID) -> Collection[int]:
    kept = set(Sample.objects.filter(problem=problem_id).values_list("index", flat=True))
    return [index for index in range(settings.SAMPLES_PER_PROBLEM) if index not in kept]


def _keep(problem: Problem, sample: Sample) -> bool:
    """Write a sample; False where the problem is no longer this worker's."""
    with transaction.atomic():
        if not _held(problem).update(sampling_expires=timezone.now() + LEASE):
            return False
        Sample.objects.bulk_create([sample], ignore_conflicts=True)
    live.ring(problem.assignment_id)
    return True


def _give_back(problem: Problem) -> None:
    """A worker goes on later with what is missing."""
    _held(problem).update(sampling=Sampling.QUEUED)


def _put_off(problem: Problem, failure: str) -> None:
    """Have it tried again, unless that was done often enough."""
    if problem.sampling_run < TRIES:
        _give_back(problem)
    else:
        _end(problem, Sampling.FAILED, failure)


def _say_why(failure: str) -> None:
    """On the pages of the problems that wait."""
    Problem.objects.filter(sampling=Sampling.QUEUED).exclude(sampling_failure=failure).update(sampling_failure=failure)


def _end(problem: Problem, state: str, failure: str) -> None:
    if _held(problem).update(sampling=state, sampling_failure=failure) and Sample.objects.filter(problem=problem).exists():
        leases.check_again(problem)
    live.ring(problem.assignment_id)


def _held(problem: Problem) -> "QuerySet[Problem]":
    """The problem, while it is still this worker's, and the one that is being solved: runs are counted anew for another text."""
    return Problem.objects.filter(pk=problem.pk, sampling=Sampling.RUNNING, sampling_run=problem.sampling_run, text=problem.text)
