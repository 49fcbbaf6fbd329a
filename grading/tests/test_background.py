"""Checking in the background: claimed once, written once, begun again where the worker is lost, and never for ever."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from grading import evidence, leases, submitting
from grading.background import Checker, check
from grading.evidence import Evidence
from grading.models import Problem, Submission
from grading.tests.school import RIGHT, WRONG, check_all, page

EMPTY = Evidence(outcome="correct")


@pytest.fixture
def waiting(school):
    return submitting.hand_in(school.student, school.problem, RIGHT, "")


def lose(submission, ago=timedelta(seconds=1)):
    """Its worker is silent."""
    Submission.objects.filter(pk=submission.pk).update(lease_expires=timezone.now() - ago)


def state(submission):
    return Submission.objects.get(pk=submission.pk).state


def test_what_was_found_is_kept(school, waiting):
    assert check(leases.claim_next())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome, waiting.checks, waiting.lease_expires) == ("done", "correct", 1, None)
    assert waiting.answer_group.text == "2"
    assert waiting.confidence > 0
    assert Evidence.from_json(waiting.evidence).outcome == "correct"
    assert leases.claim_next() is None


def test_one_worker_gets_it(waiting):
    first, second = leases.claim_next(), leases.claim_next()
    assert (first.run, second) == (1, None)


def test_the_oldest_first(school, waiting):
    later = submitting.hand_in(school.classmate, school.problem, WRONG, "")
    assert [leases.claim_next().submission.pk, leases.claim_next().submission.pk] == [waiting.pk, later.pk]


def test_a_lost_worker_s_work_is_taken_back_and_its_late_findings_are_not_written(waiting):
    lost = leases.claim_next()
    leases.take_back()
    assert state(waiting) == "running"
    lose(waiting)
    leases.take_back()
    assert state(waiting) == "queued"
    again = leases.claim_next()
    assert again.run == 2
    assert not leases.record(lost, EMPTY, 1.0, None, None)
    assert leases.record(again, EMPTY, 1.0, None, None)
    assert not leases.record(again, EMPTY, 1.0, None, None)
    assert Submission.objects.get().checks == 1


def test_a_lease_that_is_renewed_is_not_taken_back(waiting):
    claim = leases.claim_next()
    lose(waiting)
    leases.renew([claim])
    leases.take_back()
    assert state(waiting) == "running"
    lose(waiting)
    leases.renew([replace(claim, run=claim.run + 1)])  # somebody else's
    assert Submission.objects.get().lease_expires < timezone.now()
    leases.give_back(claim)
    assert state(waiting) == "queued"
    assert Submission.objects.get().tries == 0


def test_work_that_kills_its_worker_is_given_up(school, waiting):
    for _death in range(leases.TRIES):
        assert leases.claim_next()
        lose(waiting)
        leases.take_back()
    assert state(waiting) == "failed"
    assert leases.claim_next() is None
    client = school.client(school.teacher)
    assert "could not be checked" in client.get(page("queue", school.problem.pk, show="failed")).content.decode()
    client.post(page("recheck", school.problem.pk))
    check_all()
    assert state(waiting) == "done"


def test_a_new_key_takes_the_work_from_who_checks_it_with_the_old_one(school, waiting):
    claim = leases.claim_next()
    Problem.objects.filter(pk=school.problem.pk).update(answer="x = 3")
    leases.check_again(school.problem)
    assert not check(claim)
    check_all()
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.checks) == ("incorrect", 1)


def test_deleted_work_is_nobody_s(waiting):
    claim = leases.claim_next()
    Submission.objects.filter(pk=waiting.pk).delete()
    assert not leases.record(claim, EMPTY, 1.0, None, None)


def in_a_worker_s_thread(call):
    def run():
        call()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_checker_checks_until_nothing_waits(school, waiting):
    submitting.hand_in(school.classmate, school.problem, WRONG, "")
    in_a_worker_s_thread(Checker().check_waiting)
    assert set(Submission.objects.values_list("outcome", flat=True)) == {"correct", "incorrect"}


@pytest.mark.django_db(transaction=True)
def test_a_checker_without_a_free_slot_leaves_it_to_the_others(waiting, settings):
    settings.GRADING_SLOTS = 0
    in_a_worker_s_thread(Checker().check_waiting)
    assert state(waiting) == "queued"


@pytest.mark.django_db(transaction=True)
def test_a_checker_that_is_to_end_begins_nothing(waiting):
    checker = Checker()
    checker.release()
    in_a_worker_s_thread(checker.check_waiting)
    assert state(waiting) == "queued"


@pytest.mark.django_db(transaction=True)
def test_the_watcher_renews_takes_back_and_rings(school, waiting, monkeypatch):
    rung = []
    monkeypatch.setattr("accounts.workers.ring_now", rung.append)
    held = leases.claim_next()
    lost = submitting.hand_in(school.classmate, school.problem, WRONG, "")
    leases.claim_next()
    for submission in (waiting, lost):
        lose(submission)
    checker = Checker()
    checker._held.add(held)
    in_a_worker_s_thread(checker._look)
    assert (state(waiting), state(lost)) == ("running", "queued")
    assert "grading.tasks.check_waiting" in rung


@pytest.mark.django_db(transaction=True)
def test_work_that_another_slot_took_over_stays_held_when_the_first_one_ends(school, waiting, settings, monkeypatch):
    """A new key comes while the work is checked: it is queued again, and claimed by the same process's other slot."""
    settings.GRADING_SLOTS = 2
    monkeypatch.setattr("accounts.workers.ring_now", lambda task: None)
    checker, gather, slots = Checker(), evidence.gather, []
    first_began, second_began, first_ended = threading.Event(), threading.Event(), threading.Event()

    def slot():
        checker.check_waiting()
        connection.close()

    def gather_slowly(*arguments):
        if not first_began.is_set():
            first_began.set()
            leases.check_again(school.problem)
            slots.append(pool.submit(slot))
            assert second_began.wait(20)
        else:
            second_began.set()
            assert first_ended.wait(20)
            lose(waiting)
            checker._look()
            assert state(waiting) == "running"
        return gather(*arguments)

    monkeypatch.setattr(evidence, "gather", gather_slowly)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(slot).result()
        first_ended.set()
        slots[0].result()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.run, waiting.checks) == ("done", 2, 1)


@pytest.mark.parametrize("work", ["", "\\" * 500, "$" * 999, "{" * 2000, "9^9^9^9^9^9", "x=" * 3000, "\u202e\ufeff😀"])
def test_hostile_work_is_checked_to_an_end(school, work):
    hostile = submitting.hand_in(school.student, school.problem, work, "9^9^9^9", anyway=True)
    check_all()
    assert state(hostile) == "done"


BROKEN = """
import django, time
django.setup()
from grading import background

def broken(claims):
    raise RuntimeError("nobody thought of this")

background.leases.renew, background.HEARTBEAT = broken, 0.1
background.Checker().start()
time.sleep(60)
"""


def test_a_worker_whose_grading_watcher_ends_is_ended_and_says_so(tmp_path):
    """Nobody would renew the leases of what it checks: two workers would check the same, again and again."""
    embedded = {"LEMMA_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": "", "REDIS_URL": ""}
    environment = os.environ | embedded
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=50
    )
    assert ended.returncode == -signal.SIGKILL
    assert "so does this worker" in ended.stderr
    assert "nobody thought of this" in ended.stderr
