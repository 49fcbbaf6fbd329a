"""The rows that the stages hand on: a solution, as `sample` writes it and the others add to it."""

import math

from training.pipeline.stage import StageError
from training.rows import Row

LABELS = ("right", "wrong", "undecided")


def question_of(row: Row) -> str:
    """Raises `StageError` for a row that is no solution."""
    if not isinstance(row.get("question"), str) or "answer" not in row or not isinstance(row["answer"], str | None):
        raise StageError(f"This is no row of a solution, with “question” and “answer”: {_shown(row)}")
    if not isinstance(row.get("expected"), str | None):
        raise StageError(f"“expected” is neither a text nor null: {_shown(row)}")
    return str(row["question"])


def labelled_question_of(row: Row) -> str:
    """Raises `StageError` for a row that is no labelled solution with a text."""
    if row.get("label") not in LABELS or not all(isinstance(row.get(name), str) for name in ("mode", "text")):
        raise StageError(f"This is no row of “label”, with “mode”, “text” and “label”: {_shown(row)}")
    score_of(row)
    return question_of(row)


def score_of(row: Row) -> float | None:
    """The reward model's; None where there is none. Raises `StageError` for one that is no number."""
    score = row.get("score")
    if score is None:
        return None
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        raise StageError(f"“score” is no number, but {score!r}: {_shown(row)}")
    return float(score)


def agreement_of(row: Row) -> float:
    """The share of the solutions that gave the answer which this one was judged by; 1 where that answer was known."""
    vote = row.get("agreement")
    return float(vote["agreeing"] / vote["of"]) if vote else 1.0


def _shown(row: Row) -> str:
    return str(row)[:200]
