"""How an answer is understood, so that its author can see it: plain numbers here, the rest by Math-Verify in a child process.

The child is warm, and is killed when it takes too long. What cannot be read in time is not read.
"""

import atexit
import json
import os
import re
import select
import subprocess
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path

from grading.checking.numbers import Number, read_number
from grading.checking.working.shown import written

LONGEST = 500  # characters
SECONDS = 3.0  # for one answer
WAIT_SECONDS = 10.0  # for the answers before it
START_SECONDS = 30.0  # for the child to import sympy, on a busy machine
REMEMBERED = 2_000  # readings

ROOT = Path(__file__).resolve().parents[1]


HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}  # digits, letters and signs of Chinese keyboards
# An answer in words ("Tuesday", "增大") is text, and no product of letters.
TEXT = re.compile(r"(?=.*(?:[A-Za-z]{3}|[\u4e00-\u9fff]))[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff ,.'-]*")


class _NotInTime(Exception):
    """The child was killed, or died. Another time it may do."""


def read(answer: str) -> str:
    """LaTeX of what `answer` was understood as; "" where it cannot be read. Safe in any thread."""
    try:
        return _read(answer.translate(HALF_WIDTH).strip().strip("$").rstrip("。.").strip())
    except _NotInTime:
        return ""


@lru_cache(maxsize=REMEMBERED)
def _read(answer: str) -> str:
    if not answer or len(answer) > LONGEST:
        return ""
    number = read_number(answer)
    if number:
        return _number(number)
    return rf"\text{{{answer}}}" if TEXT.fullmatch(answer) else _reader.ask(answer)


def _number(number: Number) -> str:
    value = number.value
    plain = float(value) if value.denominator != 1 and number.decimals is not None else None
    text = f"{plain:.{number.decimals}f}" if plain is not None else written(value)
    unit = rf"\ \text{{{number.unit}}}" if number.unit else ""
    return text + (r"\,\%" if number.percent else "") + unit


class _Reader:
    """One warm child, started at the first answer. Answers wait for one another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, answer: str) -> str:
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise _NotInTime
        try:
            reply = self._exchange(json.dumps(answer).encode() + b"\n")
            if reply is None:
                self.stop()
                raise _NotInTime
        finally:
            self._lock.release()
        return str(json.loads(reply))

    def stop(self) -> None:
        """Kill the child, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _exchange(self, request: bytes) -> bytes | None:
        if self._process is None:
            command = [sys.executable, "-m", "grading.reader"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
            if _line(self._process, START_SECONDS) is None:
                return None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except BrokenPipeError:  # it died between two answers
            return None
        return _line(self._process, SECONDS)


def _line(process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """One line of the child's output; None when it does not come in time, or the child is dead."""
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


_reader = _Reader()


def stop() -> None:
    """End the child; the next answer starts another one."""
    _reader.stop()


atexit.register(stop)
