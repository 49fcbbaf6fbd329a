"""Is an answer right? Plain numbers are compared here; the rest by Math-Verify, in a child process that is killed when it takes too long.

Not covered: clock times, intervals against inequalities, the form of an answer ("simplify", "in lowest terms"), and a unit
that only one side gives.
"""

import atexit
import enum
import json
import os
import re
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from grading.checking.numbers import half_width, read_number, same_number

LONGEST = 1_000  # characters; a longer answer is not compared
SECONDS = 5.0  # for one comparison
START_SECONDS = 30.0  # for the child to import sympy, on a busy machine

ROOT = Path(__file__).resolve().parents[2]

TOO_LONG = "The answer is too long to compare."
TOO_SLOW = "The comparison took too long."


class Outcome(enum.Enum):
    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is one sentence in English."""

    outcome: Outcome
    reason: str


def check(expected: str, given: str | None, *, seconds: float = SECONDS) -> Verdict:
    """Whether `given` equals the gold answer `expected`. Takes at most `seconds`, and once `START_SECONDS`; safe in any thread.

    UNDECIDED is for what cannot be read, is too long (1,000 characters) or takes too long; it is never a wrong answer.
    """
    if given is None or not given.strip():
        return Verdict(Outcome.INCORRECT, "There is no answer.")
    if len(expected) > LONGEST or len(given) > LONGEST:
        return Verdict(Outcome.UNDECIDED, TOO_LONG)
    expected, given = _plain(expected), _plain(given)
    if expected == given:
        return Verdict(Outcome.CORRECT, "The answers are written alike.")
    left, right = read_number(expected), read_number(given)
    if left and right and (same := same_number(left, right)) is not None:
        return Verdict(Outcome.CORRECT, "The numbers are equal.") if same else Verdict(Outcome.INCORRECT, "The numbers differ.")
    if left and right:
        return Verdict(Outcome.UNDECIDED, "The units differ.")
    return _judge.ask(expected, given, seconds)


def _plain(text: str) -> str:
    """Full-width characters as ASCII, the separators of Chinese lists as commas, and no spaces around."""
    text = half_width(text)
    return re.sub(r"\s*[、或和]\s*", ",", text).strip().strip("$").rstrip("。.").strip()


class _Judge:
    """One warm child process, started at the first question, replaced when it hangs or dies. Questions wait for one another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, expected: str, given: str, seconds: float) -> Verdict:
        with self._lock:
            reply = self._exchange(json.dumps([expected, given]).encode() + b"\n", seconds)
        if reply is None:
            return Verdict(Outcome.UNDECIDED, TOO_SLOW)
        outcome, reason = json.loads(reply)
        return Verdict(Outcome(outcome), reason)

    def stop(self) -> None:
        """Kill the child, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _exchange(self, request: bytes, seconds: float) -> bytes | None:
        """The child's reply; None, and no child any more, where it does not come in time."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "grading.checking.judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
            )
            if _read_line(self._process, START_SECONDS) is None:
                self.stop()
                return None
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except BrokenPipeError:  # it died between two questions
            self.stop()
            return None
        reply = _read_line(self._process, seconds)
        if reply is None:
            self.stop()
        return reply


def _read_line(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """One line of the child's output (at most a pipe's buffer); None when it does not come in time, or the child is dead."""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        data = os.read(process.stdout.fileno(), 65_536) if readable else b""
        if not data:
            return None
        line += data
    return line


_judge = _Judge()
atexit.register(lambda: _judge.stop())


def _after_fork() -> None:
    """The child process belongs to the parent."""
    global _judge
    _judge = _Judge()


os.register_at_fork(after_in_child=_after_fork)
