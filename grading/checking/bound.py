"""Processes that end with the one that started them: the kernel's signal to whose parent is gone. Linux alone has it."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1  # prctl(2)
_prctl = getattr(ctypes.CDLL(None), "prctl", None)  # looked up here: between fork and exec that could meet a lock that nobody opens


def end_with_parent(sign: signal.Signals = signal.SIGKILL) -> None:
    """From here on the kernel sends this process `sign` when its parent ends. Fit for a `preexec_fn`."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, sign)
