"""A run's supervisor: a process of its own that starts one stage after another, watches it, and writes to the database how it goes.

It is started apart from whoever asked for the run, so that a worker that ends takes no training with it; the stage ends with its
supervisor, so that nothing is left over. Whatever ends the supervisor, another one goes on where it was (`training.launching`).
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from grading.checking.reasons import Reason, template
from inference import weights
from training import datasets, live, progress, registry, resources, rows, runs, sources
from training.evaluation.datasets import DatasetError
from training.models import Dataset, Run, RunStage
from training.pipeline.stage import STOPPED
from training.processes import Identity, cut_log, start_bound
from training.recipes import SHIPPED, RecipeError, expand

logger = logging.getLogger(__name__)

LOOK = 0.5  # seconds between looks at a stage
RESOURCES = 5.0  # seconds between looks at what it uses
PATIENCE = (120.0, 60.0)  # seconds after STOP until SIGTERM, and after that until SIGKILL
AGAIN = (0.5, 2.0, 8.0, 30.0)  # seconds before a database that did not answer is asked again
NO_REASON = Reason("")
DELETED = template("What this run was to learn from was deleted since, or a class does not allow it any more. Start a new one.")

State, StageState = Run.State, RunStage.State


class Failed(Exception):
    """The run cannot go on; `reason` is one line for an administrator."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Stopped(Exception):
    """A person asked it to stop, and it has."""


class Lost(Exception):
    """The run is another supervisor's now, or is deleted."""


def supervise(pk: UUID) -> bool:
    """Claim the run and work through its stages; False where it is not to be had."""
    me = Identity.of(os.getpid())
    assert me is not None
    run = runs.claim(pk, me)
    if run is None:
        return False
    supervisor = Supervisor(run, me)
    try:
        supervisor.work()
    except Stopped:
        supervisor.end(State.STOPPED)
    except Failed as error:
        supervisor.end(State.FAILED, error.reason)
    except (RecipeError, DatasetError, datasets.ImportRefused, rows.RowError, OSError) as error:
        supervisor.end(State.FAILED, Reason(str(error)))
    except Lost:
        logger.warning("Run %s goes on elsewhere", pk)
    else:
        supervisor.end(State.DONE)
    return True


class Supervisor:
    """Of one claimed run."""

    def __init__(self, run: Run, me: Identity) -> None:
        self.run, self.me = run, me
        self._used = resources.Meter(me.pid)

    def work(self) -> None:
        """All stages that are not done. Raises `Failed`, `Stopped`, `Lost`, `RecipeError`, `RowError`, OSError."""
        self.run.folder.mkdir(parents=True, exist_ok=True)
        values = self._values()
        for stage in self.run.stages.all():
            self._check_asked()
            if stage.state != StageState.DONE or progress.summary(stage.folder) is None:  # its files may have been removed since
                self._work_on(stage, expand(stage.settings["config"], values))
        _patiently(lambda: registry.register(self.run))

    def end(self, state: str, failure: Reason = NO_REASON) -> None:
        now = timezone.now()
        fields: dict[str, Any] = {"state": state, **runs.failure(failure), "ended": now, "seen": now, "resources": {}}
        _patiently(lambda: runs.held_by(self.run.pk, self.me).update(**fields))
        live.ring()

    # --- What the recipe leaves open ----------------------------------------------------------------------------------------

    def _values(self) -> dict[str, str | None]:
        checkpoint, gguf = self._base()
        fixed = {"run": str(self.run.folder), "recipes": str(SHIPPED)}
        chosen = {dataset.kind: dataset for dataset in self.run.datasets.all()}
        if missing := [str(dataset) for dataset in chosen.values() if not dataset.file.is_file()]:
            raise Failed(Reason(template("The file of the dataset {dataset} is gone."), {"dataset": missing[0]}))
        try:
            sources.refresh_for(self.run)
        except datasets.StillUsed as error:
            raise Failed(Reason(DELETED)) from error
        judged, problems = chosen.get(Dataset.Kind.JUDGED), chosen.get(Dataset.Kind.PROBLEMS)
        return fixed | {
            "checkpoint": checkpoint,
            "gguf": gguf,
            "name": registry.name_of(self.run),
            "problems": str(problems.file) if problems else expand(self.run.config["problems"], fixed),
            "dev": expand(self.run.config["dev"], fixed),
            "judged": str(judged.file) if judged else None,
            "thumbs": str(judged.file) if judged and judged.source == Dataset.Source.THUMBS else None,
        }

    def _base(self) -> tuple[str, str | None]:
        """What is trained, and its file for the embedded engine, if it has one."""
        if self.run.base is not None:
            return self.run.base.checkpoint or self.run.base.gguf, self.run.base.gguf or None
        base: str = self.run.config["base"]
        if base not in weights.MODELS:
            return base, base if base.endswith(".gguf") else None
        try:
            path = str(weights.fetch(weights.MODELS[base], notice=lambda line: logger.info("%s", line)))
        except weights.WeightsError as error:
            raise Failed(Reason(str(error))) from error
        return path, path

    # --- One stage ----------------------------------------------------------------------------------------------------------

    def _work_on(self, stage: RunStage, config: dict[str, Any]) -> None:
        folder = stage.folder
        folder.mkdir(exist_ok=True)
        (folder / "STOP").unlink(missing_ok=True)  # an earlier one's
        path = self.run.folder / f"{stage.name}.json"
        rows.write_text(path, progress.as_text({"out": str(folder), **config}))
        now = timezone.now()
        self._note(stage, state=StageState.RUNNING, started=stage.started or now, ended=None)
        process = start_bound(_command(stage, path), cwd=settings.BASE_DIR, log=log_of(stage))
        try:
            status = self._watch(stage, process)
        finally:
            process.kill()
            process.wait()
        self._conclude(stage, status)

    def _watch(self, stage: RunStage, process: "Popen[bytes]") -> int:
        """Until it ends; its status. It is asked to stop where a person asked, more firmly as time goes by."""
        asked: float | None = None
        began = time.time()
        seen: dict[str, Any] = {}
        while (status := process.poll()) is None:
            if asked is None and self._asked():
                asked = time.monotonic()
                (stage.folder / "STOP").touch()
            if asked is not None:
                _press(process, time.monotonic() - asked)
            found = progress.read(stage.folder, since=began)
            if found and found != seen:
                seen = found
                self._note(stage, **found)
            self._used.look(RESOURCES, self._note_resources)
            cut_log(log_of(stage))
            _wait(process, LOOK)
        return status

    def _conclude(self, stage: RunStage, status: int) -> None:
        """What has become of a stage stands in its folder; torchrun's own status tells less."""
        found = progress.read(stage.folder)
        summary, now = progress.summary(stage.folder), timezone.now()
        if summary is not None:
            return self._note(stage, state=StageState.DONE, ended=now, **found | {"figures": summary, "eta": None})
        if status == STOPPED or self._asked():
            self._note(stage, state=StageState.STOPPED, ended=now, **found | {"eta": None})
            raise Stopped
        self._note(stage, state=StageState.FAILED, ended=now, **found | {"eta": None})
        found_out = progress.trouble(stage.folder, log_of(stage), status)
        raise Failed(Reason(found_out.template, {"stage": stage.name, **found_out.values}))

    # --- The database -------------------------------------------------------------------------------------------------------

    def _note(self, stage: RunStage, **fields: Any) -> None:  # noqa: ANN401
        """Write of a stage, as long as the run is ours. Raises `Lost`."""

        def write() -> None:
            if not runs.held_by(self.run.pk, self.me).update(seen=timezone.now()):
                raise Lost
            RunStage.objects.filter(pk=stage.pk).update(**fields)

        _patiently(write)
        live.ring()

    def _note_resources(self, used: dict[str, Any]) -> None:
        _patiently(lambda: runs.held_by(self.run.pk, self.me).update(resources=used, seen=timezone.now()))
        live.ring()

    def _asked(self) -> bool:
        """Whether a person wants it to stop. Raises `Lost`."""
        state = _patiently(lambda: runs.held_by(self.run.pk, self.me).values_list("state", flat=True).first())
        if state is None:
            raise Lost
        return bool(state == State.STOPPING)

    def _check_asked(self) -> None:
        if self._asked():
            raise Stopped


def log_of(stage: RunStage) -> Path:
    """What a stage and its libraries say."""
    return stage.run.folder / f"{stage.name}.log"


def _command(stage: RunStage, config: Path) -> list[str]:
    processes = stage.settings.get("processes", 1)
    module = ["-m", f"training.pipeline.{stage.kind}", str(config)]
    if processes == 1:
        return [sys.executable, *module]
    return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), *module]


def _press(process: "Popen[bytes]", seconds: float) -> None:
    """What is done about a stage that was asked to stop so long ago."""
    first, second = PATIENCE
    if seconds > first + second:
        process.kill()
    elif seconds > first:
        process.terminate()


def _wait(process: "Popen[bytes]", seconds: float) -> None:
    """Until it ends, or so long: its end is seen at once, the rest now and then."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)


def _patiently[T](ask: Callable[[], T]) -> T:
    """A database that is away for a moment ends no training."""
    for pause in AGAIN:
        try:
            return ask()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database did not answer, asked again in %s s: %s", pause, error)
            connection.close()
            time.sleep(pause)
    return ask()
