"""What a session and its cells may use."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inference.sandbox import rootfs

MB = 1 << 20
PIPE = 60_000  # bytes; a cell is handed on in one write to a pipe, which holds 65,536


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """Limits of a session and of its cells. Sizes in bytes, times in seconds of wall clock."""

    root: Path | None = None  # a root that `rootfs.prepared_root` made before; None: found or made in cache_dir
    cache_dir: Path = field(default_factory=rootfs.default_cache)
    soft_seconds: float = 8.0  # then the cell gets a TimeLimit exception
    hard_seconds: float = 9.0  # then it is killed
    memory_bytes: int = 1024 * MB  # of address space a process; and of resident memory that a session's processes add together
    processes: int = 16  # and threads; three of them are the session's own
    open_files: int = 64
    file_bytes: int = 8 * MB
    tmp_bytes: int = 32 * MB
    tmp_inodes: int = 1024
    output_chars: int = 1_000
    images: int = 4  # of one cell
    image_bytes: int = MB
    code_bytes: int = 30_000
    sessions: int = 64  # open at once; further ones wait for one to close
    wait_seconds: float = 120.0  # until then
    start_seconds: float = 60.0
    open_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not 0 < self.soft_seconds < self.hard_seconds:
            raise ValueError("soft_seconds must be above 0 and below hard_seconds")
        if not 0 < self.code_bytes <= PIPE:
            raise ValueError(f"code_bytes must be 1 to {PIPE}")

    def inside(self) -> dict[str, Any]:
        """The limits as the zygote and the host's end of a session read them."""
        names = (
            "soft_seconds",
            "hard_seconds",
            "memory_bytes",
            "tmp_bytes",
            "tmp_inodes",
            "output_chars",
            "images",
            "image_bytes",
            "code_bytes",
        )
        rlimits = {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_CPU": math.ceil(self.hard_seconds) + 1,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_CORE": 0,
        }
        return {name: getattr(self, name) for name in names} | {"output_bytes": 4 * self.output_chars, "rlimits": rlimits}
