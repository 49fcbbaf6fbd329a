"""95 % confidence intervals: Wilson's for a share, the bootstrap over problems for everything else."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z = 1.959964  # of a two-sided 95 % interval
RESAMPLES = 5_000
CHUNK = 100  # resamples held at once


def wilson(right: int, count: int) -> tuple[float, float]:
    """The score interval of the share `right / count`, both ends from 0 to 1 (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    share, spread = right / count, Z * Z / count
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def bootstrap(values: Floats, seed: int = 0) -> Floats:
    """Percentile intervals, shape (2, columns), of the column means of `values`, shape (problems, columns).

    Problems are drawn, with what belongs to one problem kept together (Efron 1979, doi:10.1214/aos/1176344552). All columns see the same
    draws, so a column of differences within each problem gets the paired interval.
    """
    problems, columns = values.shape
    random = np.random.default_rng(seed)
    means = np.empty((RESAMPLES, columns))
    even = np.full(problems, 1 / problems)
    for start in range(0, RESAMPLES, CHUNK):
        means[start : start + CHUNK] = random.multinomial(problems, even, size=CHUNK) @ values / problems
    bounds: Floats = np.quantile(means, [0.025, 0.975], axis=0)
    return bounds
