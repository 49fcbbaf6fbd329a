"""Stage `split`: training, development and test part, each problem with all its variants on one side.

    {"out": "…", "rows": ["…/problems.jsonl"], "shares": {"train": 0.9, "dev": 0.05, "test": 0.05}, "seed": 0}

Writes a file for each part (`train.jsonl`, …), the rows as they were and in their order; `apart.jsonl`, variants of several problems that
lie on different sides; and `report.json`. The side follows from `seed` and the root problem's id alone, so that rows which are added later
change no other row's. A row's roots are its `roots`, as `evolve` writes them, or else its own id; a question that stands there again
under another id goes with the first.

Begun anew after a kill, it does all of its work again: 30,000 rows a second. Memory: about 500 bytes a row.
"""

import json
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from training import rows
from training.evaluation.datasets import DatasetError, read_problem
from training.pipeline import stage
from training.pipeline.duplicates import exact_key
from training.pipeline.stage import Folder, StageConfig, StageError, require

APART = "apart"


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`shares` are of the root problems, and add up to 1."""

    rows: tuple[Path, ...]
    shares: dict[str, float] = field(default_factory=lambda: {"train": 0.9, "dev": 0.05, "test": 0.05})
    seed: int = 0

    def __post_init__(self) -> None:
        require(bool(self.rows), "rows: at least one file is needed.")
        names = all(name.isidentifier() and name != APART for name in self.shares)
        require(names, f"shares: a part's name has letters, digits and _ alone, and is not “{APART}”.")
        shares = self.shares.values()
        require(min(shares, default=0) > 0 and abs(sum(shares) - 1) < 1e-9, "shares: each is above 0, and all add up to 1.")


def side(root: str, config: Config) -> str:
    """The part that a root problem belongs to."""
    number = int.from_bytes(blake2b(f"{config.seed}/{root}".encode(), digest_size=8).digest()) / 2**64
    edge = 0.0
    for name, share in config.shares.items():
        edge += share
        if number < edge:
            return name
    return name  # the shares' sum fell short of 1 by a float's rounding


def split(config: Config, folder: Folder) -> dict[str, Any]:
    """Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    seen: dict[bytes, tuple[str, ...]] = {}
    counts: Counter[str] = Counter()
    problems: dict[str, set[str]] = {name: set() for name in config.shares}
    total = sum(1 for path in config.rows for _ in rows.read(path))
    if not total:
        raise StageError(f"There is no row in {', '.join(map(str, config.rows))}.")
    with ExitStack() as stack:
        files = {name: stack.enter_context(rows.Whole(folder.path / f"{name}.jsonl")) for name in (*config.shares, APART)}
        for path in config.rows:
            for number, row in enumerate(rows.read(path), 1):
                problem = read_problem(row, f"{path}, line {number}", str(number - 1), answered=False)
                found = seen.setdefault(exact_key(problem.question), problem.roots or (problem.id,))
                sides = {side(root, config) for root in found}
                name = sides.pop() if len(sides) == 1 else APART
                files[name].add(row)
                counts[name] += 1
                if name != APART:
                    problems[name].update(found)
                folder.report(counts.total(), total)
    report = {name: {"rows": counts[name], "problems": len(problems[name])} for name in config.shares}
    rows.write_text(folder.path / "report.json", json.dumps(report | {APART: counts[APART]}, ensure_ascii=False, indent=1) + "\n")
    return {"rows": total, **{name: counts[name] for name in (*config.shares, APART)}}


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return split(config, folder)
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
