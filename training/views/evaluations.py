"""What `manage.py evaluate` measured: a list, one with its curves, its transcripts."""

from pathlib import Path
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.request import Request
from training import curves_over_k
from training.evaluating import get_evaluation_for, get_evaluations_for

SHOWN = 200


@require_safe
def index(request: Request) -> HttpResponse:
    return render(request, "training/evaluations.html", {"evaluations": get_evaluations_for(request.user)[:SHOWN]})


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    evaluation = get_evaluation_for(request.user, pk)
    report = evaluation.report
    drawn = {"figure": curves_over_k.figure(report), "differences": curves_over_k.differences(report)}
    return render(request, "training/evaluation.html", {"evaluation": evaluation, "report": report, **drawn})


@require_safe
def transcripts(request: Request, pk: UUID) -> FileResponse:
    """Raises Http404 where somebody has removed the file."""
    path = Path(get_evaluation_for(request.user, pk).folder) / "transcripts.jsonl"
    try:
        return FileResponse(path.open("rb"), as_attachment=True, content_type="application/jsonl")
    except FileNotFoundError as error:
        raise Http404 from error


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    """Take it off the list; the files stay."""
    get_evaluation_for(request.user, pk).delete()
    return redirect("training:evaluations")
