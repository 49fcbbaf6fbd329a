"""Scores of a reward model for many responses at once, in the process that trains."""

from collections.abc import Sequence
from itertools import groupby

import torch

from inference.reward import RewardError
from inference.reward.model import Precision
from inference.reward.torch import open_judge
from training.pipeline import models
from training.pipeline.stage import StageError


class Scorer:
    """The reward model in a folder or on the hub, beside the model that is trained. Raises `StageError`."""

    def __init__(self, model: str) -> None:
        device = f"cuda:{torch.cuda.current_device()}" if torch.cuda.is_available() else None
        precision: Precision = "bfloat16" if models.compute_dtype("auto") == torch.bfloat16 else "auto"
        try:
            self._judge = open_judge(model, precision=precision, device_map=device)
        except RewardError as error:
            raise StageError(f"reward_model: {error}") from error

    def score_all(self, questions: Sequence[str], texts: Sequence[str]) -> list[float]:
        """One score a text; texts to the same question, one after another, are read together. Raises `StageError`."""
        scores: list[float] = []
        try:
            for question, pairs in groupby(zip(questions, texts, strict=True), key=lambda pair: pair[0]):
                scores += self._judge.score(question, [text for _, text in pairs])
        except RewardError as error:
            raise StageError(f"reward_model: {error}") from error
        return scores
