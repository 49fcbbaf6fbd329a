"""Which rows a step of training takes: decided before the run, so that it depends neither on the number of processes nor on a kill."""

import math
from collections.abc import Sequence

import numpy as np
from torch.utils.data import Dataset

from training.pipeline.training_config import TrainingConfig


class Scheduled[T](Dataset[T]):
    """Rows in the order in which they are trained on."""

    def __init__(self, encoded: Sequence[T], lengths: Sequence[int], config: TrainingConfig) -> None:
        self._encoded = encoded
        self._order = schedule(lengths, epochs=config.epochs, batch=config.batch, seed=config.seed, max_steps=config.max_steps)

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> T:
        return self._encoded[self._order[index]]


def schedule(lengths: Sequence[int], *, epochs: float, batch: int, seed: int, max_steps: int | None = None) -> list[int]:
    """The indices of rows in the order in which they are trained on, a whole number of batches.

    Each epoch is a permutation of its own; what is missing of the last batch comes from the epoch after it, so every step has `batch`
    rows. Within a step rows stand by length, longest first: order does not change the sum of a step's gradients, but rows that
    are padded together are alike, and memory runs out at the step's beginning if at all.
    """
    steps = math.ceil(round(epochs * len(lengths), 6) / batch)
    steps = steps if max_steps is None else min(steps, max_steps)
    random, order = np.random.default_rng(seed), list[int]()
    while len(order) < steps * batch:
        order += random.permutation(len(lengths)).tolist()
    return [
        index
        for start in range(0, steps * batch, batch)
        for index in sorted(order[start : start + batch], key=lambda index: lengths[index], reverse=True)
    ]
