"""Classes: making, joining, rosters, teachers, and what may be learned from them."""

from collections.abc import Callable, Container, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import classrooms, rosters
from accounts.classrooms import ClassroomError, get_attended_for, get_classroom_for, get_enrolment_for
from accounts.models import Classroom, User
from accounts.request import UNPROCESSABLE, Request
from accounts.tables import TableError
from grading import access, exports, news, progress, queue, release, submitting
from grading.forms import ClassroomForm
from grading.models import Assignment, Mark, Problem
from grading.views.page import page, table, uploaded_text


@require_safe
def index(request: Request) -> HttpResponse:
    """A person's classes."""
    if request.user.teaches:
        return page(request, "grading/classes.html", _taught(request.user) | {"form": ClassroomForm()})
    attended = Classroom.objects.attended_by(request.user)
    context: dict[str, Any] = {"attended": attended.filter(ended=None), "past": attended.exclude(ended=None)}
    context |= {"marked": news.assignments(request.user), "open_work": _open_work(request.user)}
    return page(request, "grading/my_classes.html", context)


def _taught(teacher: User) -> dict[str, Any]:
    """The classes of this year and those before, with the number of students in each, by name: counting drops a model's own order."""
    found = Classroom.objects.taught_by(teacher).annotate(students=Count("enrolments", distinct=True)).order_by("name", "created")
    return {"taught": found.filter(ended=None), "past": found.exclude(ended=None)}


def _open_work(student: User) -> "QuerySet[Assignment]":
    """What can still be handed in and is not yet, the most urgent first. `overdue`: only as late work."""
    now = timezone.now()
    is_open = Q(own_due=None) | Q(own_due__gte=now) | Q(late_allowed=True)
    dated = submitting.with_own_due(access.set_work_of(student).filter(classroom__ended=None), student)
    missing = Problem.objects.filter(assignment=OuterRef("pk")).exclude(submissions__student=student)
    found = dated.filter(is_open, Exists(missing)).annotate(overdue=Q(own_due__lt=now))
    return found.select_related("classroom").order_by(F("own_due").asc(nulls_last=True))


@require_POST
def create(request: Request) -> HttpResponse:
    classrooms.require_teacher(request.user)
    form = ClassroomForm(request.POST)
    if not form.is_valid():
        return page(request, "grading/classes.html", _taught(request.user) | {"form": form}, status=UNPROCESSABLE)
    made = classrooms.create(request.user, form.cleaned_data["name"])
    return redirect("grading:classroom", made.pk)


@require_POST
def join(request: Request) -> HttpResponse:
    try:
        joined = classrooms.join(request.user, request.POST.get("code", ""))
    except ClassroomError as error:
        messages.error(request, str(error))
        return redirect("grading:classes")
    messages.success(request, _("You are in the class {name}.").format(name=joined.name))
    return redirect("grading:classroom", joined.pk)


@require_safe
def show(request: Request, pk: UUID) -> HttpResponse:
    """A class, as its teacher or as its student sees it."""
    if request.user.teaches:
        return _teachers_view(request, get_classroom_for(request.user, pk))
    classroom = get_attended_for(request.user, pk)
    return page(request, "grading/my_class.html", {"classroom": classroom, "rows": _own_rows(request.user, classroom)})


def _teachers_view(request: Request, classroom: Classroom) -> HttpResponse:
    current = Q(problems__submissions__current=True) & queue.enrolled("problems__submissions__")
    draft = current & Q(problems__submissions__mark__state=Mark.State.DRAFT)
    assignments = classroom.assignments.annotate(
        handed_in=Count("problems__submissions", filter=current, distinct=True),
        to_review=Count("problems__submissions", filter=draft, distinct=True),
    ).order_by("-created")  # counting drops the model's own order
    context = {
        "classroom": classroom,
        "assignments": assignments,
        "regrades": release.open_requests().filter(submission__problem__assignment__classroom=classroom),
        "students": classroom.enrolments.count(),
    }
    return page(request, "grading/classroom.html", context)


def _own_rows(student: User, classroom: Classroom) -> list[dict[str, object]]:
    """A student's line for each assignment: how much is handed in, and the released points."""
    set_work = access.set_work_of(student).filter(classroom=classroom).prefetch_related("problems")
    assignments = list(submitting.with_own_due(set_work, student))
    problems = [problem for assignment in assignments for problem in assignment.problems.all()]
    work, marks = submitting.current_work(student, problems), release.standing_of(student, problems)
    return [_own_row(assignment, work, marks) for assignment in assignments]


def _own_row(assignment: Assignment, work: Container[UUID], marks: Mapping[UUID, Mark]) -> dict[str, object]:
    problems = list(assignment.problems.all())
    points = [mark.points for problem in problems if (mark := marks.get(problem.pk)) and mark.points is not None]
    return {
        "assignment": assignment,
        "due": assignment.own_due,  # type: ignore[attr-defined]  # annotated
        "problems": len(problems),
        "handed_in": sum(problem.pk in work for problem in problems),
        "marked": len(points),
        "points": sum(points) if points else None,
        "full": sum(problem.points for problem in problems),
    }


# --- Settings -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: UUID) -> HttpResponse:
    """Name, join code, teachers, training."""
    classroom = get_classroom_for(request.user, pk)
    form = ClassroomForm(request.POST or None, instance=classroom)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("grading:edit_classroom", pk)
    context = {"classroom": classroom, "form": form, "teachers": classroom.teachers.order_by("username")}
    return page(request, "grading/classroom_settings.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
def code(request: Request, pk: UUID) -> HttpResponse:
    classrooms.renew_code(get_classroom_for(request.user, pk), closed="close" in request.POST)
    return redirect("grading:edit_classroom", pk)


@require_POST
def end(request: Request, pk: UUID) -> HttpResponse:
    classrooms.end(get_classroom_for(request.user, pk), ended="end" in request.POST)
    return redirect("grading:edit_classroom", pk)


@require_POST
def training(request: Request, pk: UUID) -> HttpResponse:
    classroom = get_classroom_for(request.user, pk)
    classrooms.allow_training(classroom, request.user, allowed="allow" in request.POST)
    return redirect("grading:edit_classroom", pk)


@require_POST
def add_teacher(request: Request, pk: UUID) -> HttpResponse:
    classroom = get_classroom_for(request.user, pk)
    return _changed(request, pk, lambda: classrooms.add_teacher(classroom, request.POST.get("username", "")))


@require_POST
def remove_teacher(request: Request, pk: UUID, teacher: int) -> HttpResponse:
    classroom = get_classroom_for(request.user, pk)
    answer = _changed(request, pk, lambda: classrooms.remove_teacher(classroom, teacher))
    return answer if Classroom.objects.taught_by(request.user).filter(pk=pk).exists() else redirect("grading:classes")


def _changed(request: Request, pk: UUID, change: Callable[[], None]) -> HttpResponse:
    try:
        change()
    except ClassroomError as error:
        messages.error(request, str(error))
    return redirect("grading:edit_classroom", pk)


@require_POST
def delete(request: Request, pk: UUID) -> HttpResponse:
    get_classroom_for(request.user, pk).delete()
    return redirect("grading:classes")


# --- Students -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: Request, pk: UUID) -> HttpResponse:
    """The class list; a POST previews a table of students, and with `confirm` takes it."""
    classroom = get_classroom_for(request.user, pk)
    context: dict[str, object] = {"classroom": classroom, "text": "", "error": ""}
    if request.method == "POST":
        try:
            text = uploaded_text(request)
            context["text"], context["entries"] = text, rosters.preview(classroom, text)
            if "confirm" in request.POST:
                return _enrol(request, classroom, text)
        except (TableError, ClassroomError) as error:
            context["error"] = str(error)
            context["text"] = request.POST.get("table", "")
    students = [(each, rosters.link(each, request.user), rosters.may_open(each, request.user)) for each in classroom.class_list()]
    status = UNPROCESSABLE if context["error"] else 200
    context |= {"students": students, "waiting": sum(link != "" for _each, link, _may in students)}
    return page(request, "grading/roster.html", context, status=status)


def _enrol(request: Request, classroom: Classroom, text: str) -> HttpResponse:
    refused = rosters.enrol(classroom, text, request.user)
    if refused:
        lines = _(", ").join(str(entry.line) for entry in refused)
        messages.warning(request, _("The class list was taken, but for these lines: {lines}.").format(lines=lines))
    else:
        messages.success(request, _("The class list was taken."))
    return redirect("grading:roster", classroom.pk)


@require_safe
def roster_table(request: Request, pk: UUID, form: str) -> HttpResponse:
    return table(rosters.export(get_classroom_for(request.user, pk).class_list()), "students", form)


@require_safe
def links_table(request: Request, pk: UUID, form: str) -> HttpResponse:
    site = request.build_absolute_uri("/").removesuffix("/")
    return table(rosters.links(get_classroom_for(request.user, pk).class_list(), request.user, site), "links", form)


@require_safe
def marks_table(request: Request, pk: UUID, form: str) -> HttpResponse:
    return table(exports.of_classroom(get_classroom_for(request.user, pk)), "marks", form)


@require_POST
def remove_student(request: Request, pk: int) -> HttpResponse:
    enrolment = get_enrolment_for(request.user, pk)
    enrolment.delete()
    messages.success(request, _("{name} is no longer in the class. Their work is kept.").format(name=enrolment.student.full_name))
    return redirect("grading:roster", enrolment.classroom_id)


@require_POST
def forget_password(request: Request, pk: int) -> HttpResponse:
    enrolment = get_enrolment_for(request.user, pk)
    rosters.forget_password(enrolment, request.user)
    messages.success(request, _("The link beside {name} leads to a new password.").format(name=enrolment.student.full_name))
    return redirect("grading:roster", enrolment.classroom_id)


@require_safe
def student(request: Request, pk: int) -> HttpResponse:
    """How one student has been doing, for their teacher."""
    enrolment = get_enrolment_for(request.user, pk)
    context = {
        "enrolment": enrolment,
        "classroom": enrolment.classroom,
        "topics": progress.topics(enrolment.student, [enrolment.classroom]),
    }
    return page(request, "grading/student.html", context)


@require_safe
def own_progress(request: Request) -> HttpResponse:
    """How a student has been doing, for themselves."""
    topics = progress.topics(request.user, Classroom.objects.attended_by(request.user))
    return page(request, "grading/my_progress.html", {"topics": topics})
