"""What a reward model says of the class's work, where there is one: a part of how far a proposal is trusted.

The scorer belongs to the tutor's worker; `config.tasks` lends it to `run`. To score the same work twice does no harm, so nothing is leased:
a score is written only onto the findings that were read.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from django.db.models import QuerySet

from accounts.workers import in_database, work_off
from grading import routing
from grading.evidence import Evidence
from grading.models import Problem, Sample, Submission
from inference.reward import ResponseTooLong, RewardError, RewardScorer

logger = logging.getLogger(__name__)

TASK = "config.tasks.score_waiting"
BATCH = 8  # submissions of one problem that are scored together
PAUSE = 60.0  # seconds before a scorer that failed is asked again: each of its refusals is a line in the log

_busy = asyncio.Lock()  # held while this process is at it
_able = False  # this process has had a scorer
_again = 0.0  # when one that failed is asked again, on the monotonic clock


@dataclass(frozen=True, slots=True)
class Batch:
    """Work on one problem, and the samples that it is compared with."""

    problem: Problem
    submissions: Sequence[Submission]
    samples: Sequence[Sample]


def is_behind() -> bool:
    """Whether this process can score, and something waits for it."""
    return _able and not _busy.locked() and time.monotonic() >= _again and _waiting().exists()


async def run(scorer: RewardScorer | None) -> None:
    """Score what waits, a batch after the other; returns at once without a scorer, or where this process is at that already."""
    global _able, _again
    _able = scorer is not None
    if scorer is None or time.monotonic() < _again:
        return
    try:
        await work_off(_next, lambda batch: _score(batch, scorer), _busy)
    except RewardError as error:
        _again = time.monotonic() + PAUSE
        logger.warning("Submissions are not scored, for %.0f s: %s", PAUSE, error)


async def _score(batch: Batch, scorer: RewardScorer) -> None:
    baseline = await _baseline(batch, scorer)
    scores = await _scores(batch.problem, [response(each) for each in batch.submissions], scorer)
    await in_database(_write, batch.submissions, scores, baseline)


def response(submission: Submission) -> str:
    """The work as a reward model reads a solution: with its answer boxed at the end."""
    return f"{submission.work}\n\nThe final answer is $\\boxed{{{submission.answer}}}$." if submission.answer else submission.work


async def _baseline(batch: Batch, scorer: RewardScorer) -> float | None:
    """The mean score of the samples, which are scored once; None without any. Scores have no zero of their own."""
    missing = [sample for sample in batch.samples if sample.score is None]
    if missing:
        scores = await _scores(batch.problem, [sample.text for sample in missing], scorer)
        for sample, score in zip(missing, scores, strict=True):
            sample.score = score
        await in_database(Sample.objects.bulk_update, [sample for sample in missing if sample.score is not None], ["score"])
    known = [sample.score for sample in batch.samples if sample.score is not None]
    return fmean(known) if known else None


async def _scores(problem: Problem, responses: Sequence[str], scorer: RewardScorer) -> list[float | None]:
    """None for a response that is longer than the model reads. Raises `RewardError`."""
    scores: list[float | None] = [None] * len(responses)
    left = list(range(len(responses)))
    while left:
        try:
            found = await scorer.score(problem.text, [responses[index] for index in left])
        except ResponseTooLong as error:
            del left[error.index]
            continue
        for index, score in zip(left, found, strict=True):
            scores[index] = score
        break
    return scores


def _waiting() -> "QuerySet[Submission]":
    return Submission.objects.filter(state=Submission.State.DONE, scored=False, current=True, outcome__in=("correct", "incorrect"))


def _next() -> Batch | None:
    first = _waiting().order_by("created").select_related("problem").first()
    if first is None:
        return None
    submissions = _waiting().filter(problem=first.problem_id).order_by("created")[:BATCH]
    return Batch(first.problem, list(submissions), list(Sample.objects.filter(problem=first.problem_id)))


def _write(submissions: Sequence[Submission], scores: Sequence[float | None], baseline: float | None) -> None:
    """Onto the findings that were read; what was checked again meanwhile waits for its own score."""
    for submission, score in zip(submissions, scores, strict=True):
        assert submission.evidence is not None  # it is done
        found = replace(Evidence.from_json(submission.evidence), score=score, baseline=baseline)
        same = Submission.objects.filter(pk=submission.pk, state=Submission.State.DONE, checks=submission.checks)
        same.update(scored=True, evidence=found.to_json(), confidence=routing.confidence(found))
