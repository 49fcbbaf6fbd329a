"""A process with a stack's settings that hands in a class's work, and says how far the checking is. JSON lines in and out."""

from tutor.tests.driver import COMMANDS, serve  # first: it sets Django up

# isort: split
from django.db.models import Count, Sum

from accounts import workers
from accounts.models import User
from grading import bank, leases, sampling
from grading.models import Problem, Submission
from grading.tests.school import flood as fill


def flood(submissions, problems, students):
    """Hand in so much at once."""
    fill("flood", submissions, problems, students)
    workers.ring(leases.CHECK)


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


def ask_for_samples(texts):
    """Problems of a bank that the model is to solve, instead of those before them."""
    owner = User.objects.get_or_create(username="owner", defaults={"role": "teacher"})[0]
    owner.problems.all().delete()
    for text in texts:
        sampling.request(bank.create(Problem(owner=owner, text=text)))


def samples():
    problems = Problem.objects.filter(owner__username="owner").order_by("created")
    return {
        "waiting": problems.filter(sampling__in=("queued", "running")).count(),
        "answers": [list(problem.samples.values_list("answer", flat=True)) for problem in problems],
        "failures": [problem.sampling_failure for problem in problems],
    }


if __name__ == "__main__":
    serve(COMMANDS | {function.__name__: function for function in (flood, checked, outcomes, ask_for_samples, samples)})
