"""Runs for real: supervisors and stages as processes, killed, stopped, asked for twice."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from grading.checking.reasons import Reason
from training import launching, progress, rows, runs
from training.models import Run, RunStage
from training.processes import Identity
from training.runs import create as begin
from training.supervisor import supervise
from training.tests.small import CURATE, SECONDS, members, recipe, solutions, supervisor, until, wait, written

pytestmark = pytest.mark.django_db(transaction=True)
State = Run.State
MANY = 400  # problems: some seconds of work


def labelled(run):
    return [(row["problem"], row["sample"], row["label"]) for row in rows.read(run.folder / "label" / "labelled.jsonl")]


def signal_all(pids, number):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def test_a_run_works_through_its_stages_once_however_often_it_is_started(place):
    run = begin(recipe(solutions(place, 5), CURATE))
    command = [sys.executable, "manage.py", "supervise", str(run.pk)]
    several = [subprocess.Popen(command, cwd=settings.BASE_DIR) for _ in range(2)]
    assert [process.wait(SECONDS) for process in several] == [0, 0]
    run.refresh_from_db()
    assert (run.state, run.failure, run.tries) == (State.DONE, "", 1)
    label, curate = run.stages.all()
    assert (label.state, label.done, label.total) == (RunStage.State.DONE, 20, 20)
    assert label.figures == {"rows": 20, "problems": 5, "right": 15, "wrong": 5}
    assert curate.figures == {"rows": 20, "kept": 5}
    assert run.started <= label.started <= label.ended <= curate.ended <= run.ended
    [curated] = run.curated.all()
    assert (curated.rows, curated.kind) == (5, "training")


def test_a_killed_supervisor_takes_its_stage_along_and_another_goes_on(place):
    run = begin(recipe(solutions(place, MANY)))
    found = wait(run, lambda _run: written(run) > 200)
    os.kill(found.pid, signal.SIGKILL)
    wait(run, lambda _run: not members(found.pid), sweep=False)
    before = written(run)
    assert before < 4 * MANY
    again = until(run, State.DONE, State.FAILED)
    assert (again.state, again.tries) == (State.DONE, 2)
    assert supervisor(again) != supervisor(found)
    assert len(set(labelled(run))) == len(labelled(run)) == 4 * MANY


def test_a_stop_keeps_what_is_there_and_the_run_goes_on_later(place):
    run = begin(recipe(solutions(place, MANY)))
    found = wait(run, lambda _run: written(run) > 100)
    stage = [pid for pid in members(found.pid) if pid != found.pid]
    signal_all(stage, signal.SIGSTOP)  # else a quick machine is done before it is asked
    runs.cancel(run)
    wait(run, lambda _run: (run.folder / "label" / "STOP").exists())
    signal_all(stage, signal.SIGCONT)
    stopped = until(run, State.STOPPED, State.DONE)
    assert (stopped.state, [stage.state for stage in run.stages.all()]) == (State.STOPPED, ["stopped"])
    assert 100 < written(run) < 4 * MANY
    runs.resume(run)
    assert until(run, State.DONE, State.FAILED).state == State.DONE
    assert len(set(labelled(run))) == 4 * MANY


def test_the_time_that_is_left_is_reckoned_without_the_pause(tmp_path):
    whole = [{"time": at, "done": done, "total": 100} for at, done in ((0, 0), (10, 50), (50_000, 51), (50_010, 61))]
    for rows_there, left in ((4, 39.0), (3, None), (2, None)):
        rows.write(tmp_path / "progress.jsonl", whole[:rows_there])
        found = progress.read(tmp_path, since=40_000)
        assert (found["done"], found["eta"]) == (whole[rows_there - 1]["done"], left)


def test_a_stage_that_fails_says_why(place):
    nothing = place / "nothing.jsonl"
    nothing.touch()
    run = until(begin(recipe(nothing)), State.DONE, State.FAILED)
    assert (run.state, run.why) == (State.FAILED, f"label: There is no row in {nothing}.")
    assert [stage.state for stage in run.stages.all()] == ["failed"]


def test_a_stage_whose_files_were_removed_is_done_again(place):
    run = begin(recipe(solutions(place, 5)))
    run.stages.update(state=RunStage.State.DONE)
    assert supervise(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure, len(labelled(run))) == (State.DONE, "", 20)


def test_a_worker_leaves_alone_what_is_alive_and_takes_back_what_is_not(place):
    run = begin(recipe(solutions(place, 5)))
    me = Identity.of(os.getpid())
    assert runs.claim(run.pk, me) is not None
    assert runs.claim(run.pk, me) is None  # a second message
    assert runs.take_back() == []
    Run.objects.filter(pk=run.pk).update(pid_started=me.started + 1)  # the pid came again
    assert runs.take_back() == [Identity(me.pid, me.started + 1)]
    run.refresh_from_db()
    assert run.state == State.QUEUED


def test_on_the_command_line_a_run_whose_processes_are_gone_goes_on(place, capsys):
    """As after a power cut, where no worker has taken it back."""
    run = begin(recipe(solutions(place, 5)))
    me = Identity.of(os.getpid())
    assert runs.claim(run.pk, me) is not None
    Run.objects.filter(pk=run.pk).update(pid_started=me.started + 1)
    call_command("iterate", "--resume", run.number)
    run.refresh_from_db()
    assert (run.state, run.tries, len(labelled(run))) == (State.DONE, 2, 20)
    with pytest.raises(CommandError, match="or done"):
        call_command("iterate", "--resume", run.number)
    with pytest.raises(CommandError, match="for a new one"):
        call_command("iterate", "--resume", run.number, "--base", "other")


def test_on_the_command_line_a_database_without_room_is_one_line(place, monkeypatch):
    def full():
        raise OperationalError("database or disk is full")

    run = begin(recipe(solutions(place, 5)))
    monkeypatch.setattr(launching, "sweep", full)
    with pytest.raises(CommandError, match=f"disk is full\nTo go on .* --resume {run.number}"):
        call_command("iterate", "--resume", run.number)


def test_a_run_of_a_machine_that_is_gone_does_not_hold_the_device_for_ever(place):
    run = begin(recipe(solutions(place, 5)))
    assert runs.claim(run.pk, Identity.of(os.getpid())) is not None
    Run.objects.update(host="elsewhere", pid_started=1)
    runs.take_back()
    assert Run.objects.get().state == State.RUNNING  # nothing can be said of it from here
    Run.objects.update(seen=timezone.now() - timedelta(minutes=11))
    runs.take_back()
    assert Run.objects.get().failure == "Its machine was not heard of for ten minutes."


def test_a_run_whose_supervisors_end_before_they_have_it_fails_and_says_so(place, monkeypatch, admin, client_of):
    run = begin(recipe(solutions(place, 5)))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "training.tests.nowhere")
    for _try in range(runs.TRIES):
        launching.sweep()
        launching._started[run.pk][0].wait(SECONDS)
    launching.sweep()
    run.refresh_from_db()
    assert (run.state, run.pk in launching._started) == (State.FAILED, False)
    page = client_of(admin).get(reverse("training:run", args=[run.pk]), headers={"accept-language": "zh-hans"})
    assert f"一再在开始之前就退出；详情见 {place}/training/supervisors.log。" in page.text


@pytest.mark.parametrize(
    ("language", "said"), [("en", "label: It was killed (signal 9). Is the memory full?"), ("zh-hans", "label：进程被强行结束（信号 9）")]
)
def test_why_a_run_failed_is_said_in_the_reader_s_language(place, admin, client_of, language, said):
    run = begin(recipe(solutions(place, 5)))
    reason = progress.trouble(place, place / "no.log", -9)
    Run.objects.update(state=State.FAILED, **runs.failure(Reason(reason.template, {"stage": "label"})))
    address = reverse("training:run", args=[run.pk])
    assert said in client_of(admin).get(address, headers={"accept-language": language}).text
    Run.objects.update(failure="sample: what is {this}?", failure_values={})  # of a library, or of an earlier version
    assert "sample: what is {this}?" in client_of(admin).get(address).text


def test_a_run_that_loses_one_supervisor_after_another_has_failed(place):
    run = begin(recipe(solutions(place, 5)))
    gone = Identity(2**22 + 1, 1)  # no pid is as high
    for _ in range(runs.TRIES):
        assert runs.claim(run.pk, gone) is not None
        runs.take_back()
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert "again and again" in run.failure


def test_one_run_at_a_time_on_a_device(place):
    path, me = solutions(place, 5), Identity.of(os.getpid())
    first, second, other = begin(recipe(path)), begin(recipe(path)), begin(recipe(path, device="gpu"))
    assert runs.waiting() == [first, other]
    assert runs.claim(first.pk, me) is not None
    assert runs.waiting() == [other]
    assert runs.claim(second.pk, me) is None  # the database refuses, whatever anybody looked at
    assert runs.claim(other.pk, me) is not None
    runs.cancel(second)
    assert Run.objects.get(pk=second.pk).state == State.STOPPED
    Run.objects.filter(pk=first.pk).update(state=State.DONE)
    runs.resume(second)
    assert runs.claim(second.pk, me) is not None


def test_a_supervisor_whose_run_was_taken_back_writes_no_more(place):
    run = begin(recipe(solutions(place, MANY)))
    found = wait(run, lambda _run: written(run) > 50)
    Run.objects.filter(pk=run.pk).update(state=State.QUEUED)
    process = launching._started[run.pk][0]
    assert process.wait(30) == 0
    assert members(found.pid) == []
    assert Run.objects.get(pk=run.pk).state == State.QUEUED


BROKEN = """
import django, time
django.setup()
from training import launching, tasks

def broken():
    raise RuntimeError("nobody thought of this")

launching.sweep, tasks.LOOK = broken, 0.1
tasks.Watcher().start()
time.sleep(60)
"""


def test_a_worker_whose_training_watcher_ends_is_ended_and_says_so(place):
    """Nobody would take lost runs back, nor take out of the datasets what is deleted at its source."""
    ended = subprocess.run([sys.executable, "-c", BROKEN], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=50)
    assert ended.returncode == -signal.SIGKILL
    assert "so does this worker" in ended.stderr
    assert "nobody thought of this" in ended.stderr
