"""Stage `dedup`: each problem once.

    {"out": "…", "rows": ["…/problems.jsonl"], "known": ["…/earlier.jsonl"], "near": 0.7}

Writes `unique.jsonl`, the rows of `rows` in their order, without those whose question stands in an earlier row, or in a file of `known`,
exactly or nearly (`duplicates`; problems with other numbers are never near duplicates); and `report.json`. The rows are as they were, but
each has an `id` of its own: where two have the same one, the later is called by its file as well.

Begun anew after a kill, it does all of its work again: about 2,000 questions a second. Memory: about 450 bytes a row; and the questions
with the same numbers, for one such set of numbers at a time.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.texts import problem_key
from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problem, with_id
from training.pipeline import stage
from training.pipeline.duplicates import NearDuplicates, exact_key
from training.pipeline.stage import Folder, StageConfig, StageError, require


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`near` is the least similarity (Jaccard's) of two that count as one; 1 finds exact duplicates alone."""

    rows: tuple[Path, ...]
    known: tuple[Path, ...] = ()
    near: float = 0.7

    def __post_init__(self) -> None:
        require(bool(self.rows), "rows: at least one file is needed.")
        require(0 < self.near <= 1, "near: above 0 and at most 1.")


def question(row: rows.Row) -> str:
    """Raises `DatasetError`."""
    return read_problem(row, "A row", "", answered=False).question


def near_duplicates(config: Config, folder: Folder) -> set[bytes]:
    """Exact keys of the questions that nearly repeat one before them."""
    groups = rows.Groups([*config.known, *config.rows], lambda row: problem_key(question(row)))
    found: set[bytes] = set()
    done = 0
    for group in groups:
        if len(group) > 1:
            found |= _near_in(list(map(question, group)), config.near)
        done += len(group)
        folder.report(done, groups.rows, step="near duplicates")
    return found


def _near_in(questions: list[str], threshold: float) -> set[bytes]:
    seen = NearDuplicates(threshold)
    keys: set[bytes] = set()
    found: set[bytes] = set()
    for text in questions:
        key = exact_key(text)
        if key in keys:
            continue
        keys.add(key)
        if seen.find(text) is None:
            seen.add(text)
        else:
            found.add(key)
    return found


def dedup(config: Config, folder: Folder) -> dict[str, Any]:
    """Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    near = near_duplicates(config, folder)
    seen = {exact_key(question(row)) for row in _all(config.known)}
    counts = {"rows": 0, "kept": 0, "exact": 0, "near": 0}
    ids: set[str] = set()
    with rows.Whole(folder.path / "unique.jsonl") as file:
        for path in config.rows:
            for number, row in enumerate(rows.read(path), 1):
                problem = read_problem(row, f"{path}, line {number}", str(number - 1), answered=False)
                key = exact_key(problem.question)
                why = "exact" if key in seen else "near" if key in near else "kept"
                counts["rows"] += 1
                counts[why] += 1
                seen.add(key)
                if why == "kept":
                    file.add(_with_own_id(row, problem, f"{path.parent.name}/{path.stem}", ids))
                folder.check_stop()
    if not counts["rows"]:
        raise StageError(f"There is no row in {', '.join(map(str, config.rows))}.")
    rows.write_text(folder.path / "report.json", json.dumps(counts, indent=1) + "\n")
    return counts


def _with_own_id(row: rows.Row, problem: Problem, file: str, ids: set[str]) -> rows.Row:
    taken = problem.id in ids
    name = f"{file}:{problem.id}" if taken else problem.id
    while name in ids:
        name += "'"
    ids.add(name)
    return row | {"id": name} if taken else with_id(row, problem)


def _all(paths: tuple[Path, ...]) -> Iterator[rows.Row]:
    for path in paths:
        yield from rows.read(path)


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return dedup(config, folder)
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
