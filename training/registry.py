"""The models that there are: what a run came to, which one serves, and how that changes."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from accounts.roles import check_admin
from inference import weights
from training import rows
from training.datasets import About, digest, keep
from training.models import Alias, Dataset, ModelVersion, Promotion, Run, RunStage
from tutor import serving

KINDS = ("Q8_0", "Q4_0", "F16")  # of files for the embedded engine, the one that is served first


class RegistryError(Refusal):
    """It was not done; `str()` says why, to an administrator."""


class NoFile(RegistryError):
    message = _("This model has no file for the embedded engine, or the file is gone.")


class ServesAlready(RegistryError):
    message = _("This model serves already.")


class NothingBefore(RegistryError):
    message = _("There is no earlier model to go back to.")


class BeforeGone(RegistryError):
    message = _("The model before this one is gone.")


class DecidedSince(RegistryError):
    message = _("Somebody else has decided what serves since you opened the page. Look again.")


class OnlyTrained(RegistryError):
    message = _("This model was not trained here, and takes no room of ours.")


class StillNeeded(RegistryError):
    message = _("This model serves now. Promote another one first.")


class RunNeedsIt(StillNeeded):
    message = _("A run that is not over needs this model. Stop it, or wait for its end.")


# --- Fetch and authorise ------------------------------------------------------------------------------------------------


def get_versions_for(user: User) -> QuerySet[ModelVersion]:
    """All models, newest first, for administrators; Http404 for anybody else."""
    check_admin(user)
    return ModelVersion.objects.select_related("parent", "run").prefetch_related("aliases")


def get_version_for(user: User, pk: UUID) -> ModelVersion:
    return get_object_or_404(get_versions_for(user), pk=pk)


def lineage_of(versions: Iterable[ModelVersion]) -> list[tuple[ModelVersion, int]]:
    """Each model after the one that it was trained from, with how many are above it."""
    versions = list(versions)
    known = {version.pk for version in versions}
    children: dict[UUID | None, list[ModelVersion]] = {}
    for version in versions:
        children.setdefault(version.parent_id if version.parent_id in known else None, []).append(version)
    found: list[tuple[ModelVersion, int]] = []
    todo = [(version, 0) for version in reversed(children.get(None, []))]
    while todo:
        version, depth = todo.pop()
        found.append((version, depth))
        todo += [(child, depth + 1) for child in reversed(children.get(version.pk, []))]
    return found


# --- What came of a run -------------------------------------------------------------------------------------------------


def name_of(run: Run) -> str:
    """What the model that comes of a run is called."""
    return f"{run.recipe}-{run.number}"


@transaction.atomic
def register(run: Run) -> ModelVersion | None:
    """Keep what a finished run made and measured; None where it made no model. Twice does no harm."""
    stages = {stage.name: stage for stage in run.stages.all()}
    base = run.base or _base_of(run)
    exports = [stage for stage in stages.values() if stage.kind == "export"]
    version = _exported(run, base, exports[-1]) if exports else None
    for stage in stages.values():
        if stage.kind == "evaluate":
            _keep_evaluation(stage)
    _keep_curated(run, stages)
    if version is not None:
        version.refresh_from_db()
        version.card = card(version)
        version.save(update_fields=["card"])
        Alias.objects.update_or_create(name=Alias.Name.CANDIDATE, defaults={"version": version})
    return version


def _keep_curated(run: Run, stages: dict[str, RunStage]) -> None:
    """The training file of the run as a dataset, made from those that the run was given."""
    for stage in stages.values():
        if stage.kind == "curate" and not run.curated.exists():
            about = About(name=f"{name_of(run)}-curated", source=Dataset.Source.RUN, kind=Dataset.Kind.TRAINING, by=run.by)
            keep(rows.read(stage.folder / "train.jsonl"), about, parents=run.datasets.all(), run=run)


def _exported(run: Run, base: ModelVersion, stage: RunStage) -> ModelVersion:
    files = {kind: stage.figures[kind]["file"] for kind in KINDS if kind in stage.figures}
    found = {"checkpoint": stage.figures.get("model", ""), "gguf": next(iter(files.values()), "")}
    fields = found | {"base": base.base, "parent": base, "run": run}
    return ModelVersion.objects.update_or_create(name=name_of(run), defaults=fields)[0]


def _base_of(run: Run) -> ModelVersion:
    """The model that a run began with, where it was none of ours."""
    named: str = run.config["base"]
    if named in weights.MODELS:
        path = str(weights.directory() / weights.MODELS[named].file)
        return known(Path(path).stem, path)
    return known(named, named if named.endswith(".gguf") else "")


def known(name: str, gguf: str) -> ModelVersion:
    """A model that was not trained here."""
    fields = {"base": name, "gguf": gguf, "checkpoint": gguf or name}
    return ModelVersion.objects.get_or_create(name=name, defaults=fields)[0]


def config_of(stage: RunStage) -> dict[str, Any]:
    """What a stage was begun with; {} before it."""
    path = stage.run.folder / f"{stage.name}.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _keep_evaluation(stage: RunStage) -> None:
    """Give what a stage measured to the model that it measured, with a copy of the transcripts that outlives the run."""
    config = config_of(stage)
    version = _measured(config)
    if version is None:
        return
    settings_ = {name: value for name, value in config.items() if name not in ("out", "gguf", "checkpoint")}
    problems = Path(config["problems"])
    sha256 = digest(problems)
    kept = settings.VAR_DIR / "measured" / f"{version.pk}-{sha256[:16]}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(stage.folder / "transcripts.jsonl", kept)
    found = {"name": _name_of_set(problems), "transcripts": str(kept), "figures": stage.figures, "config": settings_}
    version.evaluations[sha256] = found
    version.save(update_fields=["evaluations"])


def _name_of_set(problems: Path) -> str:
    """A dataset's file is called by its id, which tells nobody anything."""
    return next((str(dataset) for dataset in Dataset.objects.all() if dataset.file == problems), problems.stem)


def _measured(config: dict[str, Any]) -> ModelVersion | None:
    """The model that a stage's config names."""
    if file := config.get("gguf"):
        return ModelVersion.objects.filter(gguf=file).first()
    return ModelVersion.objects.filter(checkpoint=config.get("checkpoint", "")).first() if config.get("checkpoint") else None


def card(version: ModelVersion) -> str:
    """What a model is, as text to go along with it: written once, when it is registered."""
    run = version.run
    assert run is not None
    lines = [f"# {version.name}", "", f"Trained from {version.parent or version.base} by the recipe `{run.recipe}` (run {run.pk})."]
    data = [f"{each} ({each.rows} rows, {each.licence or 'no licence said'}, SHA-256 {each.sha256})" for each in run.datasets.all()]
    lines += ["", "## Data", "", *(f"- {line}" for line in data or [f"the recipe's own problems, {run.config['problems']}"])]
    lines += ["", "## Stages", ""]
    for stage in run.stages.all():
        lines.append(f"- {stage.name} ({stage.kind}): {_figures(stage.figures)}")
    lines += ["", "## Measured", ""]
    for each in version.evaluations.values():
        lines.append(f"- {each['name']}: {_figures(each['figures'])}")
    lines += ["", "The licence is that of the model it was trained from, and of the data above."]
    return "\n".join(lines) + "\n"


def _figures(figures: dict[str, Any]) -> str:
    shown = []
    for name, value in figures.items():
        if isinstance(value, dict) and "interval" in value:
            shown.append("{} {:.1f} % [{:.1f}, {:.1f}]".format(name, value["value"], *value["interval"]))
        elif isinstance(value, float):
            shown.append(f"{name} {value:g}")
        elif isinstance(value, int | str):
            shown.append(f"{name} {value}")
    return ", ".join(shown)


# --- Which one serves ---------------------------------------------------------------------------------------------------


def champion() -> ModelVersion | None:
    """The version that serves; None where it is the settings' model."""
    alias = Alias.objects.filter(name=Alias.Name.CHAMPION).select_related("version").first()
    return alias.version if alias else None


def settings_model() -> str:
    """What the settings' own model is called."""
    return settings.ENGINE_MODEL or settings.ENGINE_URL or Path(weights.DEFAULT.file).stem


def served() -> ModelVersion | None:
    """The version that serves, to be measured: also the settings' model, where it is a file of ours."""
    if (found := champion()) is not None:
        return found
    return None if settings.ENGINE_URL else known(settings_model(), str(weights.directory() / weights.DEFAULT.file))


def trainable_champion() -> ModelVersion | None:
    """The version that serves, where it was trained here, has its weights still, and nothing that it learnt from was deleted."""
    found = champion()
    if found is None or found.run is None or found.data_deleted:
        return None
    return found if Path(found.checkpoint).is_dir() else None


def newest_decision() -> str:
    """Which decision what serves follows from; "" before the first."""
    return str(Promotion.objects.values_list("pk", flat=True).first() or "")


def promote(
    version: ModelVersion, *, by: User | None, why: str = "", evidence: dict[str, Any] | None = None, seen: str | None = None
) -> Promotion:
    """Have the workers serve this version. With `seen`, only where that is the newest decision still. Raises `RegistryError`."""
    if not settings.ENGINE_URL and not Path(version.gguf).is_file():
        raise NoFile
    with transaction.atomic():
        _check_newest(seen)
        before = champion()
        if before is not None and before.pk == version.pk:
            raise ServesAlready
        return _move(before, version, by=by, why=why, evidence=evidence or {})


def roll_back(*, by: User | None, why: str = "", seen: str | None = None) -> Promotion:
    """Serve again what served before the newest promotion that was not taken back; `seen` as for `promote`. Raises `RegistryError`."""
    with transaction.atomic():
        _check_newest(seen)
        last = last_in_force()
        if last is None:
            raise NothingBefore
        if last.before is None and last.before_name != settings_model():
            raise BeforeGone
        if last.before is not None and not settings.ENGINE_URL and not Path(last.before.gguf).is_file():
            raise NoFile
        return _move(champion(), last.before, by=by, why=why, evidence={}, rollback=True)


def _check_newest(seen: str | None) -> None:
    """Who decides goes by what a page said. The lock lets two decide one after the other. Raises `DecidedSince`."""
    list(Promotion.objects.select_for_update()[:1])
    if seen is not None and seen != newest_decision():
        raise DecidedSince


def delete(version: ModelVersion) -> None:
    """Delete a model with its run and files. Raises `RegistryError` for one that serves, that a run needs, or that was not trained here."""
    if version.aliases.filter(name=Alias.Name.CHAMPION).exists():
        raise StillNeeded
    if version.run is None:
        raise OnlyTrained
    if version.run.is_active or version.runs_from.exclude(state__in=Run.ENDED).exists():
        raise RunNeedsIt
    for each in version.evaluations.values():
        Path(each["transcripts"]).unlink(missing_ok=True)
    shutil.rmtree(version.run.folder, ignore_errors=True)
    with transaction.atomic():
        run = version.run
        if version.data_deleted:  # the models that were trained from it say so still
            Run.objects.filter(versions__parent=version).update(data_deleted=True)
        version.runs_from.filter(state__in=Run.RESUMABLE).update(data_deleted=True)  # without it they would go on from another model
        version.delete()
        run.delete()


def last_in_force() -> Promotion | None:
    """The promotion that a rollback would take back: each rollback has taken one back already."""
    taken_back = 0
    for promotion in Promotion.objects.select_related("before", "after").iterator():
        if promotion.rollback:
            taken_back += 1
        elif taken_back:
            taken_back -= 1
        else:
            return promotion
    return None


def _move(
    before: ModelVersion | None, after: ModelVersion | None, *, by: User | None, why: str, evidence: dict[str, Any], rollback: bool = False
) -> Promotion:
    if after is None:
        Alias.objects.filter(name=Alias.Name.CHAMPION).delete()
        serving.serve("", "")
    else:
        Alias.objects.update_or_create(name=Alias.Name.CHAMPION, defaults={"version": after})
        Alias.objects.filter(name=Alias.Name.CANDIDATE, version=after).delete()
        serving.serve(after.name, after.gguf)
    names = {"before_name": before.name if before else settings_model(), "after_name": after.name if after else settings_model()}
    return Promotion.objects.create(before=before, after=after, **names, by=by, why=why, rollback=rollback, evidence=evidence)
