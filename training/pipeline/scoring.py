"""Scores of a reward model for many responses at once, in the process that trains."""

from collections.abc import Sequence
from itertools import groupby

import torch

from inference.reward import ResponseTooLong, RewardError
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

    def score_all(self, questions: Sequence[str], texts: Sequence[str]) -> list[float | None]:
        """One score a text, None for one that is too long for the model; texts to the same question, one after another, are read together.

        Raises `StageError`.
        """
        scores: list[float | None] = []
        try:
            for question, pairs in groupby(zip(questions, texts, strict=True), key=lambda pair: pair[0]):
                scores += self._score(question, [text for _, text in pairs])
        except RewardError as error:
            raise StageError(f"reward_model: {error}") from error
        return scores

    def _score(self, question: str, texts: list[str]) -> Sequence[float | None]:
        """Together; where one is too long, each by itself."""
        try:
            return self._judge.score(question, texts)
        except ResponseTooLong:
            return [None] if len(texts) == 1 else [score for text in texts for score in self._score(question, [text])]
