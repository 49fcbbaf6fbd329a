"""What a run uses of its machine."""

import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

from training.processes import usage

NVIDIA = ["nvidia-smi", "--query-gpu=name,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"]


class Meter:
    """Of a process and all that come from it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._at, self._cpu = time.monotonic(), usage(pid).cpu_seconds
        self._gpus = shutil.which(NVIDIA[0]) is not None

    def look(self, every: float, note: Callable[[dict[str, Any]], None]) -> None:
        """Note what is used: `cpu` in processors, `memory` in bytes, and each GPU. Nothing where the last look was a moment ago."""
        now = time.monotonic()
        if now - self._at < every:
            return
        used = usage(self._pid)
        cpu = max(0.0, used.cpu_seconds - self._cpu) / (now - self._at)
        self._at, self._cpu = now, used.cpu_seconds
        note({"cpu": round(cpu, 2), "memory": used.memory} | ({"gpus": gpus()} if self._gpus else {}))


def gpus() -> list[dict[str, Any]]:
    """What the machine's NVIDIA GPUs do, whoever uses them; none where that cannot be read."""
    try:
        said = subprocess.run(NVIDIA, capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[part.strip() for part in line.split(",")] for line in said.splitlines()]
    return [dict(zip(("name", "percent", "used_mb", "total_mb"), row, strict=True)) for row in rows if len(row) == 4]
