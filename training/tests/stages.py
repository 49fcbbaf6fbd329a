"""Running stages in tests: in this process, as a process of their own, or as one that is killed at a chosen moment."""

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

from training import rows
from training.pipeline.stage import Folder, parse

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


def do(module, out, **config):
    """A stage in this process, its config as from JSON; its summary."""
    return module.work(parse(module.Config, {"out": str(out), **json.loads(json.dumps(config, default=str))}), Folder(out))


def start(module, out, *, before=(), environment=None, **config):
    """A stage as a process of its own."""
    path = out.with_name(out.name + ".json")
    path.write_text(json.dumps({"out": str(out), **config}, default=str))
    name = module if isinstance(module, str) else module.__name__
    command = [*(before or [sys.executable, "-m", name]), str(path)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ | (environment or {}))


def finish(process):
    """(status, what it said)"""
    said = process.communicate(timeout=120)[1]
    return process.returncode, said


def run(module, out, **config):
    return finish(start(module, out, **config))


def kill_after(count, path, process):
    """Kill a stage once there are so many rows in a file."""
    end = time.monotonic() + 60
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert process.poll() is None, finish(process)
        assert time.monotonic() < end
        time.sleep(0.002)
    process.kill()
    assert finish(process)[0] == -signal.SIGKILL


def run_until_killed(module, out, call, number, **config):
    """The stage, killed in the middle of its `number`-th `os.<call>`; True if there was no such call any more."""
    before = [sys.executable, "-m", "training.tests.stages", module.__name__, call, str(number)]
    status, said = finish(start(module, out, before=before, **config))
    assert status in (-signal.SIGKILL, 0), said
    return status == 0


def written(path, *lines):
    """A JSONL file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write(path, lines)
    return path


def read(path):
    return list(rows.read(path))


def _children(pid):
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def descendants(pid):
    """The processes that a process has started, and theirs."""
    found = _children(pid)
    return found + [each for child in found for each in descendants(child)]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _killed(module, call, number, config):
    """Take the place of `os.<call>`, and end for good in its `number`-th call: of a write, half of it is done."""
    real, left = getattr(os, call), number

    def counted(*arguments):
        nonlocal left
        left -= 1
        if not left:
            if call == "write":
                real(arguments[0], arguments[1][: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    setattr(os, call, counted)
    sys.argv = [module, config]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _killed(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
