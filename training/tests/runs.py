"""Stages run for real: in this process, or in one of their own that can be killed.

The libraries that train take 15 s to import, so processes are forked from one that has imported them and done nothing else.
"""

import importlib
import json
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import torch

from training.pipeline import stage

SECONDS = 120.0  # for a run of some steps, on a busy machine
LIBRARIES = ("training.pipeline.fine_tuning", "training.pipeline.reward_training", "training.pipeline.policy_training")

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(list(LIBRARIES))


def config_file(folder: Path, config: dict[str, Any]) -> Path:
    """The config, with `out` in `folder` unless it says otherwise."""
    folder.mkdir(exist_ok=True)
    path = folder / "config.json"
    path.write_text(json.dumps({"out": str(folder / "out"), **config}, default=str))
    return path


def here(name: str, folder: Path, /, **config: Any) -> int:
    """Run a stage in this process; its exit status."""
    torch.set_num_threads(1)
    module = importlib.import_module(f"training.pipeline.{name}")
    return stage.run(module.Config, module.work, [str(config_file(folder, config))])


def start(name: str, folder: Path, environment: dict[str, str] | None = None, /, **config: Any) -> ForkServerProcess:
    """Run a stage in a process of its own."""
    path = config_file(folder, config)
    process = processes.Process(target=_run, args=[name, str(path), environment or {}])
    process.start()
    return process


def finish(process: ForkServerProcess) -> int | None:
    """Its exit status; it is killed where it takes too long."""
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"The stage did not end within {SECONDS:g} s.")
    return process.exitcode


def wait_for(condition: Callable[[], bool], process: ForkServerProcess) -> None:
    """Until the condition holds, or the process ends."""
    end = time.monotonic() + SECONDS
    while not condition() and process.is_alive():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.001)


def progress(folder: Path) -> list[dict[str, Any]]:
    path = folder / "out" / "progress.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def losses(folder: Path) -> list[tuple[int, float]]:
    return [(row["done"], row["loss"]) for row in progress(folder)]


def summary(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "out" / "DONE").read_text())


def trouble(folder: Path) -> str:
    return (folder / "out" / "error.txt").read_text().strip()


def _run(name: str, path: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    if limit := environment.get("FILE_LIMIT"):  # bytes; a write beyond them fails, as on a disk that is full
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    torch.set_num_threads(1)  # with two, a model of this size waits for threads more than it computes
    module = importlib.import_module(f"training.pipeline.{name}")
    sys.exit(stage.run(module.Config, module.work, [path]))
