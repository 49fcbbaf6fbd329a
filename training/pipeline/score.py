"""Stage `score`: what a reward model makes of each solution.

    {"out": "…", "rows": ["…/labelled.jsonl"], "reward_model": "…/reward_model/model"}

Writes `scored.jsonl`, the rows with a `score`, by which `curate` takes the best of the right ones; so these alone get one, unless `labels`
says more. The solutions to one question stand together. A row that could not be written, or is too long for the model, gets none. Killed
and started again, it goes on after the last row.
"""

import asyncio
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inference.engines.opening import LOADING
from inference.loading import wait_until_ready
from inference.reward import ResponseTooLong, RewardError, RewardScorer
from inference.reward.opening import open_scorer
from training import rows
from training.pipeline import stage
from training.pipeline.solutions import labelled_question_of
from training.pipeline.stage import Folder, StageConfig, StageError, free, require
from training.rows import Row


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`reward_model` is a checkpoint, or, at the server `reward_url`, the name of one (its key is REWARD_API_KEY of the environment)."""

    rows: tuple[Path, ...]
    reward_model: str = ""
    reward_url: str = free("")
    labels: tuple[Literal["right", "wrong", "undecided"], ...] = ("right",)

    def __post_init__(self) -> None:
        require(bool(self.rows), "rows: at least one file is needed.")
        require(bool(self.reward_model or self.reward_url), "reward_model, reward_url: one of them says which model scores.")


async def score(config: Config, folder: Folder) -> dict[str, Any]:
    """Write what is missing of `scored.jsonl`. Raises `StageError`, `StopAsked`, `RewardError`, `RowError`, OSError."""
    out = folder.path / "scored.jsonl"
    groups = rows.Groups(config.rows, labelled_question_of)
    if not groups.rows:
        raise StageError(f"There is no row in {', '.join(map(str, config.rows))}.")
    done = rows.count(out)
    scorer = open_scorer(url=config.reward_url, model=config.reward_model, api_key=os.environ.get("REWARD_API_KEY", ""))
    try:
        await wait_until_ready(scorer, LOADING)
        with rows.Appender(out) as file:
            for group, there in groups.after(done):
                for row in (await _scored(group, config.labels, scorer))[there:]:
                    file.add(row)
                    done += 1
                folder.report(done, groups.rows)
    finally:
        await scorer.close()
    return {"rows": done, "scored": sum("score" in row for row in rows.read(out))}


async def _scored(group: list[Row], labels: Collection[str], scorer: RewardScorer) -> list[Row]:
    """The rows of one question. All are scored together; where one is too long, each by itself."""
    able = [row for row in group if row["label"] in labels and row["text"].strip() and not row.get("failed")]
    try:
        found = await scorer.score(group[0]["question"], [row["text"] for row in able]) if able else []
        scores = {id(row): score for row, score in zip(able, found, strict=True)}
    except ResponseTooLong:
        scores = {id(row): score for row in able if (score := await _alone(row, scorer)) is not None}
    return [row | ({"score": round(scores[id(row)], 4)} if id(row) in scores else {}) for row in group]


async def _alone(row: Row, scorer: RewardScorer) -> float | None:
    try:
        [found] = await scorer.score(row["question"], [row["text"]])
    except ResponseTooLong:
        return None
    return found


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    try:
        return asyncio.run(score(config, folder))
    except RewardError as error:
        raise StageError(str(error)) from error


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
