"""A session's supervisor: the first process in its namespaces, between the host and the cells. Runs inside the jail.

It never runs model code and is the only one with a channel to the host, so what the host reads was written here. It passes a cell on,
gathers its output, keeps the hard time limit and the memory limit, and clears away every process that a cell leaves behind. A cell can
forge nothing but its own result; bytes that are not expected from it end the session.

Memory without cgroups: each process has an address-space limit, there are few processes, and the resident memory that all of them add
together is looked at every `TICK` seconds. Between two looks they can go over it.
"""

import os
import select
import signal
import socket
import time
from typing import Any

from inference.sandbox import cell, frames

TICK = 0.05  # seconds between two looks at time and memory
IDLE = 0.25  # seconds between two looks at what a cell has left behind
GRACE = 2.0  # seconds in which the state must answer
ROUNDS = 200  # of killing what a cell left, before the state is given up as well
GONE = (FileNotFoundError, ProcessLookupError)  # a process that ends while it is looked at
PAGE = os.sysconf("SC_PAGE_SIZE")
READ = 65_536  # bytes at once
ERROR = 1_000  # characters of an error
SILENT = "the session did not answer"
STRAY = "unexpected bytes from a cell"


class Lost(Exception):
    """The session cannot go on; the message says why."""


class HostGone(Exception):
    """The host closed the channel."""


class Tail:
    """Output, of which the first and the last `limit` bytes are kept."""

    def __init__(self, limit: int) -> None:
        self.limit, self.first, self.last, self.length = limit, b"", b"", 0

    def add(self, data: bytes) -> None:
        self.length += len(data)
        room = self.limit - len(self.first)
        self.first += data[:room]
        self.last = (self.last + data[room:])[-self.limit :]


class Supervisor:
    """One session. Made ahead, with its first state and runner; `serve` gives it its channel to the host."""

    channel: socket.socket

    def __init__(self, proc: int, limits: dict[str, Any]) -> None:
        """`proc` is a descriptor of this process namespace's /proc. Raises `Lost`."""
        self.proc, self.limits = proc, limits
        self.unpacker = frames.Unpacker(limits["images"] * limits["image_bytes"] + 65_536)
        self.requests = frames.Unpacker(limits["code_bytes"] + 1_024)
        self.runner = 0  # the process that waits for the next cell
        self.runner_ready = False
        self.no_runner = ""
        self.poll = select.poll()
        self.start_state()
        self.fork_runner()

    def serve(self, channel: socket.socket, nonce: str) -> None:
        """Until the host closes the channel or the session is lost. When this process then ends, every other one here does too."""
        self.channel = channel
        self.poll.register(channel, select.POLLRDHUP)
        try:
            self.send({"ready": nonce})
            while True:
                self.send(*self.answer(*self.next_request()))
                self.clear()
                self.fork_runner()
        except HostGone:
            return
        except (Lost, frames.FrameError) as error:
            self.send({"lost": f"{error}"})

    # --- The state and its runner ---------------------------------------------------------------------------------------

    def start_state(self) -> None:
        """Fork the first state, which gets three pipes and nothing else, and must prove that it has locked itself down."""
        commands, self.commands = os.pipe()
        self.from_cells, replies = os.pipe()
        self.output, output = os.pipe()
        self.state = os.fork()
        if self.state == 0:
            become_cell(commands, replies, output, self.limits)
        for descriptor in (commands, replies, output):
            os.close(descriptor)
        self.poll.register(self.from_cells, select.POLLIN)
        for descriptor in (self.commands, self.from_cells, self.output):
            os.set_blocking(descriptor, False)
        self.watch_state(self.state)
        proof, _ = self.expect()
        if proof != {"locked": True, "seccomp": 2, "uid": os.getuid(), "proc": []}:
            raise Lost("a cell process could not be locked down")
        self.base = self.resident(self.state)

    def watch_state(self, pid: int) -> None:
        """Make `pid` the state: its end ends the session."""
        self.state = pid
        self.state_end = os.pidfd_open(pid)
        self.poll.register(self.state_end, select.POLLIN)

    def promote(self, pid: object) -> None:
        """The runner that succeeded is the new state; the old one is cleared away."""
        if not isinstance(pid, int) or pid in (1, self.state) or pid not in self.processes():
            raise Lost("a cell claimed to be a process that it is not")
        self.poll.unregister(self.state_end)
        os.close(self.state_end)
        self.watch_state(pid)

    def fork_runner(self) -> None:
        """Have the next runner ready before the next cell comes."""
        self.command({"do": "fork"})
        reply, _ = self.expect()
        self.runner_ready, self.no_runner = "forked" in reply, str(reply.get("no_fork", ""))
        self.runner = reply.get("forked", 0)
        if not self.runner_ready and not self.no_runner:
            raise Lost(STRAY)

    # --- One cell -------------------------------------------------------------------------------------------------------

    def answer(self, request: frames.Message, code: bytes) -> tuple[frames.Message, bytes]:
        """Run one cell; the reply for the host."""
        began = time.monotonic()
        output = Tail(self.limits["output_bytes"])
        if not self.runner_ready:
            self.fork_runner()
        if self.runner_ready:
            self.command({"nonce": request["nonce"]}, code)
            self.poll.register(self.output, select.POLLIN)
            result, images = self.watch_cell(request["nonce"], output, began + self.limits["hard_seconds"])
            self.poll.unregister(self.output)
            self.drain(output)
        else:
            result, images = failed(f"The cell could not start: {self.no_runner}."), b""
        kept = {"first": output.first.hex(), "last": output.last.hex(), "length": output.length}
        return {**result, **kept, "nonce": request["nonce"], "seconds": time.monotonic() - began}, images

    def watch_cell(self, nonce: str, output: Tail, deadline: float) -> tuple[frames.Message, bytes]:
        """Wait for the cell's end: its result and images."""
        result: frames.Message | None = None
        killed: frames.Message | None = None
        look = time.monotonic() + TICK
        while time.monotonic() < deadline + GRACE:
            for message, blob in self.wait(TICK, output):
                if "ended" in message:
                    return killed or result or failed(ending(message["ended"])), b""
                if result or message.get("nonce") != nonce:
                    raise Lost(STRAY)
                result, images, pid = checked(message, blob), blob, message.get("pid")
            if result and result["error"] is None and not killed:
                self.promote(pid)
                return result, images
            if not killed and time.monotonic() > look:
                look = time.monotonic() + TICK
                if killed := self.broken_limit(deadline):
                    self.clear()
        raise Lost(SILENT)

    def broken_limit(self, deadline: float) -> frames.Message | None:
        """The result of a cell that must be killed now, or None."""
        if time.monotonic() > deadline:
            return failed(f"The cell was stopped: it ran longer than {self.limits['hard_seconds']:g} s.", timed_out=True)
        if self.memory() > self.limits["memory_bytes"]:
            return failed(f"The cell was stopped: it used more than {self.limits['memory_bytes'] >> 20} MB of memory.")
        return None

    def memory(self) -> int:
        """Resident memory of the session in bytes. What processes share counts for each, and once where that were over the limit."""
        pids = [pid for pid in self.processes() if pid != 1]
        most = sum(max(0, self.resident(pid) - self.base) for pid in pids)
        return most if most <= self.limits["memory_bytes"] else sum(map(self.share, pids))

    # --- Pipes ----------------------------------------------------------------------------------------------------------

    def wait(self, seconds: float, output: Tail | None = None) -> list[tuple[frames.Message, bytes]]:
        """Wait for something to happen, and return the frames that came. Raises `HostGone` and `Lost`."""
        arrived: list[tuple[frames.Message, bytes]] = []
        for descriptor, _ in self.poll.poll(seconds * 1000):
            if descriptor == self.state_end:
                raise Lost("the session's state was ended")
            elif descriptor == self.output and output is not None:
                output.add(os.read(self.output, READ))
            elif descriptor != self.from_cells:
                raise HostGone
            else:
                arrived = self.unpacker.feed(os.read(self.from_cells, READ))
        return arrived

    def expect(self) -> tuple[frames.Message, bytes]:
        """The next frame from the state or its runner."""
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline:
            if arrived := self.wait(TICK):
                if len(arrived) > 1:
                    raise Lost(STRAY)
                return arrived[0]
        raise Lost(SILENT)

    def next_request(self) -> tuple[frames.Message, bytes]:
        """The host's next cell. Meanwhile not a byte may come from the cells, nor may anything run."""
        self.poll.modify(self.channel, select.POLLIN)
        try:
            while True:
                events = dict(self.poll.poll(IDLE * 1000))
                if not events:
                    self.check_idle()
                    continue
                if self.from_cells in events or self.state_end in events:
                    raise Lost(STRAY if self.from_cells in events else "the session's state was ended")
                data = self.channel.recv(READ)
                if not data:
                    raise HostGone
                if arrived := self.requests.feed(data):
                    return arrived[0]
        finally:
            self.poll.modify(self.channel, select.POLLRDHUP)

    def check_idle(self) -> None:
        """A thread of the last cell may live on in the state, within the limits of one process; it may not fork. Raises `Lost`."""
        if any(self.resident(pid) for pid in self.processes() if pid not in (1, self.state, self.runner)):
            raise Lost("a cell left something that ran on")

    def command(self, message: frames.Message, blob: bytes = b"") -> None:
        """Tell the state or its runner. Where they do not read, the session is lost."""
        data = frames.pack(message, blob)
        deadline = time.monotonic() + GRACE
        while data and time.monotonic() < deadline:
            _, writable, _ = select.select([], [self.commands], [], TICK)
            if writable:
                try:
                    data = data[os.write(self.commands, data) :]
                except BrokenPipeError as error:
                    raise Lost(SILENT) from error
        if data:
            raise Lost(SILENT)

    def drain(self, output: Tail) -> None:
        """What the cell wrote before its end is in the pipe by now."""
        for _ in range(64):
            try:
                data = os.read(self.output, READ)
            except BlockingIOError:
                return
            output.add(data)

    def send(self, message: frames.Message, blob: bytes = b"") -> None:
        """To the host, which reads while a cell runs; it may be gone."""
        try:
            self.channel.sendall(frames.pack(message, blob))
        except (BrokenPipeError, ConnectionResetError) as error:
            raise HostGone from error

    # --- Processes ------------------------------------------------------------------------------------------------------

    def processes(self) -> list[int]:
        """All that live in this session, this one included."""
        return [int(name) for name in os.listdir(self.proc) if name.isdigit()]

    def clear(self) -> None:
        """Kill all but this process and the state, until none is left. What forks faster than that takes the state with it."""
        for _ in range(ROUNDS):
            others = [pid for pid in self.processes() if pid not in (1, self.state) and self.resident(pid)]
            if not others:
                return
            for pid in others:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.001)
        os.kill(-1, signal.SIGKILL)
        raise Lost("a cell left processes that could not be ended")

    def resident(self, pid: int) -> int:
        """Resident memory of a process in bytes; 0 if it has ended, even if nobody has waited for it yet.

        One whose first thread has ended looks as if all of it had: then it is the others that tell.
        """
        return self.resident_at(f"{pid}") or max(map(self.resident_at, self.threads(pid)), default=0)

    def resident_at(self, place: str) -> int:
        try:
            statm = os.open(f"{place}/statm", os.O_RDONLY, dir_fd=self.proc)
        except GONE:
            return 0
        try:
            return int(os.read(statm, 256).split()[1]) * PAGE
        except GONE:
            return 0
        finally:
            os.close(statm)

    def threads(self, pid: int) -> list[str]:
        """Their places in /proc."""
        try:
            tasks = os.open(f"{pid}/task", os.O_RDONLY, dir_fd=self.proc)
        except GONE:
            return []
        try:
            return [f"{pid}/task/{name}" for name in os.listdir(tasks)]
        except GONE:
            return []
        finally:
            os.close(tasks)

    def share(self, pid: int) -> int:
        """Resident memory of a process in bytes, of pages that several have a part each. A fork's size alone says nothing: it may write to
        all of what it shared. 0 if it has ended.
        """
        return self.share_at(f"{pid}") or max(map(self.share_at, self.threads(pid)), default=0)

    def share_at(self, place: str) -> int:
        try:
            with open(os.open(f"{place}/smaps_rollup", os.O_RDONLY, dir_fd=self.proc)) as lines:
                return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
        except ProcessLookupError:
            return 0
        except FileNotFoundError:
            return self.resident_at(place)  # a kernel without this file


def become_cell(commands: int, replies: int, output: int, limits: dict[str, Any]) -> None:
    """In the new process: three pipes, an input that has ended, nothing else of the supervisor's; then `cell.Jailed`."""
    nothing, end = os.pipe()
    os.close(end)
    for descriptor, place in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, place)
    kept = (commands, replies, output)
    for descriptor in range(3, 64):
        if descriptor not in kept:
            os.closerange(descriptor, descriptor + 1)  # no error where it is not open
    cell.Jailed(commands, replies, output, limits).live()


def checked(message: frames.Message, blob: bytes) -> frames.Message:
    """A cell's own result, as far as it has the right form; raises `Lost`."""
    error, sizes = message.get("error"), message.get("images")
    if (
        not (error is None or isinstance(error, str))
        or not isinstance(sizes, list)
        or not all(type(size) is int and size >= 0 for size in sizes)
    ):
        raise Lost(STRAY)
    if sum(sizes) != len(blob):
        raise Lost(STRAY)
    return {"error": error and error[:ERROR], "timed_out": message.get("timed_out") is True, "images": sizes}


def failed(error: str, *, timed_out: bool = False) -> frames.Message:
    """The result of a cell that sent none."""
    return {"error": error, "timed_out": timed_out, "images": []}


def ending(status: object) -> str:
    """How a runner ended that sent no result."""
    if not isinstance(status, int) or not 0 <= status < 1 << 16:
        raise Lost(STRAY)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"The cell crashed: {signal.strsignal(number)} (signal {number})."
    return f"The cell ended its interpreter (exit status {os.WEXITSTATUS(status)})."
