"""The rules of datasets: imported, looked at, and deleted with all that was made from them."""

import fcntl
import hashlib
import itertools
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusal import Refusal
from accounts.roles import check_admin
from grading.checking.reasons import Reason, template
from training import rows
from training.evaluation.datasets import DatasetError, read_problem
from training.models import Dataset, ModelVersion, Run
from training.pipeline.solutions import labelled_question_of
from training.pipeline.stage import StageError

LARGEST = 500_000_000  # bytes of an imported file
CHUNK = 1 << 20
PAGE = 20  # rows of a preview
LONGEST = 2_000  # characters of a value in it
TWICE = template("{where}: two problems have the id {id}.")
NOT_JUDGED = template("{where}: this is no judged solution: {said}")
KEPT_KINDS = ("sft", "grpo", "reward_model", "export")  # stages whose files hold weights, and no row
BEGUN = Q(stages__started__isnull=False)  # of a run
Kind = Dataset.Kind


class ImportRefused(Exception):
    """The file was not taken; `str()` says why, to an administrator."""


class StillUsed(Refusal):
    """A run that is going on uses it."""

    message = _("A run that is going on uses this. Stop the run first.")


def get_datasets_for(user: User) -> QuerySet[Dataset]:
    """All datasets, for administrators; Http404 for anybody else."""
    check_admin(user)
    return Dataset.objects.select_related("by", "run").prefetch_related("parents", "children")


def get_dataset_for(user: User, pk: UUID) -> Dataset:
    return get_object_or_404(get_datasets_for(user), pk=pk)


# --- In -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of rows when they are kept."""

    name: str
    source: str
    kind: str = ""  # "": as the rows show
    provenance: str = ""
    licence: str = ""
    by: User | None = None


def import_file(file: BinaryIO, about: About) -> Dataset:
    """Keep an uploaded JSONL file, every row of it read and found good. Raises `ImportRefused`, OSError."""
    part = _folder() / f"{about.source}-{id(file)}.part"
    try:
        _copy(file, part)
        return keep(rows.read(part), about)
    except rows.RowError as error:
        said = str(error).replace(f"{part}, ", "")
        raise ImportRefused(_shown(_("This is no file of JSON lines: {said}").format(said=said))) from error
    except DatasetError as error:
        raise ImportRefused(_shown(gettext(error.reason.template).format(**error.reason.values))) from error
    finally:
        part.unlink(missing_ok=True)


def keep(found: Iterable[rows.Row], about: About, *, parents: Collection[Dataset] = (), run: Run | None = None) -> Dataset:
    """Keep rows as the next version of a name. Raises `ImportRefused` where there is none, and what reading them raises."""
    dataset = Dataset(name=about.name, kind=about.kind, source=about.source, provenance=about.provenance, licence=about.licence)
    dataset.by, dataset.run = about.by, run
    first = next(found := iter(found), None)
    if first is None:
        raise ImportRefused(_("There is no row in it."))
    dataset.kind = about.kind or kind_of(first)
    path = _folder() / dataset.file.name
    dataset.rows = rows.write(path, _checked(itertools.chain([first], found), dataset.kind))
    try:
        dataset.sha256 = digest(path)
        with transaction.atomic():
            newest = Dataset.objects.filter(name=about.name).order_by("-version").values_list("version", flat=True).first()
            dataset.version = (newest or 0) + 1
            dataset.save()
            dataset.parents.set(parents)
    except BaseException:
        path.unlink()
        raise
    return dataset


def kind_of(row: rows.Row) -> str:
    """What rows like this one are."""
    if "label" in row:
        return Kind.JUDGED
    return Kind.TRAINING if {"text", "mode"} <= row.keys() else Kind.PROBLEMS


def _checked(found: Iterable[rows.Row], kind: str) -> Iterator[rows.Row]:
    seen: set[str] = set()
    for number, row in enumerate(found, 1):
        if kind == Kind.JUDGED:
            _check_judged(row, number)
        else:
            problem = read_problem(row, _line(number), str(number - 1), answered=kind == Kind.PROBLEMS)
            if kind == Kind.PROBLEMS and problem.id in seen:
                raise DatasetError(Reason(TWICE, {"where": _line(number), "id": problem.id}))
            seen.add(problem.id)
        yield row


def _check_judged(row: rows.Row, number: int) -> None:
    try:
        labelled_question_of(row)
    except StageError as error:
        raise DatasetError(Reason(NOT_JUDGED, {"where": _line(number), "said": str(error)})) from error


def _line(number: int) -> str:
    return gettext("line {number}").format(number=number)


def _copy(file: BinaryIO, part: Path) -> None:
    size = 0
    with part.open("wb") as copy:
        while data := file.read(CHUNK):
            size += len(data)
            if size > LARGEST:
                raise ImportRefused(_("The file is too large."))
            copy.write(data)
        copy.write(b"\n")  # so that a last line that was cut off is read, and refused


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked() -> Iterator[None]:
    """One process at a time changes kept files; the system lets go of the lock when its holder dies."""
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def preview(dataset: Dataset, page: int) -> list[list[tuple[str, str]]]:
    """The rows of a page, from 1, each as names and values that can be shown. Raises OSError, `RowError`."""
    start = (page - 1) * PAGE
    found = itertools.islice(rows.read(dataset.file), start, start + PAGE)
    return [[(_shown(name), _shown(value)) for name, value in row.items()] for row in found]


def _shown(value: object) -> str:
    """Its beginning, without half characters, which no page can carry."""
    text = str(value)
    return (text if len(text) <= LONGEST else text[:LONGEST] + "…").encode(errors="replace").decode()


# --- Out ----------------------------------------------------------------------------------------------------------------


def delete(dataset: Dataset) -> None:
    """Delete it, all that was made from it, and the copies of its rows in the folders of runs. Raises `StillUsed`."""
    everything = lineage(dataset)
    check_unused(everything)
    for each in everything:
        forget_copies(each, Run.objects.filter(Q(datasets=each) | Q(curated=each)).distinct())
        each.file.unlink(missing_ok=True)
    Dataset.objects.filter(pk__in=[each.pk for each in everything]).delete()


def lineage(dataset: Dataset) -> list[Dataset]:
    """It, and all that was made from it."""
    found, todo = {dataset.pk: dataset}, [dataset]
    while todo:
        for child in todo.pop().children.all():
            if child.pk not in found:
                found[child.pk] = child
                todo.append(child)
    return list(found.values())


def check_unused(datasets: Collection[Dataset], *, begun: bool = False) -> None:
    """Raises `StillUsed`. With `begun`, a run of which no stage has begun does not count: it has read nothing yet."""
    using = Run.objects.filter(datasets__in=datasets).exclude(state__in=Run.ENDED)
    if (using.filter(BEGUN) if begun else using).exists():
        raise StillUsed


def forget_copies(dataset: Dataset, runs: QuerySet[Run]) -> None:
    """Remove what `runs` have copied of its rows, and what models answered to them. The models stay, and say that their data is gone."""
    for run in runs:
        for stage in run.stages.exclude(kind__in=KEPT_KINDS):
            shutil.rmtree(stage.folder, ignore_errors=True)
    for version in ModelVersion.objects.filter(evaluations__has_key=dataset.sha256):
        Path(version.evaluations.pop(dataset.sha256)["transcripts"]).unlink(missing_ok=True)
        version.save(update_fields=["evaluations"])
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(data_deleted=True)
