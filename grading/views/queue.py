"""Grading: one problem, one submission after the other, without loading a page between them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from accounts import workers
from accounts.request import UNPROCESSABLE, Request, as_uuid
from grading import access, groups, leases, queue, release, review
from grading.forms import DecisionForm
from grading.models import Group, Problem, RubricItem, Submission
from grading.panel import Panel, panel_of
from grading.review import Conflict, ReviewError
from grading.views.page import CONFLICT, page


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the queue is looked at."""

    show: str
    group: int | None

    @classmethod
    def of(cls, request: Request) -> "View":
        given = request.GET
        show = given.get("show", "all" if "group" in given else "todo")
        group = given.get("group", "")
        return cls(show if show in queue.SHOWS else "todo", int(group) if group.isdecimal() and len(group) < 18 else None)

    @property
    def query_string(self) -> str:
        return urlencode(self.query)

    @property
    def query(self) -> dict[str, str]:
        return {"show": self.show} | ({"group": str(self.group)} if self.group else {})


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    """The queue's page, at the submission that `at` names or at the first one."""
    problem = access.get_assigned_for(request.user, pk)
    view = View.of(request)
    shown = queue.ordered(problem, view.show, group=view.group)
    at = _chosen(request, problem) or (shown[0] if shown else None)
    return _answer(request, problem, view, access.get_submission_for(request.user, at) if at else None)


def _chosen(request: Request, problem: Problem) -> UUID | None:
    """The submission that the address names, if it is one of this problem's."""
    at = as_uuid(request.GET.get("at", ""))
    return at if at and problem.submissions.filter(pk=at).exists() else None


def _panel(problem: Problem, view: View, submission: Submission, **more: Any) -> Panel:  # noqa: ANN401 (what a form brought)
    return panel_of(submission, _place(problem, view, submission), blind=view.show == "blind", **more)


@require_safe
def submission(request: Request, pk: UUID) -> HttpResponse:
    """One submission in its queue: the panel alone for a script, the whole page for a link."""
    shown = access.get_submission_for(request.user, pk)
    view = View.of(request)
    if not request.htmx:
        return redirect(_address(shown.problem, view, shown.pk))
    return _answer(request, shown.problem, view, shown)


def _answer(request: Request, problem: Problem, view: View, shown: Submission | None, *, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401
    """The panel with its surroundings: a script gets the panel alone."""
    assignment = problem.assignment
    assert assignment is not None
    panel = _panel(problem, view, shown, **more) if shown else None
    context: dict[str, Any] = {
        "panel": panel,
        "problem": problem,
        "assignment": assignment,
        "classroom": assignment.classroom,
        "view": view,
    }
    context["counts"] = queue.counts(queue.submissions_of(problem))
    if not request.htmx:
        return page(request, "grading/queue.html", context, status=status)
    answer = render(request, "grading/_panel_and_counts.html", context, status=status)
    return push_url(answer, _address(problem, view, shown.pk if shown else None))


def _address(problem: Problem, view: View, at: UUID | None) -> str:
    return reverse("grading:queue", args=[problem.pk], query=view.query | ({"at": str(at)} if at else {}))


@require_POST
def mark(request: Request, pk: UUID) -> HttpResponse:
    """Write a decision; the answer is the submission that comes next, or this one with what is in the way."""
    marked = access.get_submission_for(request.user, pk)
    problem, view = marked.problem, View.of(request)
    form = DecisionForm(request.POST, list(problem.rubric.all()))
    if not form.is_valid():
        return _answer(request, problem, view, marked, status=UNPROCESSABLE, mine=form, error=_first_error(form))
    place = _place(problem, view, marked)
    try:
        review.decide(marked, request.user, form.decision(), version=form.cleaned_data["version"])
    except ReviewError as error:
        fresh = access.get_submission_for(request.user, pk)  # `marked` has the mark that was not taken
        if isinstance(error, Conflict):
            return _answer(request, problem, view, fresh, status=CONFLICT, mine=form, theirs=error.theirs)
        return _answer(request, problem, view, fresh, status=UNPROCESSABLE, mine=form, error=str(error))
    then = form.cleaned_data["then"] if marked.current else "stay"  # the panel says that there is a newer attempt
    following = place.next if then == "next" else place.previous if then == "previous" else pk
    if not request.htmx:
        return redirect(_address(problem, view, following))
    return _answer(request, problem, view, access.get_submission_for(request.user, following) if following else None)


def _place(problem: Problem, view: View, submission: Submission) -> queue.Place:
    """An old attempt's place is that of the newest one."""
    whole = queue.ordered(problem, "blind" if view.show == "blind" else "all", group=view.group)
    at = queue.newer(submission) or submission
    return queue.place(whole, queue.ordered(problem, view.show, group=view.group), at.pk)


def _first_error(form: DecisionForm) -> str:
    return str(next(iter(form.errors.values()))[0])


@require_safe
def history(request: Request, pk: UUID) -> HttpResponse:
    """Who changed a mark, when, from what to what, and why."""
    shown = access.get_submission_for(request.user, pk)
    return render(request, "grading/_history.html", {"changes": review.history(shown), "submission": shown})


@require_POST
def accept(request: Request, pk: UUID) -> HttpResponse:
    """Take all proposals that need no reading."""
    problem = access.get_assigned_for(request.user, pk)
    count = review.accept(queue.ordered(problem, "auto"), request.user)
    messages.success(request, ngettext("{count} proposal was accepted.", "{count} proposals were accepted.", count).format(count=count))
    return redirect(reverse("grading:queue", args=[pk]))


@require_POST
def recheck(request: Request, pk: UUID) -> HttpResponse:
    """Have the machine try again what it could not check."""
    problem = access.get_assigned_for(request.user, pk)
    leases.check_failed(problem)
    workers.ring(leases.CHECK)
    return redirect(reverse("grading:queue", args=[pk]))


@require_POST
def answer_regrade(request: Request, pk: int) -> HttpResponse:
    """Close a request to look again."""
    asked = access.get_regrade_for(request.user, pk)
    release.answer(asked, request.user, request.POST.get("reply", ""))
    problem = asked.submission.problem
    view = View.of(request)
    if not request.htmx:
        return redirect(_address(problem, view, asked.submission_id))
    return _answer(request, problem, view, access.get_submission_for(request.user, asked.submission_id))


# --- Groups -------------------------------------------------------------------------------------------------------------


@require_safe
def group_list(request: Request, pk: UUID) -> HttpResponse:
    """Answers and first wrong steps of one problem, the commonest first."""
    problem = access.get_assigned_for(request.user, pk)
    context = {
        "problem": problem,
        "assignment": problem.assignment,
        "classroom": problem.assignment.classroom if problem.assignment else None,
        "answers": groups.of_problem(problem, Group.Kind.ANSWER),
        "steps": groups.of_problem(problem, Group.Kind.STEP),
    }
    return page(request, "grading/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group(request: Request, pk: int) -> HttpResponse:
    """Mark a group alike: a POST shows what would change, and with `confirm` changes it."""
    shown = access.get_group_for(request.user, pk)
    problem = shown.problem
    rubric = list(problem.rubric.all())
    context: dict[str, Any] = {"group": shown, "problem": problem, "assignment": problem.assignment, "rubric": rubric}
    if request.method == "POST":
        form = _group_form(request, rubric)
        if not form.is_valid():
            raise BadRequest(form.errors.as_text())
        decided_too = "decided_too" in request.POST
        if "confirm" in request.POST:
            return _mark_group(request, shown, form.decision(), decided_too=decided_too)
        pending = review.preview_group(shown, request.user, form.decision(), decided_too=decided_too)
        context |= {"pending": pending, "decision": form.decision(), "decided_too": decided_too}
    members = groups.members(shown)
    context |= {"classroom": problem.assignment.classroom if problem.assignment else None, "members": members}
    return page(request, "grading/group.html", context)


def _group_form(request: Request, rubric: list[RubricItem]) -> DecisionForm:
    """What is said of a whole group; the versions of its marks are told one by one."""
    data = request.POST.copy()
    data["version"], data["reviewed"] = "0", "on"
    return DecisionForm(data, rubric)


def _mark_group(request: Request, shown: Group, decision: review.Decision, *, decided_too: bool) -> HttpResponse:
    pairs = [pair.partition(":") for pair in request.POST.get("versions", "").split()]
    versions = {key: int(version) for key, _sign, version in pairs if version.isdecimal()}
    changed, left = review.mark_group(shown, request.user, decision, versions, decided_too=decided_too)
    messages.success(request, ngettext("{count} submission was marked.", "{count} submissions were marked.", changed).format(count=changed))
    if left:
        words = ngettext("{count} mark was left alone: it is released, or has changed.", "{count} marks were left alone.", left)
        messages.warning(request, words.format(count=left))
    return redirect("grading:group", shown.pk)


@require_POST
def name_group(request: Request, pk: int) -> HttpResponse:
    """Name the misconception behind a group."""
    shown = access.get_group_for(request.user, pk)
    groups.rename(shown, request.POST.get("name", ""))
    messages.success(request, _("Saved."))
    return redirect("grading:group", pk)
