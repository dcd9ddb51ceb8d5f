"""Means with intervals that know that a participant's answers belong together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DRAWS = 2000
SEED = 0


def resamples(participants: int, draws: int = DRAWS, seed: int = SEED) -> FloatArray:
    """Return how often each participant is in each bootstrap sample, shape (draws, participants).

    Participants are drawn with replacement, each with all their answers: answers of one person
    resemble each other, and an interval that takes them one by one comes out too short
    (A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application", 1997, 3.8).
    """
    chance = np.random.default_rng(seed)
    even = np.full(participants, 1 / participants)
    return chance.multinomial(participants, even, size=draws).astype(np.float64)


def clustered_means(cube: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return means per method, and the ends of their 95 % intervals.

    Parameters
    ----------
    cube : ndarray, shape (participants, K, ...)
        Values; NaN where there is none.

    Returns
    -------
    means, low, high : ndarray, shape (K,)
        Percentile intervals of a bootstrap over participants; NaN where there are fewer than two.
    """
    people, kinds = cube.shape[:2]
    flat = cube.reshape(people, kinds, int(np.prod(cube.shape[2:])))
    sums, counts = np.nansum(flat, axis=2), np.isfinite(flat).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums.sum(axis=0) / counts.sum(axis=0)
        if people < 2:
            return means, np.full(kinds, np.nan), np.full(kinds, np.nan)
        drawn = resamples(people)
        spread = (drawn @ sums) / (drawn @ counts)
    low, high = interval(spread)
    return means, low, high


def interval(spread: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 95 % interval of each column of bootstrap results, (draws, K)."""
    known = ~np.isnan(spread).all(axis=0)
    ends = np.full((2, spread.shape[1]), np.nan)
    ends[:, known] = np.nanpercentile(spread[:, known], [2.5, 97.5], axis=0)
    return ends[0], ends[1]
