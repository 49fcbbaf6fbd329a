"""Running model-written Python where it can do no harm.

SandboxError
 ├── SandboxUnavailable   this machine cannot isolate (the message says how to fix it); there is no unsandboxed mode
 ├── SandboxBusy          all its places stayed taken; try again later
 └── SessionLost          the session is gone (killed for an attack, or its jail died); open a new one
"""

from dataclasses import dataclass
from typing import Protocol


class SandboxError(Exception):
    """The code was not run, or its outcome is not known. The message is one line."""


class SandboxUnavailable(SandboxError):
    """Isolation could not be proved on this machine."""


class SandboxBusy(SandboxError):
    """Others have all the sessions there may be."""


class SessionLost(SandboxError):
    """This session cannot run anything more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """What one cell did.

    `output` is stdout and stderr as text, the last expression's repr included, truncated in the middle to the output
    limit. `error` is None, or the failing cell line and the last traceback line. `images` are PNG files, in the order drawn.
    """

    output: str
    error: str | None = None
    images: tuple[bytes, ...] = ()
    truncated: bool = False
    timed_out: bool = False
    seconds: float = 0.0


class Session(Protocol):
    """One solution's interpreter: state is kept between cells, and a failed or killed cell leaves it as it was before."""

    async def run(self, code: str) -> CellResult:
        """Run one cell. A Python error, a limit or a time-out is a result, not an exception; raises `SessionLost`."""

    async def close(self) -> None:
        """End the session and everything in it now, a running cell included. May be called twice."""


class Sandbox(Protocol):
    """A place that opens sessions. Belongs to one event loop."""

    async def open(self) -> Session:
        """Open a fresh session; raises `SandboxUnavailable` and `SandboxBusy`."""

    async def close(self) -> None:
        """End every session and the jail."""
