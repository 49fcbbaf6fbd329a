"""A training that is killed (SIGKILL) at random moments and begun again, against the same one that nobody disturbed.

    python -m benchmarks.training_kills [--kills 10] [--seed 0]

The stage `sft` over a small random model, 300 steps, a checkpoint every fifth. Each try is killed some milliseconds after a step that is
drawn at random, in the middle of whatever it does then; the last one comes to its end. Losses are compared to every digit. Prints one line
a kill, and the verdict; exit status 1 where something differs. What is counted as an orphan is any process of the run that is there a
second after its kill.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from inference.tests import tiny

STEPS, BATCH, ROWS = 300, 4, 120
SETTLED = 1.0  # seconds after which a killed run's processes are gone
LATER = 0.05  # seconds after a step, at most, until the kill; a step takes about 15 ms


def write_rows(path: Path) -> None:
    rows = [{"question": f"What is {number} + 3?", "mode": "cot", "text": f"It is $\\boxed{{{number + 3}}}$."} for number in range(ROWS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def config(folder: Path, name: str) -> Path:
    """The file of a run's settings; its results go into a folder of its own."""
    told = {
        "out": str(folder / name),
        "model": str(folder / "tiny"),
        "rows": [str(folder / "rows.jsonl")],
        "batch": BATCH,
        "per_device": 2,
        "epochs": STEPS * BATCH / ROWS,
        "learning_rate": 0.003,
        "save_steps": 5,
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def start(path: Path, mark: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"LEMMA_RUN_MARK": mark, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-m", "training.pipeline.sft", str(path)], env=environment, stdout=subprocess.DEVNULL)


def marked(mark: str) -> int:
    """How many processes carry the mark."""
    found = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                found += f"LEMMA_RUN_MARK={mark}".encode() in (process / "environ").read_bytes()
            except OSError:
                continue  # it has ended, or belongs to somebody else
    return found


def rows_of(folder: Path) -> list[dict[str, Any]]:
    path = folder / "progress.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    moments, mark, orphans = random.Random(options.seed), uuid.uuid4().hex, 0
    with tempfile.TemporaryDirectory(prefix="lemma-bench-") as name:
        folder = Path(name)
        tiny.save(folder / "tiny")
        write_rows(folder / "rows.jsonl")
        began = time.monotonic()
        if start(config(folder, "whole"), mark).wait():
            return 1
        whole = time.monotonic() - began
        print(f"undisturbed: {len(rows_of(folder / 'whole'))} steps in {whole:.1f} s", flush=True)
        killed = config(folder, "killed")
        for number, step in enumerate(sorted(moments.sample(range(1, STEPS - 10), options.kills)), 1):
            process = start(killed, mark)
            while process.poll() is None and len(rows_of(folder / "killed")) < step:
                time.sleep(0.002)
            time.sleep(moments.uniform(0, LATER))
            process.kill()
            if process.wait() != -signal.SIGKILL:
                print(f"kill {number}: the run ended by itself")
                return 1
            time.sleep(SETTLED)
            orphans += marked(mark)
            print(f"kill {number}: {len(rows_of(folder / 'killed'))} steps written", flush=True)
        if start(killed, mark).wait():
            return 1
        expected, found = ([(row["done"], row["loss"]) for row in rows_of(folder / run)] for run in ("whole", "killed"))
        doubled = len(found) - len({step for step, _ in found})
        print(f"losses of {len(found)} steps {'equal' if found == expected else 'DIFFER'}; {doubled} doubled; {orphans} orphans")
    return int(found != expected or orphans > 0)


if __name__ == "__main__":
    sys.exit(main())
