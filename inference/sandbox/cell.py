"""The processes that hold a session's state and run its cells. Runs inside the jail, and runs model code: nothing here is trusted.

One process holds the state. Told to fork, it makes a runner and waits for its end. The runner waits for a cell and runs it. If the cell
succeeds, the runner is the new state, and the supervisor ends the old one; if not, the runner ends, and the state is what it was before.
"""

import ast
import builtins
import ctypes
import io
import os
import random
import resource
import signal
import sys
import traceback
import types
import warnings
from typing import Any, NoReturn, Self, cast

from inference.sandbox import frames

PR_SET_SECCOMP, PR_GET_SECCOMP, SECCOMP_MODE_FILTER = 22, 21, 2  # linux/prctl.h, linux/seccomp.h
ALARM_AGAIN = 0.25  # seconds until a cell that swallowed its time limit is told again
libc = ctypes.CDLL(None, use_errno=True)


class TimeLimit(BaseException):
    """The cell's time is over. Not an Exception, so that `except Exception` does not swallow it."""

    __module__ = "builtins"  # how a traceback names it


class Jailed:
    """The code side of a session: its pipes, its limits and its namespace."""

    def __init__(self, commands: int, replies: int, output: int, limits: dict[str, Any]) -> None:
        self.commands, self.replies, self.output, self.limits = commands, replies, output, limits
        self.module = types.ModuleType("__main__")
        self.cells = 0

    def live(self) -> NoReturn:
        """Lock down, say so, and then hold the state for ever."""
        self.lock_down()
        self.send({"locked": True, "seccomp": libc.prctl(PR_GET_SECCOMP, 0, 0, 0, 0), "uid": os.getuid(), "proc": os.listdir("/proc")})
        sys.modules["__main__"] = self.module
        builtins.input = no_input
        vars(builtins).update(exit=sys.exit, quit=sys.exit)  # the module that brings them, site, is not loaded here
        while True:
            self.receive()
            reap()
            numbers = random.getstate()  # the standard library seeds anew in a forked process
            try:
                pid = os.fork()
            except OSError as error:
                self.send({"no_fork": f"{error}"})
                continue
            if pid == 0:
                random.setstate(numbers)
                self.run_cell()
            else:
                self.send({"ended": os.waitpid(pid, 0)[1]})

    def lock_down(self) -> None:
        """Limits first, the filter last: nothing after this can lift either."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for name, limit in self.limits["rlimits"].items():
            resource.setrlimit(getattr(resource, name), (limit, limit))
        program = bytes.fromhex(self.limits["filter"])
        steps = ctypes.create_string_buffer(program, len(program))

        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

        if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Program(len(program) // 8, ctypes.addressof(steps))), 0, 0):
            raise OSError(ctypes.get_errno(), "seccomp")

    def run_cell(self) -> None:
        """Say ready, wait for a cell and run it. Returns, as the new state, only if it succeeded."""
        runner = os.getpid()
        self.send({"forked": runner})
        request, code = self.receive()
        self.cells += 1
        self.open_output()
        images: list[bytes] = []
        with Watch(self.limits["soft_seconds"]) as watch:
            self.execute(code.decode())
            images = drawn_figures(self.limits["images"], self.limits["image_bytes"])
            sys.stdout.flush()
            sys.stderr.flush()
        error = watch.error and described(watch.error, code.decode(), self.filename)
        if os.getpid() != runner:
            os._exit(0)  # a process that the cell forked and that ran on to its end
        reply = {"nonce": request["nonce"], "pid": runner, "error": error, "timed_out": isinstance(watch.error, TimeLimit)}
        self.send({**reply, "images": [len(image) for image in images]}, b"".join(images))
        if error is not None:
            os._exit(0)

    def open_output(self) -> None:
        """Fresh stdout and stderr, whatever earlier cells did to theirs. Written line by line, so that a killed cell's output is seen."""
        for descriptor in (1, 2):
            os.dup2(self.output, descriptor)
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(io.FileIO(descriptor, "w", closefd=False), encoding="utf-8", errors="backslashreplace", line_buffering=True)
            for descriptor in (1, 2)
        )

    @property
    def filename(self) -> str:
        return f"<cell {self.cells}>"

    def execute(self, code: str) -> None:
        """Run the cell's statements; show the value of a last expression, as a REPL does."""
        tree = ast.parse(code, self.filename)
        last = ast.Interactive([tree.body.pop()]) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        try:
            exec(compile(tree, self.filename, "exec"), self.module.__dict__)
            if last is not None:
                sys.displayhook = sys.__displayhook__
                exec(compile(last, self.filename, "single"), self.module.__dict__)
        except SystemExit as stop:
            if stop.code:
                raise

    def send(self, message: frames.Message, blob: bytes = b"") -> None:
        data = memoryview(frames.pack(message, blob))
        while data:
            data = data[os.write(self.replies, data) :]

    def receive(self) -> tuple[frames.Message, bytes]:
        text, blob = frames.sizes(read_exactly(self.commands, frames.HEAD.size), self.limits["code_bytes"] + 1_024)
        return frames.message(read_exactly(self.commands, text)), read_exactly(self.commands, blob)


class Watch:
    """A cell's soft time limit, as a context that keeps whatever the cell raises.

    Past the limit it raises `TimeLimit` in the cell, again and again until the cell ends.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.error = seconds, cast(BaseException | None, None)

    def __enter__(self) -> Self:
        signal.signal(signal.SIGALRM, self.ring)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        signal.setitimer(signal.ITIMER_REAL, self.seconds, ALARM_AGAIN)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None) -> bool:
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.error = error
        return True

    def ring(self, number: int, frame: types.FrameType | None) -> None:
        if frame is None or frame.f_code is not Watch.__exit__.__code__:
            raise TimeLimit(f"the cell ran longer than {self.seconds:g} s")


def reap() -> None:
    """Wait for children that an earlier cell left and the supervisor killed; until then they count as processes."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def read_exactly(descriptor: int, count: int) -> bytes:
    """`count` bytes; ends the process where the pipe ends."""
    data = b""
    while len(data) < count:
        part = os.read(descriptor, count - len(data))
        if not part:
            os._exit(1)
        data += part
    return data


def no_input(prompt: object = "") -> NoReturn:
    """`input`: nobody is there to type."""
    raise EOFError("input() cannot be used here: nobody can type; write the value into the code")


def described(error: BaseException, code: str, filename: str) -> str:
    """The failing line of the cell and the last line of the traceback, with the name that Python takes to be meant."""
    told = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    last = list(told.format_exception_only())[-1].strip()
    if isinstance(error, SyntaxError):
        number = error.lineno if error.filename == filename else None
    else:
        numbers = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == filename]
        number = numbers[-1] if numbers else None
    lines = code.splitlines()
    if number is None or not 1 <= number <= len(lines):
        return last
    return f"line {number}: {lines[number - 1].strip()}\n{last}"


def drawn_figures(count: int, limit: int) -> list[bytes]:
    """The open figures as PNG, at most `count` of at most `limit` bytes; all are closed."""
    pyplot = sys.modules["matplotlib.pyplot"]
    images = []
    for number in pyplot.get_fignums()[:count]:
        buffer = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about glyphs that the font lacks: nothing that the student or the model can mend
            pyplot.figure(number).savefig(buffer, format="png", dpi=100)
        if buffer.tell() > limit:
            sys.stdout.write(f"[figure {number} was left out: over {limit} bytes]\n")
        else:
            images.append(buffer.getvalue())
    pyplot.close("all")
    return images
