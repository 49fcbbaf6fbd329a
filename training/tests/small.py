"""Runs of stages that need no model: some rows are judged, and the right ones curated."""

import os
import time
from pathlib import Path

from training import launching, recipes, rows
from training.models import Run
from training.processes import Identity

SECONDS = 180.0


def solutions(folder, count):
    """A file of solutions to judge, three right ones to each wrong one."""
    words = ["so", "then", "hence", "thus"]
    found = [
        {
            "problem": f"p{at}",
            "question": f"What is {at} + 5?",
            "expected": str(at + 5),
            "sample": sample,
            "mode": "cot",
            "text": f"{words[sample]}, as anybody can see at number {at}, it is {at + 5}.",
            "answer": str(at + 5 + (sample == 3)),
        }
        for at in range(count)
        for sample in range(4)
    ]
    path = folder / f"solutions-{count}.jsonl"
    rows.write(path, found)
    return path


def recipe(path, *more, device="cpu"):
    """Judge the file, and what stages come after."""
    stages = [{"name": "label", "kind": "label", "config": {"samples": [str(path)], "checkers": 1}}, *more]
    return recipes.read("small", {"device": device, "base": "none", "problems": "", "dev": "", "stages": stages})


CURATE = {"name": "curate", "kind": "curate", "config": {"rows": ["${run}/label/labelled.jsonl"]}}


def until(run, *states, sweep=True):
    """The run, once it is in one of these states."""
    return wait(run, lambda found: found.state in states, sweep=sweep)


def wait(run, holds, *, sweep=True):
    end = time.monotonic() + SECONDS
    while True:
        if sweep:
            launching.sweep()
        found = Run.objects.get(pk=run.pk)
        if holds(found):
            return found
        log = run.folder.parent / "supervisors.log"
        assert time.monotonic() < end, f"{found.state} {found.why} {log.read_text() if log.exists() else ''}"
        time.sleep(0.05)


def written(run):
    """How many rows `label` has judged so far."""
    path = run.folder / "label" / "labelled.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def supervisor(run):
    return Identity(run.pid, run.pid_started)


def members(leader):
    """The living processes of the group that a supervisor leads."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (identity := Identity.of(int(path.name))) is not None and _group(identity.pid) == leader:
            found.append(identity.pid)
    return found


def _group(pid):
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None
