"""95 % confidence intervals: Wilson's for a share, Tango's for two models on the same problems, bootstrap over problems for all else."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z = 1.959964  # of a two-sided 95 % interval
RESAMPLES = 5_000
CHUNK = 100  # resamples held at once
HALVINGS = 40  # of an interval in which an edge lies


def wilson(right: float, count: int) -> tuple[float, float]:
    """The score interval of the share `right / count`, both ends from 0 to 1 (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    share, spread = right / count, Z * Z / count
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def tango(fixed: int, broke: int, count: int) -> tuple[float, float]:
    """The score interval of (fixed - broke) / count (Tango 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B).

    Where nothing differs in a few problems, it still says how much may in others; the bootstrap says 0 to 0 there.
    """
    difference = (fixed - broke) / count
    low = _edge(-1.0, difference, lambda at: _deviation(at, fixed, broke, count) > Z)
    return low, _edge(1.0, difference, lambda at: _deviation(at, fixed, broke, count) < -Z)


def _deviation(at: float, fixed: int, broke: int, count: int) -> float:
    """By how many standard errors the counts lie above a true difference `at`."""
    linear = (2 * count - fixed + broke) * at - fixed - broke
    root = math.sqrt(max(0.0, linear * linear + 8 * count * broke * at * (1 - at)))
    variance = count * (2 * (root - linear) / (4 * count) + at * (1 - at))  # with the share of broken ones that is likeliest then
    gap = fixed - broke - count * at
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap) if gap else 0.0


def _edge(outside: float, inside: float, beyond: Callable[[float], bool]) -> float:
    """Where `beyond` begins to hold on the way from `inside` to `outside`."""
    if not beyond(outside):
        return outside
    for _ in range(HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if beyond(middle) else (outside, middle)
    return inside


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
