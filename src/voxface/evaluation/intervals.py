"""Means over takes with bootstrap intervals, and over speakers where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError

FloatArray = NDArray[np.float64]

DRAWS = 2000
"""Resamples of a bootstrap."""


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval.

    Attributes
    ----------
    mean : float
        NaN where nothing was measured.
    low, high : float
        Ends of the interval; NaN where there are fewer than two takes (or speakers) to draw.
    count : int
        Takes that went in.
    missing : int
        Takes that have no such figure (NaN). They are left out of the mean, and must be told.
    """

    mean: float
    low: float
    high: float
    count: int
    missing: int = 0


def bootstrap_mean(
    values: ArrayLike,
    clusters: Sequence[str] | None = None,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
) -> Interval:
    """Return the mean of values (N,) with its bootstrap interval; see `bootstrap_means`."""
    column = np.asarray(values, np.float64)
    if column.ndim != 1:
        raise VoxfaceError(f"values have one axis, the takes, not the shape {column.shape}")
    (found,) = bootstrap_means(column[:, None], clusters, confidence=confidence, draws=draws)
    return found


def bootstrap_means(
    table: ArrayLike,
    clusters: Sequence[str] | None = None,
    *,
    confidence: float = 0.95,
    draws: int = DRAWS,
) -> list[Interval]:
    """Return the mean over takes of each column, with its percentile bootstrap interval.

    Parameters
    ----------
    table : array_like, shape (N, F)
        One row a take, one column a figure; NaN where a take has no such figure.
    clusters : sequence of str, optional
        Who speaks in each take. If several do, the mean is that of the speakers' means, so that
        nobody counts more for having more takes, and speakers are drawn instead of takes.
    confidence : float
        Share of resamples between the ends.
    draws : int
        Resamples, the same for every column; always the same ones.

    Raises
    ------
    VoxfaceError
        If the table has another shape, holds infinity, or the clusters are not one a take.

    Notes
    -----
    Efron & Tibshirani (1993), "An introduction to the bootstrap"; clusters as in Field & Welsh
    (2007), "Bootstrapping clustered data".
    """
    values = np.asarray(table, np.float64)
    if values.ndim != 2:
        raise VoxfaceError(f"a table has the shape (takes, figures), not {values.shape}")
    if np.isinf(values).any():
        raise VoxfaceError("a figure is infinite; no mean can be told of it")
    known = np.isfinite(values)
    counts, missing = known.sum(axis=0), (~known).sum(axis=0)
    if clusters is not None:
        if len(clusters) != len(values):
            raise VoxfaceError(f"{len(clusters)} speakers are named for {len(values)} takes")
        if len(set(clusters)) > 1:
            values = cluster_means(values, clusters)
            known = np.isfinite(values)
    units = len(values)
    if not units:
        nothing = float("nan")
        return [Interval(nothing, nothing, nothing, 0, 0)] * values.shape[1]
    held = np.where(known, values, 0)
    means = _ratio(held.sum(axis=0), known.sum(axis=0).astype(float))
    rng, alike = np.random.default_rng(0), np.full(units, 1 / units)
    drawn = rng.multinomial(units, alike, draws).astype(float)
    resampled = _ratio(drawn @ held, drawn @ known.astype(float))
    ends = 50 * (1 - confidence), 100 - 50 * (1 - confidence)
    result = []
    for column in range(values.shape[1]):
        several = known[:, column].sum() > 1
        found = resampled[:, column]
        low, high = np.percentile(found[np.isfinite(found)], ends) if several else [np.nan] * 2
        result.append(
            Interval(
                float(means[column]),
                float(low),
                float(high),
                int(counts[column]),
                int(missing[column]),
            )
        )
    return result


def cluster_means(values: FloatArray, clusters: Sequence[str]) -> FloatArray:
    """Return the means (K, F) over each speaker of a table (N, F); NaN where none is known."""
    names = sorted(set(clusters))
    member = np.array([[name == other for other in clusters] for name in names], float)
    known = np.isfinite(values)
    return _ratio(member @ np.where(known, values, 0), member @ known)


def _ratio(total: FloatArray, count: FloatArray) -> FloatArray:
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))
