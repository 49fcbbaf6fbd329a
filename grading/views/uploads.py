"""Work of a whole class from files."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Classroom
from accounts.request import UNPROCESSABLE, Request
from accounts.tables import TableError
from grading import access, uploads
from grading.models import Problem, Upload
from grading.views.page import page


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request, pk: UUID) -> HttpResponse:
    """Choose files; what is in them is matched to students and shown before it is taken."""
    problem = access.get_assigned_for(request.user, pk)
    error = ""
    if request.method == "POST":
        try:
            received = uploads.receive(problem, request.user, uploads.read(request.FILES.getlist("files")))
            return redirect("grading:matches", received.pk)
        except TableError as failure:
            error = str(failure)
    context = {"problem": problem, "assignment": problem.assignment, "classroom": _classroom(problem), "error": error}
    return page(request, "grading/upload.html", context, status=UNPROCESSABLE if error else 200)


def _classroom(problem: Problem) -> Classroom | None:
    return problem.assignment.classroom if problem.assignment else None


@require_http_methods(["GET", "HEAD", "POST"])
def matches(request: Request, pk: UUID) -> HttpResponse:
    """Whose work each file is: put right by hand, and taken."""
    shown = access.get_upload_for(request.user, pk)
    problem = shown.problem
    if request.method == "POST" and "discard" in request.POST:
        shown.delete()
        return redirect("grading:upload", problem.pk)
    if request.method == "POST":
        uploads.rematch(shown, _chosen(request))
        return _take(request, shown)
    assert problem.assignment is not None
    students = [each.student for each in problem.assignment.classroom.enrolments.select_related("student").order_by("student__first_name")]
    twice = uploads.taken_twice(shown)
    rows = [(file, twice.get(file.pk, "")) for file in shown.files.select_related("student")]
    context = {"upload": shown, "problem": problem, "assignment": problem.assignment, "rows": rows, "students": students}
    return page(request, "grading/matches.html", context | {"classroom": _classroom(problem)})


def _chosen(request: Request) -> dict[int, int | None]:
    """Form fields `file-7 = 12` as {7: 12}; an empty choice is nobody."""
    pairs = [(name.removeprefix("file-"), str(value)) for name, value in request.POST.items() if name.startswith("file-")]
    return {int(name): int(value) if value.isdecimal() else None for name, value in pairs if name.isdecimal()}


def _take(request: Request, shown: Upload) -> HttpResponse:
    problem = shown.problem
    taken, refused = uploads.take(shown, request.user)
    messages.success(request, ngettext("{count} submission was taken.", "{count} submissions were taken.", taken).format(count=taken))
    if refused:
        messages.warning(request, _("Not taken: {names}.").format(names=_(", ").join(refused[:20])))
    return redirect(reverse("grading:queue", args=[problem.pk]))
