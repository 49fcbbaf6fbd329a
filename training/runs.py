"""The rules of a run: who may begin it, how it is claimed, stopped and gone on with, and what is written of it."""

import os
import shutil
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import workers
from accounts.models import User
from accounts.refusal import Refusal
from accounts.roles import check_admin
from grading.checking.reasons import Reason, template
from inference import weights
from training.models import Dataset, ModelVersion, Run, RunStage
from training.processes import Identity
from training.recipes import Recipe

START = "training.tasks.start_waiting"
HOST = socket.gethostname()
TRIES = 5  # supervisors that a run may lose before it has failed
SILENT = timedelta(minutes=10)  # a run of another machine that was not heard of for so long has failed
WAITING_LIMIT = 20  # queued runs
LONGEST = 2_000  # characters of what a failure's sentence is filled with
BROKEN_OFF = template("The run was broken off again and again; see {log}.")
NEVER_BEGUN = template("The process that works through the run ended again and again before it had begun; see {log}.")

State = Run.State


class RunError(Refusal):
    """It was not done; `str()` says why, to an administrator."""


class TooManyWaiting(RunError):
    message = _("Too many runs are waiting already.")


class NoGguf(RunError):
    message = _("This recipe asks the model as the embedded engine does, and the model has no file for that (GGUF).")


class TooFewProblems(RunError):
    def __init__(self, dataset: Dataset, least: int) -> None:
        said = _("A step of this recipe's reinforcement takes {least} problems, and {dataset} has {rows}. Choose a larger dataset.")
        self.message = said.format(least=least, dataset=dataset, rows=dataset.rows)


class NotStopped(RunError):
    message = _("This run is still going on, or done.")


class DataDeleted(RunError):
    message = _("What this run began with or learnt from was deleted since. Start a new one.")


class HasModel(RunError):
    message = _("A model came of this run. Delete the model instead; the run goes with it.")


class Active(RunError):
    message = _("This run is still going on. Stop it first.")


def get_runs_for(user: User) -> QuerySet[Run]:
    """All runs, newest first, for administrators; Http404 for anybody else."""
    check_admin(user)
    return Run.objects.select_related("base", "by").prefetch_related("stages", "versions")


def get_run_for(user: User, pk: UUID) -> Run:
    return get_object_or_404(get_runs_for(user), pk=pk)


def create(recipe: Recipe, *, by: User | None = None, base: ModelVersion | None = None, datasets: Sequence[Dataset] = ()) -> Run:
    """A run of the recipe, queued; the workers are told. Raises `RunError`."""
    if recipe.needs_gguf and not (base.gguf if base else recipe.base in weights.MODELS or recipe.base.endswith(".gguf")):
        raise NoGguf
    if few := [each for each in datasets if each.kind == Dataset.Kind.PROBLEMS and each.rows < recipe.least_problems]:
        raise TooFewProblems(few[0], recipe.least_problems)
    with transaction.atomic():
        if Run.objects.filter(state=State.QUEUED).count() >= WAITING_LIMIT:
            raise TooManyWaiting
        run = Run.objects.create(recipe=recipe.name, config=recipe.as_json(), base=base, device=recipe.device, by=by, queued=timezone.now())
        run.datasets.set(datasets)
        stages = [RunStage(run=run, number=number, name=step.name, kind=step.kind) for number, step in enumerate(recipe.stages)]
        RunStage.objects.bulk_create(stages)
        workers.ring(START)
    return run


def cancel(run: Run) -> None:
    """End it with what it has: one that waits ends here, a running one's supervisor asks its stage for a checkpoint."""
    now = timezone.now()
    if not Run.objects.filter(pk=run.pk, state=State.QUEUED).update(state=State.STOPPED, ended=now):
        Run.objects.filter(pk=run.pk, state=State.RUNNING).update(state=State.STOPPING)


def resume(run: Run) -> None:
    """Queue a stopped or failed run again; it goes on where it was. Raises `RunError`."""
    if run.data_deleted:
        raise DataDeleted
    ended = Run.objects.filter(pk=run.pk, state__in=Run.RESUMABLE, data_deleted=False)
    if not ended.update(state=State.QUEUED, failure="", failure_values={}, tries=0, queued=timezone.now(), ended=None):
        raise NotStopped
    workers.ring(START)


def delete(run: Run) -> None:
    """Delete a run that has ended, and its files. Raises `RunError`."""
    if run.is_active:
        raise Active
    if run.versions.exists():
        raise HasModel
    shutil.rmtree(run.folder, ignore_errors=True)
    run.delete()


def size(folder: Path) -> int:
    """Bytes of the files in it; what goes meanwhile is not counted."""
    found = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            with suppress(FileNotFoundError):
                found += (Path(place) / name).stat().st_size
    return found


def room() -> tuple[int, int]:
    """Bytes that the files of all runs take, and that are free beside them."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    return size(settings.VAR_DIR / "training"), shutil.disk_usage(settings.VAR_DIR).free


def failure(reason: Reason) -> dict[str, Any]:
    """The fields that say why a run failed."""
    return {"failure": reason.template[:LONGEST], "failure_values": {name: value[:LONGEST] for name, value in reason.values.items()}}


def supervisors_log() -> Path:
    """What supervisors say, all of them."""
    return settings.VAR_DIR / "training" / "supervisors.log"


# --- Who has it ---------------------------------------------------------------------------------------------------------


def claim(pk: UUID, me: Identity) -> Run | None:
    """Take a queued run whose device is free; None where it is not to be had. Of several that try, one has it."""
    now = timezone.now()
    try:
        with transaction.atomic():
            fields = {"host": HOST, "pid": me.pid, "pid_started": me.started, "tries": F("tries") + 1, "seen": now}
            if not Run.objects.filter(pk=pk, state=State.QUEUED).update(state=State.RUNNING, **fields):
                return None
    except IntegrityError:  # another run is on the device
        return None
    Run.objects.filter(pk=pk, started=None).update(started=now)
    return Run.objects.get(pk=pk)


def held_by(pk: UUID, me: Identity) -> QuerySet[Run]:
    """The run, as long as it is this supervisor's."""
    return Run.objects.filter(pk=pk, state__in=Run.HELD, host=HOST, pid=me.pid, pid_started=me.started)


def waiting() -> list[Run]:
    """The first queued run of each device on which none is."""
    held = set(Run.objects.filter(state__in=Run.HELD).values_list("device", flat=True))
    first: dict[str, Run] = {}
    for run in Run.objects.filter(state=State.QUEUED).exclude(device__in=held).order_by("queued"):
        first.setdefault(run.device, run)
    return list(first.values())


def before(run: Run) -> int:
    """How many runs a queued one waits for: those that were queued earlier, and the one that is on the device."""
    earlier = Q(state=State.QUEUED, queued__lt=run.queued)
    return Run.objects.filter(earlier | Q(state__in=Run.HELD), device=run.device).exclude(pk=run.pk).count()


def take_back() -> list[Identity]:
    """Queue runs again whose supervisor on this machine is gone; the supervisors that are. One of another machine can only be missed."""
    now, lost = timezone.now(), list[Identity]()
    silent = Run.objects.filter(state__in=Run.HELD, seen__lt=now - SILENT).exclude(host=HOST)
    silent.update(state=State.FAILED, ended=now, **failure(Reason(template("Its machine was not heard of for ten minutes."))))
    for run in Run.objects.filter(state__in=Run.HELD, host=HOST):
        assert run.pid is not None  # claimed
        assert run.pid_started is not None
        supervisor = Identity(run.pid, run.pid_started)
        if not supervisor.alive:
            _take_back(run)
            lost.append(supervisor)
    return lost


def note_unclaimed(pk: UUID, tries: int) -> None:
    """A supervisor that was started after so many `tries` ended by a mistake before it had claimed the run: that was one more."""
    waiting = Run.objects.filter(pk=pk, state=State.QUEUED, tries=tries)
    if tries + 1 < TRIES:
        waiting.update(tries=tries + 1)
    else:
        reason = Reason(NEVER_BEGUN, {"log": str(supervisors_log())})
        waiting.update(state=State.FAILED, ended=timezone.now(), **failure(reason))


def _take_back(run: Run) -> None:
    held = Run.objects.filter(pk=run.pk, state=run.state, pid=run.pid, pid_started=run.pid_started)
    now = timezone.now()
    if run.state == State.STOPPING:
        changed = held.update(state=State.STOPPED, ended=now)
    elif run.tries >= TRIES:
        changed = held.update(state=State.FAILED, ended=now, **failure(Reason(BROKEN_OFF, {"log": str(supervisors_log())})))
    else:
        changed = held.update(state=State.QUEUED)
    if changed:
        ended = RunStage.State.WAITING if run.state == State.RUNNING else RunStage.State.STOPPED
        run.stages.filter(state=RunStage.State.RUNNING).update(state=ended)
