"""Which rows a step of training takes: decided before the run, so that it depends neither on the number of processes nor on a kill."""

import math
from collections.abc import Sequence

import numpy as np
from torch.utils.data import Dataset

from training.pipeline.training_config import TrainingConfig


class Scheduled[T](Dataset[T]):
    """Rows in the order in which they are trained on."""

    def __init__(self, encoded: Sequence[T], lengths: Sequence[int], config: TrainingConfig, weights: Sequence[float] = ()) -> None:
        self._encoded = encoded
        self._order = schedule(lengths, weights, epochs=config.epochs, batch=config.batch, seed=config.seed, max_steps=config.max_steps)

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> T:
        return self._encoded[self._order[index]]


def schedule(
    lengths: Sequence[int],
    weights: Sequence[float] = (),
    *,
    epochs: float,
    batch: int,
    seed: int,
    max_steps: int | None = None,
) -> list[int]:
    """The indices of rows in the order in which they are trained on, a whole number of batches.

    Each epoch is a permutation of its own; what is missing of the last batch comes from the epoch after it, so every step has `batch`
    rows. A row of weight 0.6 (without `weights` all have 1) is in six epochs of ten. Within a step rows stand by length, longest first:
    order does not change the sum of a step's gradients, but rows that are padded together are alike, and memory runs out at the step's
    beginning if at all.
    """
    weigh = np.array(weights or [1.0] * len(lengths))
    steps = math.ceil(round(epochs * weigh.sum(), 6) / batch)
    steps = steps if max_steps is None else min(steps, max_steps)
    random, order = np.random.default_rng(seed), list[int]()
    while len(order) < steps * batch:
        there = np.flatnonzero(random.random(len(weigh)) < weigh)
        order += random.permutation(there).tolist()
    return [
        index
        for start in range(0, steps * batch, batch)
        for index in sorted(order[start : start + batch], key=lambda index: lengths[index], reverse=True)
    ]
