"""Assignments: setting work, extensions, how it stands, and releasing marks."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.classrooms import get_classroom_for
from accounts.request import UNPROCESSABLE, Request, as_uuid
from grading import access, assignments, bank, exports, groups, helping, news, queue, release, review, routing, submitting
from grading.forms import AssignmentForm, ExtensionForm, ThresholdsForm
from grading.models import Assignment, Mark, Problem
from grading.views.page import page, table


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: Request, pk: UUID) -> HttpResponse:
    classroom = get_classroom_for(request.user, pk)
    form = AssignmentForm(request.POST or None, instance=Assignment(classroom=classroom))
    if form.is_valid():
        return redirect("grading:pick", form.save().pk)
    context = {"classroom": classroom, "form": form}
    return page(request, "grading/assignment_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    """An assignment, as its teacher or as a student of the class sees it."""
    if request.user.teaches:
        return _teachers_view(request, access.get_assignment_for(request.user, pk))
    assignment = access.get_set_work_for(request.user, pk)
    problems = list(assignment.problems.all())
    work, marks = submitting.current_work(request.user, problems), release.standing_of(request.user, problems)
    due = submitting.due_for(assignment, request.user)
    rows = [(problem, work.get(problem.pk), marks.get(problem.pk)) for problem in problems]
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "rows": rows,
        "news": news.problems(request.user, assignment),
        "due": due,
        "open": submitting.is_open(assignment, due),
        "over": submitting.is_over(due),
        "rule": helping.rule_of(assignment, request.user),
    }
    return page(request, "grading/my_assignment.html", context)


def _teachers_view(request: Request, assignment: Assignment) -> HttpResponse:
    counts = queue.counts_of(assignment)
    rows = [(problem, counts[problem.pk]) for problem in assignment.problems.all()]
    enrolments = assignment.classroom.class_list()
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "rows": rows,
        "students": [enrolment.student for enrolment in enrolments],
        "extensions": assignment.extensions.select_related("student"),
        "extension_form": ExtensionForm(),
        "regrades": release.open_requests().filter(submission__problem__assignment=assignment),
        "releasable": release.releasable(assignment).count(),
        "drafts": Mark.objects.filter(submission__in=queue.of_assignment(assignment), state=Mark.State.DRAFT).count(),
    }
    return page(request, "grading/assignment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: UUID) -> HttpResponse:
    assignment = access.get_assignment_for(request.user, pk)
    form = AssignmentForm(request.POST or None, instance=assignment)
    if form.is_valid():
        form.save()
        return redirect("grading:assignment", pk)
    context = {"classroom": assignment.classroom, "assignment": assignment, "form": form}
    return page(request, "grading/assignment_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def pick(request: Request, pk: UUID) -> HttpResponse:
    """Problems of the bank for an assignment, which gets copies of them."""
    assignment = access.get_assignment_for(request.user, pk)
    if request.method == "POST":
        chosen = [pk for pk in request.POST.getlist("problem") if as_uuid(pk)]
        problems = list(access.bank_of(request.user).filter(pk__in=chosen))
        taken = bank.assign(problems, assignment)
        if len(taken) < len(problems):
            messages.warning(request, _("An assignment has at most {limit} problems.").format(limit=bank.MOST_PROBLEMS))
        return redirect("grading:assignment", pk)
    context: dict[str, Any] = {"assignment": assignment, "classroom": assignment.classroom, "problems": access.bank_of(request.user)[:500]}
    return page(request, "grading/pick.html", context)


@require_POST
def publish(request: Request, pk: UUID) -> HttpResponse:
    """Show the assignment to the class, or hide it again."""
    assignment = access.get_assignment_for(request.user, pk)
    try:
        assignments.publish(assignment, hide="hide" in request.POST)
    except assignments.AssignmentError as error:
        messages.error(request, str(error))
    return redirect("grading:assignment", pk)


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    assignment = access.get_assignment_for(request.user, pk)
    assignment.delete()
    return redirect("grading:classroom", assignment.classroom_id)


@require_POST
def extend(request: Request, pk: UUID) -> HttpResponse:
    """Another due date for one student."""
    assignment = access.get_assignment_for(request.user, pk)
    form = ExtensionForm(request.POST)
    if form.is_valid():
        enrolment = get_object_or_404(assignment.classroom.enrolments, student=form.cleaned_data["student"])
        assignment.extensions.update_or_create(student=enrolment.student, defaults={"due": form.cleaned_data["due"]})
    else:
        messages.error(request, _("Choose a student and a date."))
    return redirect("grading:assignment", pk)


@require_POST
def remove_extension(request: Request, pk: int) -> HttpResponse:
    extension = access.get_extension_for(request.user, pk)
    extension.delete()
    return redirect("grading:assignment", extension.assignment_id)


@require_POST
def release_marks(request: Request, pk: UUID) -> HttpResponse:
    assignment = access.get_assignment_for(request.user, pk)
    count = release.release(assignment, request.user)
    messages.success(request, ngettext("{count} mark was released.", "{count} marks were released.", count).format(count=count))
    return redirect("grading:assignment", pk)


@require_safe
def marks_table(request: Request, pk: UUID, form: str) -> HttpResponse:
    return table(exports.of_assignment(access.get_assignment_for(request.user, pk)), "marks", form)


@require_safe
def errors(request: Request, pk: UUID) -> HttpResponse:
    """The class error map."""
    assignment = access.get_assignment_for(request.user, pk)
    rows = groups.error_map(assignment)
    context = {"assignment": assignment, "classroom": assignment.classroom, "rows": rows, "named": groups.misconceptions(rows)}
    return page(request, "grading/errors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confidence(request: Request, pk: UUID) -> HttpResponse:
    """What proposals are worth, as measured on marks that were given blind, and from where on they are trusted."""
    assignment = access.get_assignment_for(request.user, pk)
    form = ThresholdsForm(request.POST or None, instance=assignment)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("grading:confidence", pk)
    blind = review.blind_agreement(assignment)
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "form": form,
        "bands": routing.bands(queue.of_assignment(assignment).values_list("confidence", flat=True), blind),
        "blind": len(blind),
        "rows": _blind_counts(assignment),
        "sample": queue.BLIND_SAMPLE,
    }
    return page(request, "grading/confidence.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _blind_counts(assignment: Assignment) -> list[tuple[Problem, int]]:
    blind = Count("submissions", filter=Q(submissions__in=queue.of_assignment(assignment), submissions__mark__blind=True))
    return [(problem, problem.blind) for problem in assignment.problems.annotate(blind=blind).order_by("position", "created")]
