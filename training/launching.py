"""Supervisors for the runs that wait. Any worker does it, and the command `iterate`; that several do it at once does no harm."""

import sys
from subprocess import Popen
from uuid import UUID

from django.conf import settings

from training import live, runs
from training.models import Run
from training.processes import cut_log, end_group, start_apart

_started: "dict[UUID, tuple[Popen[bytes], int]]" = {}  # by run, with its tries: one that is just beginning has not claimed it yet


def sweep() -> None:
    """Take back what lost supervisors had, and start what waits for a free device."""
    for lost in runs.take_back():
        end_group(lost)
        live.ring()
    for pk, (process, tries) in list(_started.items()):
        if (status := process.poll()) is not None:
            del _started[pk]
            if status != 0:
                runs.note_unclaimed(pk, tries)
                live.ring()
    for run in runs.waiting():
        if run.pk not in _started:
            launch(run)


def launch(run: Run) -> None:
    """A supervisor for a queued run. Which of several has the run, the database decides; the others end at once."""
    log = runs.supervisors_log()
    log.parent.mkdir(parents=True, exist_ok=True)
    cut_log(log)
    command = [sys.executable, "manage.py", "supervise", str(run.pk)]
    _started[run.pk] = start_apart(command, cwd=settings.BASE_DIR, log=log), run.tries
