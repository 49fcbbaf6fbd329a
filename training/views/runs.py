"""Runs: begin, watch, stop, go on, compare."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.request import UNPROCESSABLE, Request, as_uuid
from accounts.roles import check_admin
from training import charts, progress, recipes, rows, runs
from training.forms import StartForm
from training.models import Run, RunStage
from training.supervisor import log_of

SHOWN = 100  # runs of the list


@require_safe
def index(request: Request) -> HttpResponse:
    """All runs, and the form that begins one."""
    return _index(request, StartForm())


@require_safe
def table(request: Request) -> HttpResponse:
    """The list alone, for a page that is open."""
    return render(request, "training/_runs.html", {"runs": runs.get_runs_for(request.user)[:SHOWN]})


@require_POST
def start(request: Request) -> HttpResponse:
    """Begin a run."""
    check_admin(request.user)
    form = StartForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            run = runs.create(recipes.load(said["recipe"]), by=request.user, base=said["base"], datasets=form.datasets)
            return redirect("training:run", run.pk)
        except (recipes.RecipeError, runs.RunError) as error:
            form.add_error(None, str(error))
    return _index(request, form, status=UNPROCESSABLE)


def _index(request: Request, form: StartForm, *, status: int = 200) -> HttpResponse:
    found = runs.get_runs_for(request.user)[:SHOWN]
    about = [(name, recipes.ABOUT[name]) for name in recipes.names() if name in recipes.ABOUT]
    taken, free = runs.room()
    return render(request, "training/runs.html", {"runs": found, "form": form, "about": about, "taken": taken, "free": free}, status=status)


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    """One run; its live part alone for a page that is open."""
    run = runs.get_run_for(request.user, pk)
    part = "training/_run.html" if request.htmx else "training/run.html"
    stages = list(run.stages.all())
    for stage in stages:
        stage.run = run
    context = {"run": run, "stages": stages, "charts": _charts([run])}
    context |= {"ahead": runs.before(run), "size": runs.size(run.folder)}
    others = Run.objects.exclude(pk=run.pk)[:SHOWN]
    return render(request, part, context | {"log": _log(run), "others": others})


@require_safe
def log(request: Request, pk: UUID) -> HttpResponse:
    """The end of what the stages said."""
    text = _log(runs.get_run_for(request.user, pk))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _log(run: Run) -> str:
    """Of the stage that is at work, or was last."""
    begun = [stage for stage in run.stages.all() if stage.started]
    return progress.log_tail(log_of(begun[-1])) if begun else ""


def _charts(found: list[Run]) -> list[charts.Chart]:
    try:
        return charts.of_runs(found)
    except rows.RowError:  # a file that somebody changed by hand; its stage says so, too
        return []


@require_POST
def cancel(request: Request, pk: UUID) -> HttpResponse:
    run = runs.get_run_for(request.user, pk)
    runs.cancel(run)
    return redirect("training:run", pk)


@require_POST
def resume(request: Request, pk: UUID) -> HttpResponse:
    run = runs.get_run_for(request.user, pk)
    try:
        runs.resume(run)
    except runs.RunError as error:
        messages.error(request, str(error))
    return redirect("training:run", pk)


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    run = runs.get_run_for(request.user, pk)
    try:
        runs.delete(run)
    except runs.RunError as error:
        messages.error(request, str(error))
        return redirect("training:run", pk)
    messages.success(request, _("Deleted, with its files."))
    return redirect("training:runs")


@require_safe
def compare(request: Request) -> HttpResponse:
    """Two runs side by side: what they began with, where their settings differ, and what came of it."""
    found = [runs.get_run_for(request.user, _uuid(request.GET.get(name, ""))) for name in ("a", "b")]
    names = dict.fromkeys(stage.name for run in found for stage in run.stages.all())
    by_name = [{stage.name: stage for stage in run.stages.all()} for run in found]
    stages = [(name, _side_by_side([stages.get(name) for stages in by_name])) for name in names]
    return render(request, "training/compare.html", {"runs": found, "stages": stages, "charts": _charts(found)})


def _side_by_side(stages: list[RunStage | None]) -> list[tuple[RunStage | None, dict[str, Any]]]:
    """Each stage with those of its settings that are not alike in all of them."""
    configs = [stage.settings["config"] if stage else {} for stage in stages]
    there = [config for config in configs if config]
    differing = {name for config in there for name in config if any(other.get(name) != config[name] for other in there)}
    shown = [{name: config.get(name, "–") for name in sorted(differing)} if config else {} for config in configs]
    return list(zip(stages, shown, strict=True))


def _uuid(text: str) -> UUID:
    """Raises Http404."""
    if (found := as_uuid(text)) is None:
        raise Http404
    return found
