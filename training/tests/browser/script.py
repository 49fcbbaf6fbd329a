"""Plays a run's supervisor for the browser tests, and measures models. JSON lines in and out."""

from tutor.tests.browser.script import COMMANDS, serve  # first: it sets Django up

# isort: split
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from training import datasets, live, registry, rows
from training.datasets import About
from training.models import Alias, Evaluation, ModelVersion, Run, RunStage
from training.tests.test_gate import version as measured
from tutor import serving


def advance(run, stage, done, total, losses, log=""):
    """A stage of a run is so far, with these losses."""
    found = Run.objects.get(pk=run)
    at = found.stages.get(name=stage)
    at.folder.mkdir(parents=True, exist_ok=True)
    rows.write(at.folder / "progress.jsonl", [{"time": n, "done": n, "total": total, "loss": loss} for n, loss in enumerate(losses, 1)])
    (found.folder / f"{stage}.log").write_text(log)
    found.stages.filter(pk=at.pk).update(state="running", done=done, total=total, started=timezone.now(), eta=42)
    Run.objects.filter(pk=run).update(state="running", started=timezone.now(), seen=timezone.now())
    live.ring()


def end(run, before, after):
    """The run is done: its model, and the one in service, were measured."""
    folder = Path(settings.VAR_DIR)
    served = registry.served()
    old, new = measured(folder, f"old-{run}", before), measured(folder, f"new-{run}", after)
    ModelVersion.objects.filter(pk=served.pk).update(evaluations=old.evaluations)
    old.delete()
    ModelVersion.objects.filter(pk=new.pk).update(run=run, parent=served)
    Alias.objects.update_or_create(name="candidate", defaults={"version": new})
    found = Run.objects.get(pk=run)
    found.stages.update(state="done", figures={"loss": 0.5})
    Run.objects.filter(pk=run).update(state="done", ended=timezone.now(), seen=timezone.now())
    live.ring()


def full(by):
    """Something on every page: runs, a model, an evaluation, a dataset. Ids of all of it."""
    admin, config = User.objects.get(username=by), {"stages": [{"name": "sft", "kind": "sft", "config": {}}]}
    both = [Run.objects.create(recipe="cpu-demo", config=config, device="cpu", by=admin, queued=timezone.now()) for _run in range(2)]
    for run in both:
        RunStage.objects.create(run=run, number=0, name="sft", kind="sft", state="done", figures={"loss": 0.5})
    report = {"n": 1, "problems": 3, "unbiased": {"maj@1": {"value": 50.0, "interval": [40.0, 60.0]}}}
    report |= {"select": "majority", "picked": 50.0, "differences": {}}
    about = {"name": "dev", "data": "dev.jsonl", "model": "small", "mode": "cot", "report": report}
    evaluation = Evaluation.objects.create(folder=str(settings.VAR_DIR / by), **about)
    dataset = datasets.keep([{"question": "What is $1 + 1$?", "expected": "2"}], About(name=by, source="import", by=admin))
    model = measured(Path(settings.VAR_DIR), f"model-of-{by}", {"a": True})
    made = {"evaluation": evaluation, "dataset": dataset, "model": model, "run": both[0], "other": both[1]}
    return {name: str(each.pk) for name, each in made.items()}


def chosen():
    """What the workers are to serve."""
    return serving.wanted().name


if __name__ == "__main__":
    serve(COMMANDS | {function.__name__: function for function in (advance, end, full, chosen)})
