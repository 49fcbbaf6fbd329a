"""Supervisors for the runs that wait. Any worker does it, and the command `iterate`; that several do it at once does no harm."""

import sys
from subprocess import Popen
from uuid import UUID

from django.conf import settings

from training import live, runs
from training.models import Run
from training.processes import end_group, start_apart

_started: "dict[UUID, Popen[bytes]]" = {}  # by run: one that is just beginning has not claimed it yet


def sweep() -> None:
    """Take back what lost supervisors had, and start what waits for a free device."""
    for lost in runs.take_back():
        end_group(lost)
        live.ring()
    for ended in [run for run, process in _started.items() if process.poll() is not None]:
        del _started[ended]
    for run in runs.waiting():
        if run.pk not in _started:
            launch(run)


def launch(run: Run) -> None:
    """A supervisor for a queued run. Which of several has the run, the database decides; the others end at once."""
    folder = settings.VAR_DIR / "training"
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "manage.py", "supervise", str(run.pk)]
    _started[run.pk] = start_apart(command, cwd=settings.BASE_DIR, log=folder / "supervisors.log")
