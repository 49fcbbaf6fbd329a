"""A warm child process that is asked from any thread, and is killed and replaced when it takes too long. JSON, one line each way.

A module that calls `serve` is what it runs.
"""

import atexit
import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

START_SECONDS = 30.0  # to import sympy, on a busy machine
LONGEST_REPLY = 1_000_000  # bytes
MEMORY = 3 * 2**30  # bytes of the child's address space
CPU_SECONDS = 20  # for one request, should the parent be gone

# What sympy and the LaTeX reader raise on input that they were not made for.
SYMPY_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)

ROOT = Path(__file__).resolve().parents[2]


class NoReply(Exception):
    """The child was killed, has died, or is asked by others for too long. Another time it may do."""


class Child:
    """One process, started at the first request. Requests wait for one another. It ends with whoever started it."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)
        os.register_at_fork(after_in_child=self._forget)

    def ask(self, request: object, *, seconds: float, patience: float) -> Any:  # noqa: ANN401 (JSON)
        """The reply, within `seconds`; up to `patience` more go to those who ask already, and `START_SECONDS`, once. Raises `NoReply`."""
        if not self._lock.acquire(timeout=patience):
            raise NoReply
        try:
            return json.loads(self._exchange(json.dumps(request).encode() + b"\n", seconds))
        except NoReply:
            self.stop()
            raise
        finally:
            self._lock.release()

    def stop(self) -> None:
        """Kill the process, whatever it does; the next request starts another one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _forget(self) -> None:
        """A forked process has none: this one belongs to its parent."""
        self._lock, self._process = threading.Lock(), None

    def _exchange(self, request: bytes, seconds: float) -> bytes:
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError as error:  # it died between two requests
            raise NoReply from error
        return _line(process, seconds)

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", self._module]
        self._process = process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        _line(process, START_SECONDS)
        return process


def _line(process: "subprocess.Popen[bytes]", seconds: float) -> bytes:
    """One line of the process's output. Raises `NoReply` where it does not come in time or is too long, or the process is dead."""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    line = b""
    poll = select.poll()  # `select` knows no descriptor above 1,023, and a web process has one for each socket
    poll.register(process.stdout, select.POLLIN)
    while not line.endswith(b"\n"):
        readable = poll.poll(1_000 * max(0.0, deadline - time.monotonic()))
        data = os.read(process.stdout.fileno(), 65_536) if readable else b""
        line += data
        if not data or len(line) > LONGEST_REPLY:
            raise NoReply
    return line


# --- In the child process -----------------------------------------------------------------------------------------------


def serve(answer: Callable[[Any], object]) -> None:
    """Answer one request after the other until the parent goes away. The limits hold where it cannot kill this process any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        limit_cpu()
        print(json.dumps(answer(json.loads(line))), flush=True)  # noqa: T201


def limit_cpu() -> None:
    """From here on this process may use `CPU_SECONDS`."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + CPU_SECONDS, resource.RLIM_INFINITY))
