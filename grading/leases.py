"""Who checks a submission: claimed by a conditional update, held by a lease that is renewed, taken back once that has run out.

As the turns of the tutor: a worker that stood still finds its run gone, and writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import workers
from grading import live
from grading.evidence import Evidence
from grading.models import Group, Mark, Problem, Submission

CHECK = "grading.tasks.check_waiting"
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
TRIES = 4  # a submission is begun so often at most: work that kills its worker must not kill it for ever

State = Submission.State


@dataclass(frozen=True, slots=True)
class Claim:
    """A submission that this worker holds, as its `run`."""

    submission: Submission
    run: int


def claim_next() -> Claim | None:
    """Take the submission that has waited longest; None where none waits."""
    waiting = Submission.objects.filter(state=State.QUEUED).order_by("created")
    fields = {"state": State.RUNNING, "run": F("run") + 1, "tries": F("tries") + 1, "lease_expires": timezone.now() + LEASE}
    if (pk := workers.claim_first(waiting, **fields)) is None:
        return None
    submission = Submission.objects.select_related("problem__assignment").get(pk=pk)
    return Claim(submission, submission.run)


def record(claim: Claim, evidence: Evidence, confidence: float, answer_group: Group | None, step_group: Group | None) -> bool:
    """Write what was found; False, and nothing written, where the submission is no longer this worker's."""
    held = Submission.objects.filter(pk=claim.submission.pk, state=State.RUNNING, run=claim.run)
    return bool(
        held.update(
            state=State.DONE,
            lease_expires=None,
            checks=F("checks") + 1,
            evidence=evidence.to_json(),
            scored=False,
            outcome=evidence.outcome,
            confidence=confidence,
            answer_group=answer_group,
            step_group=step_group,
        )
    )


def give_back(claim: Claim) -> None:
    """This worker does not come to it: let another one begin."""
    held = Submission.objects.filter(pk=claim.submission.pk, state=State.RUNNING, run=claim.run)
    held.update(state=State.QUEUED, lease_expires=None, tries=F("tries") - 1)


def renew(claims: Iterable[Claim]) -> None:
    """Hold these for another `LEASE`."""
    for claim in claims:
        Submission.objects.filter(pk=claim.submission.pk, state=State.RUNNING, run=claim.run).update(lease_expires=timezone.now() + LEASE)


def take_back() -> None:
    """Queue again what a lost worker held; what was begun too often has failed."""
    lost = Submission.objects.filter(state=State.RUNNING, lease_expires__lt=timezone.now())
    lost.filter(tries__gte=TRIES).update(state=State.FAILED, lease_expires=None, confidence=None)
    lost.filter(tries__lt=TRIES).update(state=State.QUEUED, lease_expires=None)


def is_waiting() -> bool:
    return Submission.objects.filter(state=State.QUEUED).exists()


def check_failed(problem: Problem) -> int:
    """Queue once more what could not be checked; how many."""
    return problem.submissions.filter(current=True, state=State.FAILED).update(state=State.QUEUED, tries=0)


def check_again(problem: Problem) -> None:
    """Queue the work on a problem once more, because its text, its key or its samples have changed: the current work, and older attempts
    whose marks students have seen.

    What is being checked just now is taken from its worker, which would write findings about the old key. Until the new ones are
    written, the old ones count for nothing (`review.evidence_of`), and pages that show them are told.
    """
    work = problem.submissions.filter(Q(current=True) | Q(mark__state=Mark.State.RELEASED))
    work.update(state=State.QUEUED, tries=0, lease_expires=None, confidence=None)
    workers.ring(CHECK)
    transaction.on_commit(lambda: live.ring(problem.assignment_id))
