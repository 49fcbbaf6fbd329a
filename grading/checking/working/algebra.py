"""Questions to the algebra system.

It runs in a child process that is killed when it takes too long. Then, and where it does not know, there is no answer.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from grading.checking.working.expressions import Expression, Point, to_json

SECONDS = 3.0  # for one question
START_SECONDS = 30.0  # for the child to import sympy, on a busy machine
GRACE = 1.0  # seconds in which the child may say by itself that it took too long; then it is killed
MOST_UNANSWERED = 2  # questions of one piece of working
LONGEST_REPLY = 1_000_000  # bytes

ROOT = Path(__file__).resolve().parents[3]


class NoAnswer(Exception):
    """The algebra system does not know, or took too long."""


class TooSlow(NoAnswer):
    """The time for the work is over, or the question was not answered in its own."""


@dataclass(frozen=True, slots=True)
class Solutions:
    """All solutions, as numbers and as LaTeX. Of a periodic equation these are some of them."""

    points: tuple[dict[str, complex], ...]
    latex: tuple[str, ...]
    periodic: bool


class Algebra:
    """The algebra system, for one piece of working: all questions together take until `deadline` (of `time.monotonic`) at most."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._unanswered = 0

    def solve(
        self, equations: Sequence[tuple[Expression, Expression]], unknowns: Sequence[str], given: Mapping[str, Fraction]
    ) -> Solutions:
        """Raises `NoAnswer` where the solutions cannot be listed."""
        reply = self._ask(
            ask="solve",
            equations=[[to_json(left), to_json(right)] for left, right in equations],
            unknowns=list(unknowns),
            given={name: str(value) for name, value in given.items()},
        )
        if reply["points"] is None:
            raise NoAnswer
        points = tuple({name: complex(*value) for name, value in point.items()} for point in reply["points"])
        return Solutions(points, tuple(reply["latex"]), reply["periodic"])

    def critical(self, expression: Expression, unknown: str) -> list[float]:
        """Where an expression in one unknown can change its sign, in ascending order."""
        numbers: list[float] = self._ask(ask="critical", tree=to_json(expression), unknown=unknown)["numbers"]
        return numbers

    def values(self, expressions: Sequence[Expression], points: Sequence[Point]) -> list[list[complex | None]]:
        """For each expression its values at the points; None where it has none."""
        trees = [to_json(expression) for expression in expressions]
        pairs = [{name: [value.real, value.imag] for name, value in point.items()} for point in points]
        reply = self._ask(ask="values", trees=trees, points=pairs)
        return [[None if value is None else complex(*value) for value in row] for row in reply["values"]]

    def show(self, expression: Expression, form: str) -> str:
        """LaTeX of the expression in another `form`: "expand", "factor", "simplify" or "as it is"."""
        latex: str = self._ask(ask="show", tree=to_json(expression), form=form)["latex"]
        return latex

    def _ask(self, **request: object) -> dict[str, Any]:
        if self._unanswered >= MOST_UNANSWERED:
            raise TooSlow
        seconds = min(SECONDS, self._deadline - time.monotonic())
        if seconds <= 0:
            raise TooSlow
        reply = _child.ask(json.dumps({**request, "seconds": seconds}).encode() + b"\n", seconds)
        answer: dict[str, Any] = json.loads(reply) if reply is not None else {"slow": True}
        if "slow" in answer:
            self._unanswered += 1
            raise TooSlow
        if "failed" in answer:
            raise NoAnswer(answer["failed"])
        return answer


class _Child:
    """One warm process, started at the first question, replaced when it hangs or dies. Questions wait for one another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: bytes, seconds: float) -> bytes | None:
        """The reply; None where it does not come in time. A start takes up to `START_SECONDS` on top, once."""
        if not self._lock.acquire(timeout=seconds):
            return None
        try:
            return self._exchange(request, time.monotonic() + seconds + GRACE) if self._is_running() else None
        finally:
            self._lock.release()

    def stop(self) -> None:
        """Kill the child, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _is_running(self) -> bool:
        if self._process is None:
            command = [sys.executable, "-m", "grading.checking.working.sympy_child"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
            if self._read_line(time.monotonic() + START_SECONDS) is None:
                self.stop()
        return self._process is not None

    def _exchange(self, request: bytes, deadline: float) -> bytes | None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except BrokenPipeError:  # it died between two questions
            self.stop()
            return None
        reply = self._read_line(deadline)
        if reply is None:
            self.stop()
        return reply

    def _read_line(self, deadline: float) -> bytes | None:
        """One line of the child's output; None when it does not come in time, is too long, or the child is dead."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(self._process.stdout.fileno(), 65_536) if readable else b""
            line += data
            if not data or len(line) > LONGEST_REPLY:
                return None
        return line


_child = _Child()
atexit.register(lambda: _child.stop())


def _after_fork() -> None:
    """The child process belongs to the parent."""
    global _child
    _child = _Child()


os.register_at_fork(after_in_child=_after_fork)
