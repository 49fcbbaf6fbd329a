"""Warm worker processes that compare formulas, asked from any thread; killed and replaced when they hang or die."""

import atexit
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from grading.checking.reasons import Reason, template
from grading.checking.verdicts import Outcome, Verdict, undecided

WORKERS = min(4, os.cpu_count() or 1)
START_SECONDS = 30.0  # to import sympy, on a busy machine
WAIT_SECONDS = 60.0  # for a worker that has time
FORK_SECONDS = 5.0
REQUESTS = 5_000  # of one worker: what it has learned is forgotten then, so that its memory stays bounded
LONGEST = 65_536  # bytes of a message

ROOT = Path(__file__).resolve().parents[2]

TOO_SLOW = template("The comparison took too long.")
BROKE_OFF = template("The comparison broke off.")
TOO_BUSY = template("The checker is busy. Try again later.")
NOT_STARTED = template("The checker could not be started.")


class Pool:
    """`judge` is one of `judge.JUDGES`. Nothing runs before the first question."""

    def __init__(self, judge: str, size: int = WORKERS) -> None:
        self.judge = judge
        self.size = size
        self._free = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()  # of what follows
        self._idle: list[_Worker] = []
        self._server: _Server | None = None

    def ask(self, expected: str, given: str, seconds: float) -> Verdict:
        """The worker's verdict; UNDECIDED where it takes longer than `seconds`, or none can be had."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            return undecided(TOO_BUSY)
        try:
            return self._ask(json.dumps([expected, given]).encode(), seconds)
        finally:
            self._free.release()

    def stop(self) -> None:
        """Kill all processes, whatever they do."""
        with self._lock:
            for worker in self._idle:
                worker.kill()
            self._idle.clear()
            if self._server is not None:
                self._server.stop()
                self._server = None

    def forget(self) -> None:
        """In a forked process: the workers are the parent's; only the copies of their sockets are closed."""
        for worker in self._idle:
            worker.close()
        if self._server is not None:
            self._server.control.close()

    def _ask(self, request: bytes, seconds: float) -> Verdict:
        for _ in range(self.size + 1):  # all that are idle may have died with the process that forks them
            worker = self._take()
            if worker is None:
                return undecided(NOT_STARTED)
            try:
                reply = worker.exchange(request, seconds)
            except BrokenPipeError:  # it died while it was idle
                worker.kill()
                continue
            except TimeoutError:
                worker.kill()
                return undecided(TOO_SLOW)
            self._give_back(worker, alive=bool(reply))
            return _verdict(reply) if reply else undecided(BROKE_OFF)
        return undecided(NOT_STARTED)

    def _take(self) -> "_Worker | None":
        with self._lock:
            if self._idle:
                return self._idle.pop()
            for _ in range(2):
                if self._server is None:
                    self._server = _Server.start(self.judge)
                if self._server is None:
                    return None
                if (worker := self._server.fork()) is not None:
                    return worker
                self._server.stop()
                self._server = None
            return None

    def _give_back(self, worker: "_Worker", *, alive: bool) -> None:
        if alive and worker.requests < REQUESTS:
            with self._lock:
                self._idle.append(worker)
        else:
            worker.kill()


class _Server:
    """The process that forks the workers (`judge`)."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self.process = process
        self.control = control

    @classmethod
    def start(cls, judge: str) -> "_Server | None":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = os.environ | {"PYTHONHASHSEED": "0"}  # the same points for the same formulas
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "grading.checking.judge", judge],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                env=environment,
            )
        server = cls(process, ours)
        ours.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):
            if ours.recv(LONGEST) == b"ready":
                ours.settimeout(FORK_SECONDS)
                return server
        server.stop()
        return None

    def fork(self) -> "_Worker | None":
        try:
            self.control.send(b"fork")
            message, handles, _, _ = socket.recv_fds(self.control, LONGEST, 2)
        except OSError:  # it is gone, or does not answer
            return None
        return _Worker(socket.socket(fileno=handles[0]), handles[1]) if message == b"worker" else None

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.control.close()


class _Worker:
    def __init__(self, requests: socket.socket, handle: int) -> None:
        self._socket = requests
        self._handle = handle  # a pidfd: no other process can take its place
        self.requests = 0

    def exchange(self, request: bytes, seconds: float) -> bytes:
        """The reply; nothing where the worker dies over it. Raises TimeoutError, and BrokenPipeError where it was dead before."""
        self.requests += 1
        self._socket.settimeout(seconds)
        self._socket.send(request)
        with contextlib.suppress(ConnectionError):
            return self._socket.recv(LONGEST)
        return b""

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        self._socket.close()
        os.close(self._handle)


def _verdict(reply: bytes) -> Verdict:
    outcome, sentence, values = json.loads(reply)
    return Verdict(Outcome(outcome), Reason(sentence, values))


PASSING = frozenset({TOO_SLOW, BROKE_OFF, TOO_BUSY, NOT_STARTED})  # said of the machine rather than of the answers

# What our own reader does not read, and Math-Verify may.
SYMBOLIC = re.compile(r"\\(?:sum|prod|int|lim|max|min|gcd)(?![A-Za-z])")
_pools = {"formulas": Pool("formulas"), "symbolic": Pool("symbolic", 1)}


def ask(expected: str, given: str, seconds: float) -> Verdict:
    """The verdict on two answers in the plain spelling; UNDECIDED where it takes longer than `seconds`, or no worker can be had."""
    name = "symbolic" if SYMBOLIC.search(expected) or SYMBOLIC.search(given) else "formulas"
    return _pools[name].ask(expected, given, seconds)


def stop() -> None:
    """Kill all workers of this process. The next question starts new ones."""
    for pool in _pools.values():
        pool.stop()


def _after_fork() -> None:
    """In the new process: the workers are its parent's."""
    for name, pool in _pools.items():
        pool.forget()
        _pools[name] = Pool(pool.judge, pool.size)


atexit.register(stop)
os.register_at_fork(after_in_child=_after_fork)
