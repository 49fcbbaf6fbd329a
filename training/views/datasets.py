"""Datasets: import, look at, keep a copy, delete with all that was made from them; and the school's own sources."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.request import UNPROCESSABLE, Request
from accounts.roles import check_admin
from training import datasets, rows, sources
from training.datasets import About
from training.forms import ImportForm
from training.models import Dataset


@require_safe
def index(request: Request) -> HttpResponse:
    return _index(request, ImportForm())


def _index(request: Request, form: ImportForm, *, status: int = 200) -> HttpResponse:
    found = datasets.get_datasets_for(request.user)
    own = [(source, Dataset.Source(source).label, collected.provenance) for source, collected in sources.COLLECTED.items()]
    return render(request, "training/datasets.html", {"datasets": found, "sources": own, "form": form}, status=status)


@require_POST
def import_file(request: Request) -> HttpResponse:
    """Keep an uploaded file as the next version of a name."""
    check_admin(request.user)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data
        about = About(source=Dataset.Source.IMPORT, by=request.user, **{key: said[key] for key in ("name", "provenance", "licence")})
        try:
            return redirect("training:dataset", datasets.import_file(said["file"], about).pk)
        except (datasets.ImportRefused, OSError) as error:  # a full disk, too
            form.add_error("file", str(error))
    return _index(request, form, status=UNPROCESSABLE)


@require_POST
def build(request: Request, source: str) -> HttpResponse:
    """What one of the school's own sources has now."""
    check_admin(request.user)
    if source not in sources.COLLECTED:
        raise Http404
    try:
        dataset = sources.build(source, request.user)
    except datasets.ImportRefused:
        messages.warning(request, _("There is nothing yet: no class that allows it has any."))
        return redirect("training:datasets")
    except OSError as error:
        messages.error(request, str(error))
        return redirect("training:datasets")
    return redirect("training:dataset", dataset.pk)


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    dataset = datasets.get_dataset_for(request.user, pk)
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < int(number) < 10**6 else 1
    pages = max(1, -(-dataset.rows // datasets.PAGE))
    try:
        shown, trouble = datasets.preview(dataset, min(page, pages)), ""
    except (OSError, rows.RowError) as error:
        shown, trouble = [], str(error)
    context = {"dataset": dataset, "shown": shown, "trouble": trouble, "page": min(page, pages), "pages": pages}
    return render(request, "training/dataset.html", context | {"made": datasets.lineage(dataset)[1:]})


@require_safe
def export(request: Request, pk: UUID) -> HttpResponseBase:
    dataset = datasets.get_dataset_for(request.user, pk)
    try:
        file = dataset.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{dataset.name}-v{dataset.version}.jsonl"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/jsonl")


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    dataset = datasets.get_dataset_for(request.user, pk)
    try:
        datasets.delete(dataset)
    except datasets.StillUsed as error:
        messages.error(request, str(error))
        return redirect("training:dataset", pk)
    messages.success(request, _("Deleted, with all that was made from it."))
    return redirect("training:datasets")
