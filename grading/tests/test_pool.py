"""The workers behind `check`: warm, several at once, killed and replaced, and none left over."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grading.checking import pool
from grading.checking.answers import Outcome, check
from grading.checking.pool import TOO_SLOW, Pool

ROOT = Path(__file__).resolve().parents[2]


def children(pid):
    """All processes below `pid`."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(child)]
    return found


def gone(pids):
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def own_pool():
    own = Pool("formulas", 2)
    yield own
    own.stop()


def processes(own):
    return [own._server.process.pid, *children(own._server.process.pid)]


def test_a_worker_is_used_again(own_pool):
    assert own_pool.ask("5x", "x5", 5).outcome is Outcome.CORRECT
    before = processes(own_pool)
    for number in range(20):
        assert own_pool.ask(f"{number}x", f"x \\cdot {number}", 5).outcome is Outcome.CORRECT
    assert processes(own_pool) == before
    assert len(before) == 2


def test_a_worker_that_hangs_is_killed_and_replaced(own_pool):
    own_pool.ask("5x", "x5", 5)
    [hung] = children(own_pool._server.process.pid)
    os.kill(hung, signal.SIGSTOP)
    began = time.monotonic()
    verdict = own_pool.ask("5", "x", 0.3)
    assert (verdict.outcome, verdict.reason.template) == (Outcome.UNDECIDED, TOO_SLOW)
    assert gone([hung])
    assert own_pool.ask("5x", "x5", 5).outcome is Outcome.CORRECT
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("victim", ["worker", "server"])
def test_a_process_that_died_is_replaced(own_pool, victim):
    own_pool.ask("5x", "x5", 5)
    server, worker = processes(own_pool)
    os.kill(worker if victim == "worker" else server, signal.SIGKILL)
    if victim == "server":
        own_pool._server.process.wait()
    assert gone([worker])
    assert own_pool.ask("5x", "x5", 5).outcome is Outcome.CORRECT


def test_the_next_question_is_answered_where_all_died_at_once(own_pool):
    for worker in [own_pool._take(), own_pool._take()]:
        own_pool._give_back(worker, alive=True)
    server, *workers = processes(own_pool)
    os.kill(server, signal.SIGKILL)
    own_pool._server.process.wait()
    assert gone(workers)
    assert own_pool.ask("5x", "x5", 5).outcome is Outcome.CORRECT


def test_no_more_workers_than_the_pool_has_places(own_pool):
    own_pool.ask("5x", "x5", 5)

    def ask_often():
        for number in range(20):
            own_pool.ask(f"(x+{number})^9", "x^9", 5)

    threads = [threading.Thread(target=ask_often) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(children(own_pool._server.process.pid)) == 2


def test_stopping_leaves_no_process(own_pool):
    own_pool.ask("5x", "x5", 5)
    pids = processes(own_pool)
    own_pool.stop()
    assert gone(pids)


@pytest.mark.parametrize("worker", ["idle", "hanging"])
@pytest.mark.parametrize("ends", ["normally", "killed"])
def test_a_process_that_ends_takes_its_workers_along(ends, worker):
    code = "from grading.checking.answers import check; check('5x', 'x5'); print('up', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    server, child = children(process.pid)
    if worker == "hanging":
        os.kill(child, signal.SIGSTOP)
    if ends == "killed":
        process.kill()
    process.communicate(b"\n")
    assert gone([server, child])


def test_threads_do_not_get_each_others_verdicts():
    verdicts = {}

    def ask(number):
        verdicts[number] = check(f"{number}x", f"x \\cdot {number}" if number % 2 else "x").outcome

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3, 23)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == {number: Outcome.CORRECT if number % 2 else Outcome.INCORRECT for number in range(3, 23)}


def test_a_forked_process_has_workers_of_its_own():
    check("5x", "x5")
    parents = pool._pools["formulas"]
    pid = os.fork()
    if pid == 0:
        own = pool._pools["formulas"] is not parents and check("7x", "x7").outcome is Outcome.CORRECT
        pool.stop()
        os._exit(0 if own else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert check("8x", "x8").outcome is Outcome.CORRECT
