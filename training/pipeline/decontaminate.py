"""Stage `decontaminate`: take out whatever is, or nearly is, in the evaluation sets (the rules: `contamination`).

    {"out": "…", "rows": ["…/labelled.jsonl"], "against": ["gsm8k/test.jsonl", "math500.jsonl", "cmath.jsonl"]}

`rows` are problems of any known set, solutions (of `sample` or `label`), or rows of a training file; questions are held against the
questions of `against`, solutions against the solutions there. Writes

    clean.jsonl     the rows that stay, as they were
    removed.jsonl   the others, each with "contamination": {"part": "question" or "solution", "rule", "ratio", "source"}
    report.json     for either part: rows that share thirteen words with an evaluation text (hits), and rows removed, by rule and by file

Begun anew after a kill, it does all of its work again: 10,000 rows take about a second. Memory holds the evaluation sets, not the rows.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problem, read_problems
from training.pipeline import stage
from training.pipeline.contamination import GRAM, Finding, Match, Reference
from training.pipeline.stage import Folder, StageConfig, StageError, require

REMEMBERED = 100_000  # questions, each of which comes with several solutions
Part = Literal["question", "solution"]


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """Without `near`, the published rule alone is applied: of short texts and of moved clauses it finds little."""

    rows: tuple[Path, ...]
    against: tuple[Path, ...]
    near: bool = True

    def __post_init__(self) -> None:
        require(bool(self.rows and self.against), "rows, against: at least one file of each is needed.")


class Evaluations:
    """The evaluation sets' questions and solutions, and how often they were met."""

    def __init__(self, paths: tuple[Path, ...], *, near: bool) -> None:
        self._questions = Reference(near=near)
        self._solutions = Reference(shortest=GRAM, near=near)
        self.problems = 0
        for path in paths:
            for number, problem in enumerate(read_problems(path, answered=False), 1):
                self._questions.add(problem.question, f"{path}, problem {number}")
                self._solutions.add(problem.solution, f"{path}, problem {number}")
                self.problems += 1
        if not self.problems:
            raise StageError(f"There is no problem in {', '.join(map(str, paths))}.")
        self.question = lru_cache(REMEMBERED)(self._questions.find)
        self.hits: Counter[Part] = Counter()
        self.removed: Counter[tuple[Part, str]] = Counter()
        self.files: Counter[str] = Counter()

    def find(self, problem: Problem) -> tuple[Part, Match] | None:
        """Why the problem, with its solution, cannot stay."""
        return self._count("question", self.question(problem.question)) or self._count("solution", self._solutions.find(problem.solution))

    def _count(self, part: Part, finding: Finding) -> tuple[Part, Match] | None:
        self.hits[part] += finding.hit
        if finding.match is None:
            return None
        self.removed[part, finding.match.rule] += 1
        self.files[finding.match.source.rpartition(",")[0]] += 1
        return part, finding.match

    def report(self) -> dict[str, Any]:
        return {
            part: {"hits": self.hits[part], "removed": {rule: self.removed[part, rule] for rule in ("13-gram", "same", "near")}}
            for part in ("question", "solution")
        } | {"removed_by_file": dict(self.files)}


def decontaminate(config: Config, folder: Folder) -> dict[str, Any]:
    """Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    evaluations = Evaluations(config.against, near=config.near)
    total = sum(1 for path in config.rows for _ in rows.read(path))
    if not total:
        raise StageError(f"There is no row in {', '.join(map(str, config.rows))}.")
    with rows.Whole(folder.path / "clean.jsonl") as clean, rows.Whole(folder.path / "removed.jsonl") as removed:
        for row, problem in _read(config.rows):
            if found := evaluations.find(problem):
                removed.add(row | {"contamination": {"part": found[0]} | asdict(found[1])})
            else:
                clean.add(row)
            folder.report(clean.count + removed.count, total)
    counts = {"rows": total, "kept": clean.count, "removed": removed.count, "evaluation_problems": evaluations.problems}
    rows.write_text(folder.path / "report.json", json.dumps(counts | evaluations.report(), ensure_ascii=False, indent=1) + "\n")
    return counts


def _read(paths: tuple[Path, ...]) -> Iterator[tuple[rows.Row, Problem]]:
    """Each row, and the question and the solution that it has. Raises `DatasetError`, `RowError`, OSError."""
    for path in paths:
        for number, row in enumerate(rows.read(path), 1):
            problem = read_problem(row, f"{path}, line {number}", str(number), answered=False)
            yield row, replace(problem, solution=row["text"]) if isinstance(row.get("text"), str) else problem


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return decontaminate(config, folder)
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
