"""Models: lineage, card, measured against the one that serves, promoted, taken back."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.request import Request
from accounts.roles import check_admin
from accounts.text import storable
from training import gate, measuring, registry, runs
from training.forms import MeasureForm
from training.models import ModelVersion, Promotion
from tutor import serving, standing

SHOWN = 50  # promotions


@require_safe
def index(request: Request) -> HttpResponse:
    """All models, what serves, and how that came about."""
    context = {
        "versions": registry.lineage_of(registry.get_versions_for(request.user)),
        "champion": registry.champion(),
        "promotions": Promotion.objects.select_related("by")[:SHOWN],
        "in_force": registry.last_in_force(),
        "decision": registry.newest_decision(),
    }
    return render(request, "training/models.html", context | _workers())


@require_safe
def workers(request: Request) -> HttpResponse:
    """What the workers serve now, for a page that is open."""
    check_admin(request.user)
    return render(request, "training/_workers.html", _workers())


def _workers() -> dict[str, Any]:
    return {"workers": standing.alive(), "chosen": serving.wanted(), "settings_model": registry.settings_model()}


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    version = registry.get_version_for(request.user, pk)
    served = registry.served()
    is_served = served is not None and served.pk == version.pk
    context: dict[str, Any] = {
        "version": version,
        "served": served,
        "is_served": is_served,
        "form": MeasureForm(),
        "files": _files(version),
        "decision": registry.newest_decision(),
    }
    context["gate"] = gate.open_gate(served, version) if served is not None and not is_served else None
    begun_with = version.parent if version.parent != served else None  # else that is the gate's
    context["gain"] = gate.open_gate(begun_with, version) if begun_with is not None else None
    return render(request, "training/model.html", context | {"settings_model": registry.settings_model()})


def _files(version: ModelVersion) -> list[dict[str, Any]]:
    """Where it is, and how large; a size of None says that it is not a file here, or gone."""
    found = []
    for kind, text in ((_("For the embedded engine (GGUF)"), version.gguf), (_("Checkpoint"), version.checkpoint)):
        if text:
            path = Path(text)
            files = [path] if path.is_file() else list(path.glob("*")) if path.is_dir() else []
            found.append({"kind": kind, "path": text, "bytes": sum(each.stat().st_size for each in files) or None})
    return found


@require_POST
def promote(request: Request, pk: UUID) -> HttpResponse:
    version = registry.get_version_for(request.user, pk)
    served = registry.served()
    evidence = gate.open_gate(served, version).as_json if served is not None else {}
    try:
        registry.promote(version, by=request.user, evidence=evidence, **_said(request))
        messages.success(request, _("The workers load this model; new questions go to it as soon as it is ready."))
    except registry.RegistryError as error:
        messages.error(request, str(error))
        return redirect("training:model", pk)
    return redirect("training:models")


@require_POST
def roll_back(request: Request) -> HttpResponse:
    check_admin(request.user)
    try:
        registry.roll_back(by=request.user, **_said(request))
        messages.success(request, _("The workers load the model before; new questions go to it as soon as it is ready."))
    except registry.RegistryError as error:
        messages.error(request, str(error))
    return redirect("training:models")


def _said(request: Request) -> dict[str, str]:
    """What the form of a decision says: why, and upon which decision it was looked at."""
    return {"why": storable(request.POST.get("why", ""))[:2000], "seen": request.POST.get("decision", "")}


@require_POST
def measure(request: Request, pk: UUID) -> HttpResponse:
    """Begin a run that measures this model, and the one that serves, on what both lack."""
    version = registry.get_version_for(request.user, pk)
    form = MeasureForm(request.POST)
    try:
        run = measuring.begin(version, form.cleaned_data["problems"] if form.is_valid() else None, by=request.user)
    except (measuring.NothingToMeasure, runs.RunError) as error:
        messages.error(request, str(error))
        return redirect("training:model", pk)
    return redirect("training:run", run.pk)


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    version = registry.get_version_for(request.user, pk)
    try:
        registry.delete(version)
    except registry.RegistryError as error:
        messages.error(request, str(error))
        return redirect("training:model", pk)
    messages.success(request, _("Deleted, with its files."))
    return redirect("training:models")
