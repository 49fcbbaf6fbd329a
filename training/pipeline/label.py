"""Stage `label`: is each solution right? By the checker, against the expected answer; where there is none, by a vote.

    {"out": "…", "samples": ["…/samples.jsonl"], "least_agreement": 0.5, "checkers": 4}

Writes `labelled.jsonl`, the rows of `sample` with

    "label": "right", "wrong" or "undecided", "reason": one sentence,
    "expected": the given answer, or the voted one, "expected_by": "given", "majority" or "weighted",
    "agreement": {"agreeing": 5, "of": 8}, where there was a vote

The solutions to one question stand together, in the order in which the questions come first. The vote is weighted where all solutions
with an answer have a `score`. What the problem itself refutes has no vote, and is wrong. A row that has a label already, a teacher's,
keeps it. A solution that could not be written is undecided.

Killed and started again, it goes on after the last row. Memory: about 250 bytes a question and 8 a row.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import rows
from training.pipeline import stage
from training.pipeline.judging import Judgement, Judges
from training.pipeline.solutions import question_of, score_of
from training.pipeline.stage import Folder, StageConfig, StageError, free, require
from training.rows import Row

REFUTED = "The problem itself says that the answer is wrong."


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """A voted answer holds where at least `least_agreement` of the solutions have it. `checkers` is the number of processes."""

    samples: tuple[Path, ...]
    least_agreement: float = 0.5
    checkers: int = free(2)

    def __post_init__(self) -> None:
        require(bool(self.samples), "samples: at least one file is needed.")
        require(0 < self.least_agreement <= 1, "least_agreement: above 0 and at most 1.")
        require(0 < self.checkers <= 256, "checkers: from 1 to 256.")


def same_task(row: Row) -> str:
    """What the rows of one group have in common: the question and its answer. Raises `StageError` for a row that is no solution."""
    return f"{row.get('expected') or ''}\0{question_of(row)}"


def label(samples: Sequence[Path], folder: Folder, least_agreement: float, checkers: int) -> dict[str, Any]:
    """Write what is missing of `labelled.jsonl`. Raises `StageError`, `StopAsked`, `RowError`, OSError."""
    out = folder.path / "labelled.jsonl"
    groups = rows.Groups(samples, same_task)
    if not groups.rows:
        raise StageError(f"There is no row in {', '.join(map(str, samples))}.")
    done = rows.count(out)
    with Judges(checkers) as judges, rows.Appender(out) as file:
        problems = groups.after(done)
        for (group, there), judgement in judges.judged(problems, lambda problem: _asked(problem[0], least_agreement), folder.check_stop):
            for row in _labelled(group, judgement)[there:]:
                file.add(row)
                done += 1
            folder.report(done, groups.rows, step="label")
    labels = Counter(row["label"] for row in rows.read(out))
    return {"rows": done, "problems": len(groups), **labels}


def _asked(group: list[Row], least_agreement: float) -> dict[str, Any]:
    judged = [row for row in group if not row.get("failed")]
    expected = group[0].get("expected") or None
    return {
        "expected": expected,
        "answers": [None if expected is None and row.get("refuted") else row["answer"] for row in judged],
        "scores": [score_of(row) for row in judged],
        "least_agreement": least_agreement,
    }


def _labelled(group: list[Row], judgement: Judgement) -> list[Row]:
    found: Row = {"expected": judgement.expected, "expected_by": judgement.by}
    if judgement.agreeing is not None:
        found["agreement"] = {"agreeing": judgement.agreeing, "of": len(judgement.labels)}
    labels = iter(judgement.labels)
    return [_label(row, found, labels) for row in group]


def _label(row: Row, found: Row, labels: Iterator[tuple[str, str]]) -> Row:
    if row.get("failed"):
        return row | found | {"label": "undecided", "reason": row["failed"]}
    given, reason = next(labels)
    if row.get("refuted") and found["expected_by"] != "given":
        given, reason = "wrong", REFUTED
    return row if row.get("label") else row | found | {"label": given, "reason": reason}


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    return label(config.samples, folder, config.least_agreement, config.checkers)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
