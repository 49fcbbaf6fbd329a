"""The problem bank, and one problem with its key, its rubric and its samples."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.classrooms import require_teacher
from accounts.request import UNPROCESSABLE, Request, as_uuid
from accounts.tables import TableError
from grading import access, bank, importing, reading, remark, sampling
from grading.forms import PointsForm, ProblemForm, RubricFormSet
from grading.models import Assignment, Problem, RubricItem
from grading.views.page import CONFLICT, page, uploaded_text


@require_safe
def index(request: Request) -> HttpResponse:
    require_teacher(request.user)
    query, topic = request.GET.get("q", ""), request.GET.get("topic", "")
    found = bank.search(request.user, query, topic)[:200]
    context = {"problems": found, "query": query, "topic": topic, "topics": bank.topics(request.user)}
    return render(request, "grading/_bank.html", context) if request.htmx else page(request, "grading/bank.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: Request) -> HttpResponse:
    """A problem for the bank; `?for=`: begun on the page of an assignment, which gets a copy at once."""
    require_teacher(request.user)
    wanted = as_uuid(request.GET.get("for", ""))
    assignment = access.get_assignment_for(request.user, wanted) if wanted else None
    form = ProblemForm(request.POST or None, instance=Problem(owner=request.user))
    if form.is_valid():
        made = bank.create(form.save(commit=False))
        return _into(request, assignment, made) if assignment else _banked(request, made)
    context = {"form": form, "topics": bank.topics(request.user), "assignment": assignment}
    if assignment:
        context["classroom"] = assignment.classroom
    return page(request, "grading/problem_new.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _banked(request: Request, made: Problem) -> HttpResponse:
    messages.success(request, _("The problem is in your bank."))
    return redirect("grading:problem", made.pk)


def _into(request: Request, assignment: Assignment, made: Problem) -> HttpResponse:
    if bank.assign([made], assignment):
        messages.success(request, _("The problem is in the assignment, and in your bank."))
    else:
        messages.warning(request, _("An assignment has at most {limit} problems.").format(limit=bank.MOST_PROBLEMS))
    return redirect("grading:assignment", assignment.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def import_problems(request: Request) -> HttpResponse:
    """A POST previews a file; with `confirm` it is taken."""
    require_teacher(request.user)
    context: dict[str, Any] = {"text": "", "error": ""}
    if request.method == "POST":
        try:
            text = context["text"] = uploaded_text(request)
            if "confirm" in request.POST:
                count = importing.store(text, request.user)
                words = ngettext("{count} problem was imported.", "{count} problems were imported.", count)
                messages.success(request, words.format(count=count))
                return redirect("grading:bank")
            context["lines"] = importing.preview(text, request.user)
        except TableError as error:
            context |= {"error": str(error), "text": request.POST.get("table", "")}
    return page(request, "grading/bank_import.html", context, status=UNPROCESSABLE if context["error"] else 200)


@require_POST
def read_answer(request: Request) -> HttpResponse:
    """How an expected answer is understood, while it is typed."""
    require_teacher(request.user)
    answer = request.POST.get("answer", "").strip()
    return render(request, "grading/_reading.html", {"answer": answer, "latex": reading.read(answer)})


@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: Request, pk: UUID) -> HttpResponse:
    """A problem's text and key. A new key for work that is handed in is not saved here: its effect is shown first."""
    shown = access.get_problem_for(request.user, pk)
    before = (shown.answer, shown.reference)
    form = ProblemForm(request.POST or None, instance=shown)
    if form.is_valid():
        if (shown.answer, shown.reference) != before and shown.submissions.exists():
            return _preview_key(request, shown, before)
        bank.change(shown, form.fields)
        messages.success(request, _("Saved."))
        return redirect("grading:problem", pk)
    return _problem_page(request, shown, {"form": form}, status=UNPROCESSABLE if form.is_bound else 200)


def _problem_page(request: Request, shown: Problem, more: dict[str, Any], *, status: int) -> HttpResponse:
    context = {
        **_place(shown),
        "form": ProblemForm(instance=shown),
        "points": PointsForm(instance=shown),
        "rubric": RubricFormSet(instance=shown),
        "topics": bank.topics(request.user),
        "samples": shown.samples.all(),
    }
    return page(request, "grading/problem.html", context | more, status=status)


def _place(shown: Problem) -> dict[str, Any]:
    """Where a problem belongs, for the way that leads to it."""
    return {"problem": shown, "assignment": shown.assignment, "classroom": shown.assignment.classroom if shown.assignment else None}


def _preview_key(request: Request, shown: Problem, before: tuple[str, str]) -> HttpResponse:
    """What else was changed, text and topic, is saved; the key waits for a look at what it does to the marks."""
    answer, reference = shown.answer, shown.reference
    shown.answer, shown.reference = before
    bank.change(shown, ("text", "topic"))
    return _key_page(request, shown, answer, reference)


def _key_page(request: Request, shown: Problem, answer: str, reference: str, *, status: int = 200) -> HttpResponse:
    context = _place(shown) | {"answer": answer, "reference": reference, "plan": remark.plan_key(shown, answer)}
    return page(request, "grading/remark_key.html", context, status=status)


@require_POST
def key(request: Request, pk: UUID) -> HttpResponse:
    """Take the key that was previewed, and mark again."""
    shown = access.get_assigned_for(request.user, pk)
    data = request.POST.copy()
    data["text"], data["topic"] = shown.text, shown.topic
    form = ProblemForm(data, instance=Problem(assignment=shown.assignment))
    if not form.is_valid():
        return _problem_page(request, shown, {"form": form}, status=UNPROCESSABLE)
    answer, reference = form.cleaned_data["answer"], form.cleaned_data["reference"]
    try:
        remark.apply_key(shown, answer, reference, request.user, request.POST.get("fingerprint", ""))
    except remark.PlanChanged as error:
        messages.warning(request, str(error))
        return _key_page(request, shown, answer, reference, status=CONFLICT)
    messages.success(request, _("The key is changed. All work is being checked again."))
    return redirect("grading:problem", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def rubric(request: Request, pk: UUID) -> HttpResponse:
    """The rubric by itself. What a change does to marks is shown before it is made; where it does nothing, it is made at once."""
    shown = access.get_problem_for(request.user, pk)
    if request.method != "POST":
        return _rubric_page(request, shown, {"points": PointsForm(instance=shown), "rubric": RubricFormSet(instance=shown)}, status=200)
    points, lines = PointsForm(request.POST, instance=shown), RubricFormSet(request.POST, instance=shown)
    if not (points.is_valid() and lines.is_valid()):
        return _rubric_page(request, shown, {"points": points, "rubric": lines}, status=UNPROCESSABLE)
    items = _items(lines)
    plan = remark.plan_rubric(shown, items)
    if plan.pending and request.POST.get("fingerprint") != plan.fingerprint:
        return _rubric_page(request, shown, {"points": points, "rubric": lines, "plan": plan}, status=UNPROCESSABLE)
    try:
        remark.apply_rubric(shown, items, request.user, plan.fingerprint)
    except remark.PlanChanged as error:
        messages.warning(request, str(error))
        more = {"points": points, "rubric": lines, "plan": remark.plan_rubric(shown, items)}
        return _rubric_page(request, shown, more, status=CONFLICT)
    messages.success(request, _("The rubric is saved."))
    at = request.POST.get("at", "")
    return redirect(reverse("grading:queue", args=[pk], query={"at": at}) if at else reverse("grading:problem", args=[pk]))


def _rubric_page(request: Request, shown: Problem, more: dict[str, Any], *, status: int) -> HttpResponse:
    """`at` is the submission that the grader came from, and goes back to."""
    at = request.POST.get("at", "") or request.GET.get("at", "")
    return page(request, "grading/rubric.html", _place(shown) | {"at": at} | more, status=status)


def _items(lines: Any) -> list[RubricItem]:  # noqa: ANN401 (a form set, which has no type of its own)
    """The rubric as the form has it, in its order; lines that were deleted or left empty are not in it."""
    kept = [form for form in lines.forms if form.cleaned_data and not form.cleaned_data.get("DELETE") and form.cleaned_data.get("text")]
    items = [form.save(commit=False) for form in kept]
    for position, item in enumerate(items):
        item.position, item.problem = position, lines.instance
    return items


@require_POST
def sample(request: Request, pk: UUID) -> HttpResponse:
    """Have the model solve the problem several times."""
    shown = access.get_problem_for(request.user, pk)
    sampling.request(shown)
    return redirect("grading:problem", pk)


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    """Take a problem out of the bank, or out of an assignment as long as nobody has worked on it."""
    shown = access.get_problem_for(request.user, pk)
    assignment = shown.assignment
    if shown.submissions.exists():
        messages.error(request, _("Students have handed in work on this problem. It stays."))
        return redirect("grading:problem", pk)
    shown.delete()
    return redirect("grading:assignment", assignment.pk) if assignment else redirect("grading:bank")
