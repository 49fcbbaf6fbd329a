"""Stage `difficulty`: how often a solver is right about each problem.

    {"out": "…", "problems": "gsm8k/train.jsonl", "samples": ["…/samples.jsonl"], "per_problem": 8}

Writes `problems.jsonl`, the problems in their order with all their fields, and

    "pass_rate": right ones of those that are right or wrong, null where there is none such; "samples", "right", "undecided": counts

`samples` are rows of `sample` or of `label`; of each problem the first `per_problem` are taken. Without any, solutions are drawn here, as
`sample` does, whose fields the config has as well; they are kept in `samples.jsonl` and, with their labels, in `labelled.jsonl`. Problems
without an expected answer are rated by the voted one (`unanswered` lets them in).

Killed and started again, it goes on. Memory: about 600 bytes a problem, and what `sample` takes.
"""

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problem
from training.pipeline import sample, stage
from training.pipeline.label import label
from training.pipeline.stage import Folder, StageError, free, require
from training.rows import Row


@dataclass(frozen=True, kw_only=True)
class Config(sample.Config):
    samples: tuple[Path, ...] = ()
    least_agreement: float = 0.5
    checkers: int = free(2)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.least_agreement <= 1, "least_agreement: above 0 and at most 1.")
        require(0 < self.checkers <= 256, "checkers: from 1 to 256.")


def rated(config: Config, folder: Folder) -> dict[str, Any]:
    """Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    samples = list(config.samples)
    if not samples:
        asyncio.run(sample.sample(sample.chosen(config), config, folder))
        samples = [folder.path / "samples.jsonl"]
    label(samples, folder, config.least_agreement, config.checkers)
    labels = _first_labels(folder.path / "labelled.jsonl", config.per_problem)
    count = rows.write(folder.path / "problems.jsonl", (_rated(row, problem, labels) for row, problem in _chosen(config)))
    if not count:
        raise StageError(f"{config.problems}: there is no problem in it, or none is chosen.")
    rates = [row["pass_rate"] for row in rows.read(folder.path / "problems.jsonl") if row["pass_rate"] is not None]
    return {"problems": count, "rated": len(rates), "mean_pass_rate": round(sum(rates) / len(rates), 4) if rates else None}


def _first_labels(path: Path, most: int) -> dict[bytes, Counter[str]]:
    """For each question, by its digest, the labels of the `most` solutions that were drawn first."""
    labels: dict[bytes, Counter[str]] = {}
    groups = rows.Groups([path], lambda row: str(row["question"]))
    for group in groups:
        first = sorted(group, key=lambda row: row.get("sample", 0))[:most]
        labels[rows.digest(group[0]["question"])] = Counter(row["label"] for row in first)
    return labels


def _chosen(config: Config) -> Iterator[tuple[Row, Problem]]:
    end = None if config.first is None else config.skip + config.first
    for number, row in enumerate(itertools.islice(rows.read(config.problems), config.skip, end), config.skip):
        yield row, read_problem(row, f"{config.problems}, line {number + 1}", str(number), answered=not config.unanswered)


def _rated(row: Row, problem: Problem, labels: dict[bytes, Counter[str]]) -> Row:
    """Our own fields, whatever the set calls its; its others are kept."""
    found = labels.get(rows.digest(problem.question), Counter())
    decided = found["right"] + found["wrong"]
    own = {"id": problem.id, "question": problem.question, "expected": problem.expected or None, "solution": problem.solution}
    rates = {"pass_rate": round(found["right"] / decided, 4) if decided else None, "samples": found.total()}
    return row | own | rates | {"right": found["right"], "undecided": found["undecided"]}


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return rated(config, folder)
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
