"""Makes schools for the browser tests, and plays the worker that checks their work. JSON lines in and out."""

from tutor.tests.browser.script import COMMANDS, serve  # first: it sets Django up

# isort: split
from django.utils import timezone

from accounts import classrooms
from accounts.models import Classroom, Enrolment, User
from grading import bank, leases, release, review, submitting, uploads
from grading.models import Assignment, Group, Mark, Problem, Sample, Submission
from grading.review import Decision
from grading.tests.school import check_all, flood


def school(name, students=(), problems=(), **settings):
    """A class of a teacher's, `name`, with an assignment of these problems; ids of all of it."""
    teacher = User.objects.get_or_create(username=f"{name}-teacher", defaults={"role": "teacher"})[0]
    classroom = classrooms.create(teacher, name)
    for student in students:
        user = User.objects.create(username=f"{name}-{student}", first_name=student)
        Enrolment.objects.create(classroom=classroom, student=user)
    assignment = Assignment.objects.create(classroom=classroom, title="Equations", published=timezone.now(), **settings)
    banked = [bank.create(Problem(owner=teacher, **problem)) for problem in problems]
    copies = bank.assign(banked, assignment)
    return {
        "classroom": str(classroom.pk),
        "code": classroom.code,
        "assignment": str(assignment.pk),
        "problems": [str(problem.pk) for problem in copies],
        "bank": [str(problem.pk) for problem in banked],
    }


def colleague(classroom, username, first_name=""):
    user = User.objects.get_or_create(username=username, defaults={"role": "teacher", "first_name": first_name})[0]
    Classroom.objects.get(pk=classroom).teachers.add(user)


def samples(problem, answers):
    """What the model came to."""
    problem = Problem.objects.get(pk=problem)
    rows = [Sample(problem=problem, index=i, text=f"So $x = {each}$.", answer=each) for i, each in enumerate(answers)]
    Sample.objects.bulk_create(rows)
    Problem.objects.filter(pk=problem.pk).update(sampling="done")


def work(problem, works, checked=True):
    """Hand in: works by username. Their submissions by username."""
    problem = Problem.objects.select_related("assignment").get(pk=problem)
    made = {}
    for username, text in works.items():
        made[username] = str(submitting.hand_in(User.objects.get(username=username), problem, text, "", anyway=True).pk)
    if checked:
        check_all()
    return made


def crowd(name, count):
    """A class in which so many have handed in work on one problem, checked. Its ids."""
    assignment = flood(name, count, 1, count)
    check_all()
    return {"assignment": str(assignment.pk), "problem": str(assignment.problems.get().pk)}


def mark_and_ask(submission, comment, first_error, text):
    """A released mark, and its student's request to look again, where there is a text."""
    submission = Submission.objects.select_related("mark", "problem__assignment__classroom").get(pk=submission)
    assignment = submission.problem.assignment
    teacher = assignment.classroom.teachers.first()
    ticked = [submission.problem.rubric.first().pk]
    review.decide(submission, teacher, Decision(ticked=ticked, comment=comment, first_error=first_error), version=submission.mark.version)
    release.release(assignment, teacher)
    submission.mark.refresh_from_db()
    if text:
        release.ask(submission, text)
    enrolment = assignment.classroom.enrolments.get(student=submission.student)
    return {"group": Group.objects.filter(problem=submission.problem, kind="step").first().pk, "enrolment": enrolment.pk}


def upload(problem, files):
    problem = Problem.objects.select_related("assignment__classroom").get(pk=problem)
    teacher = problem.assignment.classroom.teachers.first()
    received = uploads.receive(problem, teacher, [(name, text.encode()) for name, text in files.items()])
    return {"upload": str(received.pk)}


def check():
    check_all()


def check_again(problem):
    """As after a change of its key."""
    leases.check_again(Problem.objects.get(pk=problem))


def marks(problem):
    """Username to what the mark is."""
    found = Mark.objects.filter(submission__problem=problem, submission__current=True).select_related("submission__student", "grader")
    return {
        mark.submission.student.username: {
            "points": None if mark.points is None else float(mark.points),
            "state": mark.state,
            "version": mark.version,
            "comment": mark.comment,
            "first_error": mark.first_error,
            "grader": mark.grader and mark.grader.username,
            "changes": mark.changes.count(),
        }
        for mark in found
    }


def submissions(problem):
    return Submission.objects.filter(problem=problem).count()


MINE = (school, colleague, samples, work, crowd, mark_and_ask, upload, check, check_again, marks, submissions)

if __name__ == "__main__":
    serve(COMMANDS | {function.__name__: function for function in MINE})
