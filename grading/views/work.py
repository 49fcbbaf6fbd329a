"""The student's side of one problem: working, handing in, the mark on the steps, asking to look again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.request import UNPROCESSABLE, Request
from accounts.tables import TableError, decode
from grading import access, helping, marked, news, release, submitting
from grading.forms import WorkForm
from grading.models import Problem
from grading.release import RegradeError
from grading.submitting import SubmissionError, Unreadable
from grading.views.page import page


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    problem = access.get_set_problem_for(request.user, pk)
    news.look(request.user, problem)
    return _work_page(request, problem, {})


def _work_page(request: Request, problem: Problem, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    assignment = problem.assignment
    assert assignment is not None
    due = submitting.due_for(assignment, request.user)
    attempts = marked.attempts(request.user, problem)
    context = {
        "problem": problem,
        "assignment": assignment,
        "classroom": assignment.classroom,
        "due": due,
        "open": submitting.is_open(assignment, due),
        "over": submitting.is_over(due),
        "rule": helping.rule_of(assignment, request.user),
        "left": submitting.attempts_left(problem, request.user),
        "attempts": attempts,
        "siblings": list(assignment.problems.all()),
        "work": attempts[0].submission.work if attempts else "",
        "answer": submitting.given_apart(attempts[0].submission) if attempts else "",
    }
    return page(request, "grading/work.html", context | more, status=status)


@require_POST
def read(request: Request, pk: UUID) -> HttpResponse:
    """How the work is read, while it is written."""
    access.get_set_problem_for(request.user, pk)
    form = WorkForm(request.POST)
    context: dict[str, Any] = {}
    if form.is_valid():
        try:
            context["reading"] = submitting.read(form.cleaned_data["work"], form.cleaned_data["answer"])
        except submitting.NothingWritten:
            pass
        except SubmissionError as error:
            context["error"] = str(error)
    return render(request, "grading/_work_reading.html", context)


@require_POST
def hand_in(request: Request, pk: UUID) -> HttpResponse:
    problem = access.get_set_problem_for(request.user, pk)
    form = WorkForm(request.POST)
    work, answer = request.POST.get("work", ""), request.POST.get("answer", "")
    kept = {"work": work, "answer": answer}
    if not form.is_valid():
        return _work_page(request, problem, kept | {"error": str(submitting.TooLong())}, status=UNPROCESSABLE)
    try:
        work = _from_file(request) or form.cleaned_data["work"]
        kept["work"] = work
        submitting.hand_in(request.user, problem, work, form.cleaned_data["answer"], anyway=form.cleaned_data["anyway"])
    except Unreadable as error:
        more = {"error": str(error), "reading": submitting.read(work, answer), "offer_anyway": True}
        return _work_page(request, problem, kept | more, status=UNPROCESSABLE)
    except (SubmissionError, TableError) as error:
        return _work_page(request, problem, kept | {"error": str(error)}, status=UNPROCESSABLE)
    messages.success(request, _("Handed in."))
    return redirect("grading:work", pk)


def _from_file(request: Request) -> str:
    """The text file that was chosen instead of typing; "" for none. Raises `TableError`."""
    file = request.FILES.get("file")
    return decode(file.read(1_000_001)) if file else ""


@require_POST
def ask_regrade(request: Request, pk: UUID) -> HttpResponse:
    submission = access.get_own_submission_for(request.user, pk)
    try:
        release.ask(submission, request.POST.get("text", ""))
        messages.success(request, _("Your teacher will look at it again."))
    except RegradeError as error:
        messages.error(request, str(error))
    return redirect("grading:work", submission.problem_id)
