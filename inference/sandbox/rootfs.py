"""The jail's root: this interpreter, a trimmed standard library, numpy, sympy and matplotlib, and the shared libraries that they need.

Built once into a cache directory, under a name made of everything that it holds, in a temporary folder that is then renamed into place; so
checkouts share it, and a reader never sees half of it. No shell, no accounts, nothing of the host's configuration.
"""

import compileall
import fcntl
import hashlib
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from inference.sandbox import SandboxUnavailable

LAYOUT = "1"  # raise it when the layout below changes
PACKAGES = ("numpy", "sympy", "matplotlib")  # and all that they require
# What no cell can use: tests, graphical toolkits, installers, the compiler's leftovers.
LEFT_OUT = re.compile(
    r"(^|/)(tests?|idlelib|tkinter|turtledemo|ensurepip|lib2to3|pydoc_data|site-packages|dist-packages|__pycache__|config-[^/]*|_tkinter[^/]*"
    r"|sample_data)(/|$)|\.(pyi|a|h|pxd|c|exe)$"
)
KEPT = "numpy/_core/tests/_natype.py"  # numpy.testing imports it
HOME = "py"  # the interpreter's prefix inside the jail
LIBRARIES = f"{HOME}/so"
MOUNT_POINTS = ("proc", "tmp", "dev", "lemma")
DEVICES = ("null", "zero", "urandom")


def default_cache() -> Path:
    """Where roots are kept: the user's cache, or for root the system's, since the jail's nobody may not look into /root."""
    return platformdirs.site_cache_path("lemma") if os.geteuid() == 0 else platformdirs.user_cache_path("lemma")


def prepared_root(cache: Path) -> Path:
    """The root for this interpreter and these packages, built now if it is missing (about 30 s).

    Raises `SandboxUnavailable` if it cannot be built.
    """
    root = cache / f"sandbox-{_key()}"
    if root.is_dir():
        return root
    try:
        _make_passable(cache)
        with (cache / "sandbox.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not root.is_dir():
                _build(root)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SandboxUnavailable(f"The sandbox's files could not be prepared in {cache}: {error}") from error
    return root


def _make_passable(cache: Path) -> None:
    """Make the folder and those above it that are missing. Where we are root the jail's nobody must pass them, whatever the umask says."""
    missing = [folder for folder in (cache, *cache.parents) if not folder.exists()]
    cache.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        for folder in missing:
            folder.chmod(0o755)


def _key() -> str:
    versions = [f"{name}-{importlib.metadata.version(name)}" for name in _packages()]
    parts = [LAYOUT, sys.version, platform.machine(), "-".join(platform.libc_ver()), sys.base_prefix, *versions]
    return f"{sys.version_info.major}.{sys.version_info.minor}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"


def _packages() -> list[str]:
    """`PACKAGES` and what they require here, by name."""
    found: set[str] = set()
    waiting = [*PACKAGES]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            required = map(Requirement, importlib.metadata.requires(name) or ())
            waiting += [one.name for one in required if one.marker is None or one.marker.evaluate({"extra": ""})]
    return sorted(found)


def _build(root: Path) -> None:
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".sandbox-") as folder:
        new = Path(folder) / "root"
        for name in (*MOUNT_POINTS, LIBRARIES, f"{HOME}/bin"):
            (new / name).mkdir(parents=True, exist_ok=True)
        for name in DEVICES:
            (new / "dev" / name).touch()
        shutil.copy2(os.path.realpath(_interpreter()), new / HOME / "bin/python")
        _copy_library(new / HOME / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}")
        for package in _packages():
            _copy_package(package, new / HOME / "site")
        _copy_shared_objects(new)
        compileall.compile_dir(new / HOME, quiet=2, workers=1, stripdir=str(new), prependdir="/")
        _make_readable(new)
        new.rename(root)


def _interpreter() -> str:
    """The interpreter itself, not a virtual environment's link to it."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _copy_library(target: Path) -> None:
    source = Path(sysconfig.get_path("stdlib"))
    _copy_tree(source, target)
    extensions = sysconfig.get_config_var("DESTSHARED")  # elsewhere than the library on some systems
    if extensions and Path(extensions).is_dir() and not Path(extensions).is_relative_to(source):
        _copy_tree(Path(extensions), target / "lib-dynload")


def _copy_tree(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        name = path.relative_to(source).as_posix()
        if path.is_file() and _wanted(name):
            _copy_file(path, target / name)


def _copy_package(package: str, target: Path) -> None:
    for file in importlib.metadata.files(package) or ():
        name = file.as_posix()
        if not name.startswith("..") and _wanted(name):
            _copy_file(Path(str(file.locate())), target / name)


def _wanted(name: str) -> bool:
    return not LEFT_OUT.search(name) or name == KEPT


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _copy_shared_objects(root: Path) -> None:
    """Copy what the interpreter and every extension link to, found by the host's own loader."""
    binaries = [root / HOME / "bin/python", *(root / HOME).rglob("*.so"), *(root / HOME).rglob("*.so.*")]
    for library in sorted(set(_needed([Path(os.path.realpath(_interpreter())), *binaries]))):
        if library.is_relative_to(root):
            continue
        loader = library.name.startswith("ld-linux")  # the kernel looks for it at the path that the interpreter names
        _copy_file(library.resolve(), root / library.relative_to("/") if loader else root / LIBRARIES / library.name)


def _needed(binaries: list[Path]) -> Iterator[Path]:
    listing = subprocess.run(["ldd", *map(str, binaries)], check=False, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        if found := re.search(r"(?:=> )?(/\S+) \(0x", line):
            yield Path(found[1])


def _make_readable(root: Path) -> None:
    """Everybody may read it (inside of the jail the reader is nobody); nobody but the owner may write."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
