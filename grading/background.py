"""A worker process's part in grading: a few slots in which waiting work is checked, and a thread that looks after what was lost."""

import logging
import threading
import time

from django.conf import settings
from django.db import connection

from accounts import workers
from grading import evidence, groups, leases, live, routing, sampling, scoring
from grading.models import Group, Problem, Sample, Submission

logger = logging.getLogger(__name__)

HEARTBEAT = settings.LEASE_SECONDS / 3  # seconds between renewals of leases and looks at what waits
Kind = Group.Kind


class Checker:
    """One a worker process. `check_waiting` is called from any thread."""

    def __init__(self) -> None:
        self._slots = threading.Semaphore(settings.GRADING_SLOTS)
        self._held: set[leases.Claim] = set()  # of one submission there are two where it was queued again meanwhile
        self._ending = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="grading-watcher", daemon=True)

    def start(self) -> None:
        self._watcher.start()

    def release(self) -> None:
        """This worker is asked to end: begin nothing more. What is being checked is finished, or given back."""
        self._ending.set()

    def close(self) -> None:
        self.release()
        for claim in self._held.copy():
            leases.give_back(claim)
        self._watcher.join()

    def check_waiting(self) -> None:
        """Check one submission after the other until none waits; returns at once where all slots are busy with that already."""
        if not self._slots.acquire(blocking=False):
            return
        try:
            while not self._ending.is_set() and (claim := leases.claim_next()) is not None:
                self._check(claim)
            workers.ring_now(scoring.TASK)
        finally:
            self._slots.release()
            connection.close()

    def _check(self, claim: leases.Claim) -> None:
        self._held.add(claim)
        try:
            check(claim)
        finally:
            self._held.remove(claim)
        live.ring(claim.submission.problem.assignment_id)

    # --- On the watcher's thread ----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        workers.watch("grading watcher", self._look, every=HEARTBEAT, ending=self._ending)

    def _look(self) -> None:
        leases.renew(self._held.copy())
        leases.take_back()
        if leases.is_waiting():
            workers.ring_now(leases.CHECK)
        sampling.sweep()
        if scoring.is_behind():
            workers.ring_now(scoring.TASK)


def check(claim: leases.Claim) -> bool:
    """Check a claimed submission and write what was found; False where it is no longer this worker's."""
    submission = claim.submission
    began = time.monotonic()
    found = evidence.gather(question(submission.problem), submission.steps, submission.answer)
    answer_group = groups.find_or_make(submission.problem_id, Kind.ANSWER, submission.answer)
    written = leases.record(claim, found, routing.confidence(found), answer_group, step_group(submission, found))
    if not written:
        logger.info("Submission %s goes on elsewhere, after %.1f s", submission.pk, time.monotonic() - began)
    return written


def question(problem: Problem) -> evidence.Question:
    """The problem with its samples, as the checkers take it."""
    samples = tuple(Sample.objects.filter(problem=problem).values_list("text", "answer"))
    return evidence.Question(text=problem.text, answer=problem.answer, reference=problem.reference, samples=samples)


def step_group(submission: Submission, found: evidence.Evidence) -> Group | None:
    """The group of the first wrong step; a teacher's word on which one that is goes before the machine's."""
    said = submission.mark.first_error
    index = found.first_error if said is None else said
    if index is None or not 0 <= index < len(submission.steps):
        return None
    code = found.steps[index].misconception or "" if index < len(found.steps) else ""
    return groups.find_or_make(submission.problem_id, Kind.STEP, submission.steps[index], code)
