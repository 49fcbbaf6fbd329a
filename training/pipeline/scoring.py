"""Scores of a reward model for many responses at once, in the process that trains."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import torch
from transformers import AutoTokenizer

from training.pipeline import listwise, models, reward_checkpoint
from training.pipeline.groups import encode, shared
from training.pipeline.stage import StageError

AT_ONCE = 8  # responses to one problem


class Scorer:
    """The reward model in a folder. Raises `StageError` where it holds none."""

    def __init__(self, model: str) -> None:
        folder = Path(model).expanduser()
        if not reward_checkpoint.is_reward_model(folder):
            raise StageError(f"reward_model: {model} is no folder with a reward model.")
        device = torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
        self._model = reward_checkpoint.load(folder)
        self._model.to(device).to(models.compute_dtype("auto"))  # type: ignore[arg-type]
        self._tokenizer = AutoTokenizer.from_pretrained(folder)

    def score_all(self, questions: Sequence[str], texts: Sequence[str]) -> list[float]:
        """One score a text; texts to the same question, one after another, are read together."""
        pairs = zip(questions, texts, strict=True)
        return [
            score for question, group in groupby(pairs, key=lambda pair: pair[0]) for score in self._group(question, [t for _, t in group])
        ]

    @torch.inference_mode()
    def _group(self, question: str, texts: list[str]) -> list[float]:
        scores: list[float] = []
        for start in range(0, len(texts), AT_ONCE):
            group = shared([encode(question, text, self._tokenizer) for text in texts[start : start + AT_ONCE]], 0)
            batch = listwise.together([group], pad=0)
            moved = {name: value.to(self._model.device) if isinstance(value, torch.Tensor) else value for name, value in batch.items()}
            scores += listwise.scores(self._model, moved)[0].tolist()
        return scores
