"""Marks as tables for the school's own books."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Classroom, Enrolment
from accounts.tables import Table
from grading import release, review
from grading.models import Assignment, Mark, Problem


def of_assignment(assignment: Assignment) -> Table:
    """One line a student: points of each problem, the total, the problems that were handed in late, and the state of the least finished
    mark. Proposals are no marks.

    Where a newer attempt has no points yet, those that the student has stand.
    """
    problems = list(assignment.problems.all())
    newest = _by_problem(Mark.objects.filter(submission__current=True), problems)
    marks = _by_problem(release.standing(), problems) | {key: mark for key, mark in newest.items() if mark.points is not None}
    heading = [
        *_person(),
        *(f"{problem.number} (/{review.plain(problem.points)})" for problem in problems),
        _("Total"),
        _("Late"),
        _("State"),
    ]
    rows = [_row(enrolment, problems, marks, newest) for enrolment in assignment.classroom.class_list()]
    return [heading, *rows]


def of_classroom(classroom: Classroom) -> Table:
    """One line a student: the released points of each assignment, newest last."""
    assignments = list(classroom.assignments.order_by("created").prefetch_related("problems"))
    problems = [problem for assignment in assignments for problem in assignment.problems.all()]
    marks = _by_problem(release.standing(), problems)
    full = [sum((problem.points for problem in assignment.problems.all()), Decimal(0)) for assignment in assignments]
    heading = [*_person(), *(f"{each.title} (/{review.plain(points)})" for each, points in zip(assignments, full, strict=True))]
    rows = [
        [*_name(enrolment), *(_points(marks, enrolment, list(each.problems.all())) for each in assignments)]
        for enrolment in classroom.class_list()
    ]
    return [heading, *rows]


Marks = dict[tuple[object, int], Mark]


def _by_problem(marks: "QuerySet[Mark]", problems: Sequence[Problem]) -> Marks:
    """By (problem, student). Of a whole class only what the tables say: to read what was found in the work as well takes seconds."""
    told = ("points", "state", "submission__problem", "submission__student", "submission__late")
    found = marks.filter(submission__problem__in=problems).select_related("submission").only(*told)
    return {(mark.submission.problem_id, mark.submission.student_id): mark for mark in found}


def _person() -> list[str]:
    return [_("Username"), _("Name"), _("Student number")]


def _name(enrolment: Enrolment) -> list[str]:
    return [enrolment.student.username, enrolment.student.get_full_name(), enrolment.number]


def _row(enrolment: Enrolment, problems: Sequence[Problem], marks: Marks, newest: Marks) -> list[str | Decimal]:
    cells = [_points(marks, enrolment, [problem]) for problem in problems]
    states = {newest[key].state for problem in problems if (key := (problem.pk, enrolment.student_id)) in newest}
    state = next((each for each in Mark.State if each in states), None)  # the states stand in the order of a mark's life
    handed_in = [(problem, (newest | marks).get((problem.pk, enrolment.student_id))) for problem in problems]
    late = ", ".join(str(problem.number) for problem, mark in handed_in if mark is not None and mark.submission.late)
    return [*_name(enrolment), *cells, _points(marks, enrolment, problems), late, str(state.label) if state else ""]


def _points(marks: Marks, enrolment: Enrolment, problems: Sequence[Problem]) -> str | Decimal:
    """The sum over these problems; "" where none is marked."""
    found = [marks[key] for problem in problems if (key := (problem.pk, enrolment.student_id)) in marks]
    points = [mark.points for mark in found if mark.points is not None]
    return sum(points[1:], points[0]) if points else ""
