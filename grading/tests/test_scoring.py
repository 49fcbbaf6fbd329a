"""Reward scores of the class's work: compared with the model's own solutions, never in the way of the checking."""

import asyncio
import time

import pytest

from grading import routing, scoring
from grading.models import Problem, Sample, Submission
from grading.review import evidence_of
from grading.tests.school import RIGHT, WRONG, check_all, page
from inference.reward import ResponseTooLong, RewardUnavailable

pytestmark = pytest.mark.django_db(transaction=True)


class Scorer:
    """The longer, the better; refuses what is longer than `limit`."""

    model = "length"

    def __init__(self, limit=10_000, fails=False):
        self.limit, self.fails, self.asked = limit, fails, []

    async def score(self, problem, responses, *, prompt=None):
        self.asked.append((problem, list(responses)))
        if self.fails:
            raise RewardUnavailable("The scorer is away.")
        for index, response in enumerate(responses):
            if len(response) > self.limit:
                raise ResponseTooLong(index, len(response), self.limit)
        return [len(response) / 10 for response in responses]


@pytest.fixture(autouse=True)
def nothing_failed(monkeypatch):
    monkeypatch.setattr(scoring, "_again", 0.0)


@pytest.fixture
def work(school):
    Sample.objects.bulk_create([Sample(problem=school.problem, index=n, text="x" * 10 * (n + 1), answer="x = 2") for n in range(2)])
    return [school.hand_in(work=RIGHT), school.hand_in(school.classmate, WRONG)]


def score(scorer):
    asyncio.run(scoring.run(scorer))


def test_work_is_scored_against_the_samples_once(school, work):
    scorer = Scorer()
    before = [each.confidence for each in work]
    Sample.objects.create(problem=school.banked, index=0, text="x" * 900, answer="1", score=90.0)  # of another problem
    score(scorer)
    for each, confidence in zip(work, before, strict=True):
        each.refresh_from_db()
        found = evidence_of(each)
        assert (found.score, found.baseline) == (len(scoring.response(each)) / 10, 1.5)
        assert each.confidence == routing.confidence(found) != confidence
    assert len(scorer.asked) == 2  # the samples, and the work
    assert r"\boxed{2}" in scorer.asked[1][1][0]
    score(scorer)
    assert len(scorer.asked) == 2
    Submission.objects.filter(pk=work[0].pk).update(scored=False)
    score(scorer)
    assert [len(responses) for _problem, responses in scorer.asked] == [2, 2, 1]  # the samples once
    queue = school.client(school.teacher).get(page("queue", school.problem.pk)).content.decode()
    assert "Reward score" in queue


def test_what_is_checked_again_is_scored_again(school, work):
    score(Scorer())
    Problem.objects.update(answer="x = 5")
    Submission.objects.update(state="queued")
    check_all()
    work[0].refresh_from_db()
    assert evidence_of(work[0]).score is None
    score(Scorer())
    work[0].refresh_from_db()
    assert evidence_of(work[0]).score is not None


def test_a_score_for_findings_that_are_gone_is_not_written(school, work):
    submission = Submission.objects.get(pk=work[0].pk)
    Submission.objects.filter(pk=submission.pk).update(checks=7)
    scoring._write([submission], [1.0], 0.0)
    submission.refresh_from_db()
    assert (submission.scored, evidence_of(submission).score) == (False, None)


def test_what_is_too_long_for_the_model_stays_without_a_score(school, work):
    Submission.objects.filter(pk=work[1].pk).update(work="x" * 500)
    score(Scorer(limit=100))
    scores = {each.pk: evidence_of(each).score for each in Submission.objects.filter(scored=True)}
    assert scores[work[1].pk] is None
    assert scores[work[0].pk] is not None


def test_a_scorer_that_is_away_is_asked_again_later(school, work, monkeypatch, caplog):
    away, back = Scorer(fails=True), Scorer()
    score(away)
    assert "not scored, for 60 s: The scorer is away." in caplog.text
    assert not scoring.is_behind(), "each look would be another line in the log"
    score(away)
    assert len(away.asked) == 1
    monkeypatch.setattr(scoring, "_again", time.monotonic())
    assert scoring.is_behind()
    score(back)
    assert not scoring.is_behind()
    assert Submission.objects.filter(scored=True).count() == 2


def test_without_a_scorer_nothing_waits(school, work):
    score(None)
    assert not scoring.is_behind()
    assert Submission.objects.filter(scored=True).count() == 0


def test_without_samples_a_score_is_shown_and_changes_nothing(school):
    submission = school.hand_in()
    score(Scorer())
    confidence = submission.confidence
    submission.refresh_from_db()
    assert evidence_of(submission).score is not None
    assert submission.confidence == confidence
