"""What the benchmarks share that go through a file of problems, keep one JSON line of each, and go on where they ended."""

import argparse
import math
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOADING = 900.0  # seconds for the engine: the machine may be busy
ENDED_EARLY = 75  # exit status: run again to go on


def parser(about: str | None) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--seconds", type=float, default=math.inf, help=f"begin no problem after so long; exit status {ENDED_EARLY}")
    made.add_argument("--out", type=Path)
    return made


def place(options: argparse.Namespace, folder: str) -> Path | None:
    """Where the lines are kept; None, and it is said, where there are no problems."""
    if not options.data.exists():
        print(f"Skipped: there is no {options.data}.")
        return None
    out: Path = options.out or ROOT / "var" / folder / f"{options.data.parent.name}-{options.data.stem}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    return out
