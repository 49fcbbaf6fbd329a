import numpy as np
import pytest

from training.evaluation.intervals import bootstrap, tango, wilson


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson(right, count, low, high):
    assert wilson(right, count) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@pytest.mark.parametrize(
    ("fixed", "broke", "count", "low", "high"),
    [
        (1, 7, 21, -0.517, -0.026),  # Fagerland, Lydersen and Laake 2014, table V
        (0, 0, 20, -0.161, 0.161),  # z²/(n + z²); nothing differed, but there are more than 20 problems in the world
        (3, 0, 20, -0.035, 0.360),
        (20, 0, 20, 0.678, 1.0),
        (0, 20, 20, -1.0, -0.678),
    ],
)
def test_tango(fixed, broke, count, low, high):
    assert tango(fixed, broke, count) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def test_the_bootstrap_of_a_share_is_close_to_the_normal_interval():
    right = np.repeat([1.0, 0.0], [180, 120])[:, None]
    low, high = bootstrap(right)[:, 0]
    half = 1.96 * (0.6 * 0.4 / 300) ** 0.5
    assert low == pytest.approx(0.6 - half, abs=0.006)
    assert high == pytest.approx(0.6 + half, abs=0.006)


def test_differences_are_paired():
    """Two solvers that fail on the same problems, but for two: their difference is known far better than either."""
    left = np.repeat([1.0, 0.0], [150, 150])
    right = left.copy()
    right[[200, 201]] = 1.0
    lows, highs = bootstrap(np.column_stack([left, right, right - left]))
    widths = highs - lows
    assert widths[2] < widths[0] / 4
    assert lows[2] == 0.0


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(1).random((40, 3))
    assert np.array_equal(bootstrap(values, seed=7), bootstrap(values, seed=7))
    assert not np.array_equal(bootstrap(values, seed=7), bootstrap(values, seed=8))
