"""`manage.py iterate`: one turn of the loop, from a recipe to a candidate model, in the terminal."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from training import launching, recipes, runs
from training.models import Dataset, ModelVersion, Run, RunStage

LOOK = 1.0  # seconds between looks at the run
SAID = 15.0  # seconds between lines about one stage


class Command(BaseCommand):
    help = "Sample, label, train, export and evaluate by a recipe. Ctrl-C stops with a checkpoint; --resume goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        begin = parser.add_mutually_exclusive_group(required=True)
        begin.add_argument("--recipe", help=f"one of: {', '.join(recipes.names())}")
        begin.add_argument("--resume", metavar="RUN", help="go on with a run; the first letters of its id will do")
        parser.add_argument("--base", metavar="MODEL", help="a trained model's name, to go on from there instead of the recipe's own base")
        parser.add_argument("--dataset", metavar="NAME", action="append", default=[], help="a dataset's name; repeatable, one of each kind")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 (Django's options)
        if options["resume"] and (options["base"] or options["dataset"]):
            raise CommandError("A run goes on with what it began with: --base and --dataset are for a new one.")
        if not settings.PRODUCTION:
            call_command("migrate", interactive=False, verbosity=0)
        try:
            run = self._resumed(options["resume"]) if options["resume"] else self._begun(options)
        except (recipes.RecipeError, runs.RunError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Run {run.number}: {run.folder}")
        try:
            self._followed(run)
        except DatabaseError as error:  # a full disk, too
            raise CommandError(f"{error}\nTo go on once that is mended: manage.py iterate --resume {run.number}") from error

    def _followed(self, run: Run) -> None:
        try:
            self._follow(run)
        except KeyboardInterrupt:
            runs.cancel(run)
            self.stdout.write("Stopping with a checkpoint…")
            self._follow(run)

    def _begun(self, options: dict[str, Any]) -> Run:
        base = self._one(ModelVersion.objects.filter(name=options["base"]), options["base"]) if options["base"] else None
        return runs.create(recipes.load(options["recipe"]), base=base, datasets=self._chosen(options["dataset"]))

    def _chosen(self, names: list[str]) -> list[Dataset]:
        """The newest of each name. A run reads one file of problems and one of judged solutions; more than that it would pass over."""
        chosen: dict[str, Dataset] = {}
        for name in names:
            dataset = self._one(Dataset.objects.filter(name=name).order_by("-version"), name)
            if dataset.kind == Dataset.Kind.TRAINING:
                raise CommandError(f"{dataset} is a training file; a run begins with problems or judged solutions.")
            if (other := chosen.setdefault(dataset.kind, dataset)) != dataset:
                raise CommandError(f"{other} and {dataset} are of one kind; a run takes one of each.")
        return list(chosen.values())

    def _resumed(self, beginning: str) -> Run:
        found = [run for run in Run.objects.all() if str(run.pk).startswith(beginning)]
        if len(found) != 1:
            raise CommandError(f"{len(found)} runs begin with {beginning}.")
        [run] = found
        if not run.is_active:  # else it is followed; one whose processes are gone is taken back by that
            runs.resume(run)
        return run

    def _one(self, found: Any, name: str) -> Any:  # noqa: ANN401 (a queryset of either)
        if (first := found.first()) is None:
            raise CommandError(f"There is nothing called {name}.")
        return first

    def _follow(self, run: Run) -> None:
        """Until it has ended, starting it where no worker does. Raises `CommandError` where it did not end well."""
        said: dict[int, tuple[str, float]] = {}
        while True:
            launching.sweep()
            run.refresh_from_db()
            for stage in run.stages.all():
                self._say(stage, said)
            if not run.is_active:
                break
            time.sleep(LOOK)
        if run.state == Run.State.FAILED:
            raise CommandError(f"{run.why}\nTo go on once that is mended: manage.py iterate --resume {run.number}")
        if run.state == Run.State.STOPPED:
            raise CommandError(f"Stopped. To go on: manage.py iterate --resume {run.number}")
        made = f"{run.version}. Compare and promote it at /training/models/{run.version.pk}/" if run.version else "no model was made"
        self.stdout.write(f"Done: {made}.")

    def _say(self, stage: RunStage, said: dict[int, tuple[str, float]]) -> None:
        state, at = said.get(stage.number, (RunStage.State.WAITING.value, 0.0))
        now = time.monotonic()
        if stage.state == state and (stage.state != RunStage.State.RUNNING or now - at < SAID):
            return
        said[stage.number] = stage.state, now
        counted = f" {stage.done} of {stage.total}" if stage.total else ""
        left = f", {stage.eta:.0f} s left" if stage.eta and stage.state == RunStage.State.RUNNING else ""
        self.stdout.write(f"{stage.name:<16} {stage.state}{counted}{left}")
