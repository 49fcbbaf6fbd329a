"""A process with a stack's settings that hands in a class's work, and says how far the checking is. JSON lines in and out."""

from tutor.tests.driver import COMMANDS, serve  # first: it sets Django up

# isort: split
from django.db.models import Count, Sum
from django.utils import timezone

from accounts import classrooms
from accounts.models import Enrolment, User
from grading import bank, sending
from grading.evidence import answer_of, steps_of
from grading.models import Assignment, Mark, Problem, Submission


def flood(submissions, problems, students):
    """Hand in so many submissions at once, each student's to each problem; half of the answers are right."""
    teacher = User.objects.create(username="teacher", role="teacher")
    classroom = classrooms.create(teacher, "flood")
    people = User.objects.bulk_create([User(username=f"student{n}") for n in range(students)])
    Enrolment.objects.bulk_create([Enrolment(classroom=classroom, student=person) for person in people])
    assignment = Assignment.objects.create(classroom=classroom, title="Flood", published=timezone.now())
    made = [Problem(assignment=assignment, position=n, text=f"What is {n} + {n}?", answer=str(2 * n)) for n in range(problems)]
    for problem in made:
        bank.create(problem)
    pairs = [(person, problem) for problem in made for person in people][:submissions]
    rows = [_submission(n, person, problem) for n, (person, problem) in enumerate(pairs)]
    Submission.objects.bulk_create(rows)
    Mark.objects.bulk_create([Mark(submission=row) for row in rows])
    sending.ring(sending.CHECK)


def _submission(n, person, problem):
    answer = 2 * problem.position + n % 2
    work = f"{problem.position} + {problem.position}\n= {answer}"
    steps = steps_of(work)
    return Submission(problem=problem, student=person, attempt=1, work=work, steps=steps, answer=answer_of(work, steps))


def checked():
    """How many are in which state, and how often findings were written."""
    counts = {row["state"]: row["n"] for row in Submission.objects.values("state").annotate(n=Count("pk"))}
    return {"states": counts, "checks": Submission.objects.aggregate(n=Sum("checks"))["n"] or 0}


def outcomes():
    """How the work was judged, and how many submissions were checked otherwise than once."""
    counts = {row["outcome"]: row["n"] for row in Submission.objects.values("outcome").annotate(n=Count("pk"))}
    return {
        "outcomes": counts,
        "not once": Submission.objects.exclude(checks=1).count(),
        "begun again": Submission.objects.filter(run__gt=1).count(),
        "without evidence": Submission.objects.filter(evidence=None).count(),
    }


if __name__ == "__main__":
    serve(COMMANDS | {function.__name__: function for function in (flood, checked, outcomes)})
