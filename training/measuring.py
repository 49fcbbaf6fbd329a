"""Runs that measure: models on problem sets, so that the gate has something to compare."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from training import registry, runs
from training.datasets import digest
from training.models import Dataset, ModelVersion, Run
from training.recipes import Recipe, Step


class NothingToMeasure(Refusal):
    """Everything is measured already, or cannot be."""

    message = _("Both models are measured on these problems already, or have no file that can be measured here.")


class FileGone(NothingToMeasure):
    message = _("The file of this dataset is gone.")


def begin(version: ModelVersion, problems: Dataset | None, *, by: User | None) -> Run:
    """Measure this model, and the one that serves, on a dataset, or on what the other one was measured on. Raises `NothingToMeasure`,
    `RunError`.
    """
    served = registry.served()
    both = [each for each in (version, served) if each is not None and (each.gguf or each.checkpoint)]
    steps = [step for each in both for step in _missing(each, _wanted(version, served, problems))]
    if not steps:
        raise NothingToMeasure
    named = [Step(name=f"evaluate-{number}", kind="evaluate", config=config) for number, config in enumerate(steps, 1)]
    recipe = Recipe(name="measure", device=Run.Device.CPU, base="", problems="", dev="", stages=tuple(named))
    read = {config["problems"] for config in steps}
    return runs.create(recipe, by=by, base=version, datasets=[each for each in Dataset.objects.all() if str(each.file) in read])


def _wanted(version: ModelVersion, served: ModelVersion | None, problems: Dataset | None) -> dict[str, dict[str, Any]]:
    """Settings of `evaluate` by the SHA-256 of the problems. A set that was deleted since cannot be measured; one that was changed is
    measured as it is now.
    """
    if problems is not None:
        if not problems.file.is_file():
            raise FileGone
        return {digest(problems.file): {"problems": str(problems.file), "mode": "auto"}}
    known = (served.evaluations if served else {}) | version.evaluations
    configs: list[dict[str, Any]] = [each["config"] for each in known.values()]
    return {digest(path): config for config in configs if (path := Path(config["problems"])).is_file()}


def _missing(version: ModelVersion, wanted: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    model = {"gguf": version.gguf} if version.gguf else {"checkpoint": version.checkpoint}
    there = {sha256: each["config"] for sha256, each in version.evaluations.items()}
    return [config | model for sha256, config in wanted.items() if there.get(sha256) != config]
