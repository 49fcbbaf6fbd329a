"""Stage `curate`: the training file out of labelled solutions.

    {"out": "…", "rows": ["…/labelled.jsonl"], "removed": ["…/removed.jsonl"], "earlier": ["…/iteration-1/train.jsonl"],
     "problems": "…/problems.jsonl", "top": 4, "shares": {"0.25": 0.3, "0.75": 0.5, "1": 0.2}, "size": 20000}

Right solutions alone are taken: of each problem and mode the `top` best (by `score`; without scores by the badge and by how few blocks
failed), of each problem at most `per_problem`; none that `decontaminate` has removed, none that nearly repeats a better one or one of an
earlier training file. Then problems are balanced by difficulty (`select`). Writes

    train.jsonl   {"id": the problem's, "problem": its text, "expected", "mode", "text", "weight",
                   "provenance": {"sample", "seed", "score", "pass_rate", "agreement", "parents", "change", …}}
    report.json   rows in and out, refused by reason, and the shares that were reached

What a reader found right (`"expected_by": "reader"`) is refused where a given answer to the same question is another one.

`weight` is the share of the solutions that agree, where the answer comes from a vote, and else 1.

Begun anew after a kill, it does all of its work again: about 1,000 rows a second. Memory: 250 bytes a question of the rows, 500 a row of
`problems`, 200 a row that is taken; the rows stay on disk.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from grading.checking.answers import Outcome, check
from training import rows
from training.evaluation.datasets import DatasetError, read_problem
from training.pipeline import stage
from training.pipeline.balance import Balance, Part
from training.pipeline.duplicates import NearDuplicates, exact_key
from training.pipeline.solutions import agreement_of, labelled_question_of, score_of
from training.pipeline.stage import Folder, StageConfig, StageError, require
from training.rows import Row

KEPT = ("sample", "seed", "temperature", "score", "checked", "expected_by", "agreement")  # of a solution
INHERITED = ("parents", "change", "language")  # of a problem


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`problems` are `difficulty`'s; without them, a problem's pass rate is that of its rows here. `near` is the least similarity of
    duplicates. `shares` has, for each upper bound of the pass rate, the share of rows that is wanted of the problems up to it; `size`
    is the number of rows wanted.
    """

    rows: tuple[Path, ...]
    removed: tuple[Path, ...] = ()
    earlier: tuple[Path, ...] = ()
    problems: Path | None = None
    modes: tuple[Literal["cot", "tir"], ...] = ("cot", "tir")
    top: int = 4
    per_problem: int = 8
    near: float = 0.8
    least_agreement: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    size: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        require(bool(self.rows and self.modes), "rows, modes: at least one of each is needed.")
        require(self.top > 0 and self.per_problem > 0, "top, per_problem: these begin at 1.")
        require(self.size is None or self.size > 0, "size: at least 1.")
        require(0 < self.near <= 1 and 0 <= self.least_agreement <= 1, "near, least_agreement: at most 1.")
        self.parts  # noqa: B018 (raises where the shares are none)

    @property
    def parts(self) -> tuple[Part, ...]:
        return Part.read(self.shares)


class Refusals:
    """What decontamination took out: whole questions, and single solutions."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._questions: set[bytes] = set()
        self._solutions: set[bytes] = set()
        for path in paths:
            for number, row in enumerate(rows.read(path), 1):
                question = read_problem(row, f"{path}, line {number}", "", answered=False).question
                if row.get("contamination", {}).get("part") == "solution" and isinstance(row.get("text"), str):
                    self._solutions.add(rows.digest(f"{question}\0{row['text']}"))
                else:
                    self._questions.add(rows.digest(question))

    def __contains__(self, row: Row) -> bool:
        return rows.digest(row["question"]) in self._questions or rows.digest(f"{row['question']}\0{row['text']}") in self._solutions


class Problems:
    """What is known of each problem besides its solutions."""

    def __init__(self, path: Path | None) -> None:
        self._rated = path is not None
        self._known: dict[bytes, Row] = {}
        for row in rows.read(path) if path else ():
            self._known[rows.digest(str(row.get("question")))] = {name: row[name] for name in (*INHERITED, "pass_rate") if name in row}

    def of(self, group: list[Row]) -> Row:
        """Its `pass_rate`, None where nobody knows, and what it was made from."""
        known = self._known.get(rows.digest(group[0]["question"]), {})
        return known | {"pass_rate": known.get("pass_rate") if self._rated else _pass_rate(group)}


def _pass_rate(group: list[Row]) -> float | None:
    labels = Counter(row["label"] for row in group)
    decided = labels["right"] + labels["wrong"]
    return round(labels["right"] / decided, 4) if decided else None


def refusal(row: Row, config: Config, removed: Refusals, given: str | None) -> str | None:
    """Why a row cannot be learnt from; None where it can. A `given` answer to its question goes before a reader's judgement."""
    reasons = {
        str(row["label"]): row["label"] != "right",
        "contaminated": row in removed,
        "another mode": row["mode"] not in config.modes,
        "no text": not row["text"].strip(),
        "cut off": row.get("finish") == "length",
        "Python differs": row.get("differs") is True,
        "not the given answer": given is not None and row.get("expected_by") == "reader" and not _equal(given, row["answer"]),
        "agreement too low": agreement_of(row) < config.least_agreement,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _equal(given: str, answer: str | None) -> bool:
    return check(given, answer).outcome is Outcome.CORRECT


def best_first(row: Row) -> tuple[float, bool, int, int]:
    """A key to sort by. A row without a score comes after those with one."""
    score = score_of(row)
    return (math.inf if score is None else -score, row.get("checked") is not True, row.get("blocks_failed", 0), row.get("sample", 0))


class Curation:
    """One group after another, and the reasons why rows are refused."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._removed = Refusals(config.removed)
        self._problems = Problems(config.problems)
        self._earlier = rows.Groups(config.earlier, lambda row: str(row["problem"]))
        self.refused: Counter[str] = Counter()

    def taken(self, group: list[Row]) -> list[Row]:
        """The training rows of one problem, best first."""
        sound = []
        given = next((row["expected"] for row in group if row.get("expected_by") == "given"), None)
        for row in group:
            if reason := refusal(row, self._config, self._removed, given):
                self.refused[reason] += 1
            else:
                sound.append(row)
        if not sound:
            return []
        about = self._problems.of(group)
        chosen = self._chosen(sorted(sound, key=best_first), self._earlier.of(group[0]["question"]))
        return [_training_row(row, about) for row in chosen]

    def _chosen(self, ranked: list[Row], earlier: list[Row]) -> Iterator[Row]:
        exact = {exact_key(row["text"]) for row in earlier}
        near = NearDuplicates(self._config.near)
        for row in earlier:
            near.add(row["text"])
        modes: Counter[str] = Counter()
        for row in ranked:
            key = exact_key(row["text"])
            reasons = {
                "beyond the best of its mode": modes[row["mode"]] >= self._config.top,
                "beyond the problem's limit": modes.total() >= self._config.per_problem,
                "exact duplicate": key in exact,
            }
            reason = next((reason for reason, holds in reasons.items() if holds), None)
            if reason is None and near.find(row["text"]) is not None:
                reason = "near duplicate"
            if reason:
                self.refused[reason] += 1
                continue
            exact.add(key)
            near.add(row["text"])
            modes[row["mode"]] += 1
            yield row


def _training_row(row: Row, about: Row) -> Row:
    provenance = {name: row[name] for name in KEPT if row.get(name) is not None} | about
    roots = {"roots": row["roots"]} if row.get("roots") else {}
    return {
        "id": str(row.get("problem") or rows.digest(row["question"]).hex()),  # what people judged may have no name for its problem
        "problem": row["question"],
        "expected": row.get("expected"),
        "mode": row["mode"],
        "text": row["text"],
        "weight": round(agreement_of(row), 4),
        **roots,
        "provenance": provenance,
    }


def curate(config: Config, folder: Folder) -> dict[str, Any]:
    """Raises `StageError`, `StopAsked`, `DatasetError`, `RowError`, OSError."""
    groups = rows.Groups(config.rows, labelled_question_of)
    curation, balance = Curation(config), Balance(config.parts, config.size)
    done = 0
    candidates = folder.path / "candidates.jsonl"
    with rows.Whole(candidates) as file:
        for group in groups:
            for rank, row in enumerate(curation.taken(group)):
                balance.add(row["provenance"]["pass_rate"], rank, f"{config.seed}/{row['problem']}/{row['text']}")
                file.add(row)
            done += len(group)
            folder.report(done, groups.rows, step="choose")
    chosen = balance.chosen()
    curation.refused.update(balance.refused)
    if not chosen:
        raise StageError(f"No row is left of {groups.rows}: {_in_words(curation.refused)}.")
    rows.write(folder.path / "train.jsonl", (row for number, row in enumerate(rows.read(candidates)) if number in chosen))
    report = {"rows": groups.rows, "problems": len(groups), **_counted(folder.path / "train.jsonl")}
    report |= {"refused": dict(curation.refused.most_common()), "difficulty": balance.report()}
    rows.write_text(folder.path / "report.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    candidates.unlink()
    return {"rows": groups.rows, "kept": len(chosen)}


def _counted(path: Path) -> dict[str, Any]:
    modes: Counter[str] = Counter()
    problems: set[bytes] = set()
    for row in rows.read(path):
        modes[row["mode"]] += 1
        problems.add(rows.digest(row["problem"]))
    return {"kept": modes.total(), "kept_by_mode": dict(modes), "kept_problems": len(problems)}


def _in_words(refused: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in refused.most_common())


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return curate(config, folder)
    except DatasetError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
