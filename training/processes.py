"""Processes that outlive the one that started them: known by pid and moment of start, ended as a group. Linux's /proc tells of them."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grading.checking.bound import end_with_parent

LOG_LIMIT = 10_000_000  # bytes of one log
NICE = 10  # what trains yields to what answers students
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Identity:
    """A pid comes again; with the moment of its start, in ticks after the machine's, it does not."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """None where there is no such process, or a dead one that nobody has taken notice of."""
        fields = _stat(pid)
        return None if fields is None or fields[0] == "Z" else cls(pid, int(fields[19]))

    @property
    def alive(self) -> bool:
        return Identity.of(self.pid) == self


def start_apart(command: Sequence[str], *, cwd: Path, log: Path) -> "subprocess.Popen[bytes]":
    """A process in a session and a group of its own, which goes on when this one ends."""
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)


def start_bound(command: Sequence[str], *, cwd: Path, log: Path) -> "subprocess.Popen[bytes]":
    """A process of this one's group, which the kernel ends with this one, whatever ends it."""
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=file, stderr=file, preexec_fn=end_with_parent)


def cut_log(log: Path) -> None:
    """Keep a log that processes append to small: what is older goes."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            with log.open("r+b") as file:
                file.truncate(0)


def end_group(leader: Identity) -> None:
    """End what is left of the group whose leader is gone. Nothing where the pid is another process's now: then the group is empty, as the
    kernel gives no pid away that a group still has.
    """
    if _stat(leader.pid) is None:
        try:
            os.killpg(leader.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


@dataclass(frozen=True, slots=True)
class Usage:
    """`cpu_seconds` so far, and `memory` in bytes now."""

    cpu_seconds: float
    memory: int


def usage(leader: int) -> Usage:
    """Of a process and all that come from it, whatever group they made of themselves. Pages that several share are counted for each."""
    stats = {int(path.name): fields for path in Path("/proc").iterdir() if path.name.isdigit() and (fields := _stat(int(path.name)))}
    ours = {leader}
    while more := {pid for pid, fields in stats.items() if int(fields[1]) in ours} - ours:
        ours |= more
    found = [stats[pid] for pid in ours if pid in stats]
    seconds = sum(int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14]) for fields in found) / _TICKS
    return Usage(seconds, sum(int(fields[21]) for fields in found) * _PAGE)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state, parent, group, …; see proc(5)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
