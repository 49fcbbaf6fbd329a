"""Processes that end with the one that started them: the kernel's signal to whose parent is gone. Linux alone has it."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1  # prctl(2)
_prctl = getattr(ctypes.CDLL(None), "prctl", None)  # looked up here: between fork and exec that could meet a lock that nobody opens


def end_with_parent(sign: signal.Signals = signal.SIGKILL, *, parent: int | None = None) -> None:
    """From here on the kernel sends this process `sign` when its parent ends. Fit for a `preexec_fn`. Of a `parent` that is named and
    has ended already the kernel says nothing; then the process sends it to itself.
    """
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, sign)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), sign)
