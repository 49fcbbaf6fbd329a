"""The process that compares formulas: it imports mathematics once, and forks a worker for each that its parent asks for.

    python -m grading.checking.judge formulas    our own reader alone: it starts in a moment
    python -m grading.checking.judge symbolic    Math-Verify for what that does not read: sympy takes seconds to import

Standard input is a socket to the parent. `fork` on it is answered with a worker's socket and a handle to kill it by; on its socket a
worker reads `[expected, given]` and answers `[outcome, sentence, values]`, as JSON. When the parent goes away this process ends, and the
kernel ends the workers with it. What a worker may use is limited here; how long it may take, its parent decides.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable

from grading.checking.bound import end_with_parent
from grading.checking.child import SYMPY_ERRORS, limit_cpu
from grading.checking.compare import compare
from grading.checking.evaluate import Undefined
from grading.checking.formulas import NOT_EVALUATED
from grading.checking.reasons import template
from grading.checking.syntax import read
from grading.checking.tokens import Unreadable
from grading.checking.verdicts import NOT_COMPARED, UNREAD, Verdict, undecided

Judge = Callable[[str, str], Verdict]

MEMORY = 2**30  # bytes of address space
LONGEST = 65_536  # bytes of a message
RECURSION = 4_000

AMBIGUOUS = template("The answer can be read in two ways, like 1/2x; brackets would help.")


def judge(expected: str, given: str) -> Verdict:
    """Whether `given` equals `expected`, both in the plain spelling."""
    try:
        return _by_own_reading(expected, given)
    except Unreadable:
        return undecided(UNREAD)


def judge_symbolically(expected: str, given: str) -> Verdict:
    """The same, with Math-Verify behind it."""
    from grading.checking.symbolic import compare_symbolic  # the only place where sympy is needed

    try:
        return _by_own_reading(expected, given)
    except Unreadable:
        return compare_symbolic(expected, given)


def _by_own_reading(expected: str, given: str) -> Verdict:
    left, one = read(expected)
    right, other = read(given)
    verdict = compare(left, right)
    if not (one or other):
        return verdict
    tight = compare(read(expected, tight=True)[0], read(given, tight=True)[0])
    return verdict if tight.outcome is verdict.outcome else undecided(AMBIGUOUS)


JUDGES: dict[str, Judge] = {"formulas": judge, "symbolic": judge_symbolically}
WARM_UP = {"formulas": ("x^2+1", "1+x^2"), "symbolic": (r"\sum_{k=1}^{n}k", r"\sum_{k=1}^{n}2k")}


def main(name: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps ended workers
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(RECURSION)
    JUDGES[name](*WARM_UP[name])  # what is done once is done before the first fork
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, pages that all workers share
    control = socket.socket(fileno=0)
    control.send(b"ready")
    while control.recv(LONGEST) == b"fork":
        _send_worker(control, JUDGES[name])


def _send_worker(control: socket.socket, judging: Judge) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        server, pid = os.getpid(), os.fork()
        if not pid:
            end_with_parent(parent=server)
            control.close()
            theirs.close()
            _work(ours, judging)
        handle = os.pidfd_open(pid)
        socket.send_fds(control, [b"worker"], [theirs.fileno(), handle])
        os.close(handle)


def _work(requests: socket.socket, judging: Judge) -> None:
    """Until the parent closes its end. Never returns."""
    with contextlib.suppress(ConnectionError):
        while request := requests.recv(LONGEST):
            limit_cpu()
            verdict = _answer(judging, *json.loads(request))
            requests.send(json.dumps([verdict.outcome.value, verdict.reason.template, dict(verdict.reason.values)]).encode())
    os._exit(0)


def _answer(judging: Judge, expected: str, given: str) -> Verdict:
    try:
        return judging(expected, given)
    except Undefined:
        return undecided(NOT_EVALUATED)
    except SYMPY_ERRORS:
        return undecided(NOT_COMPARED)


if __name__ == "__main__":
    main(sys.argv[1])
