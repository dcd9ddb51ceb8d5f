"""How far off: mean absolute error, as it is and about rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import FloatArray, finite, mask, pair


def mean_absolute_error(
    predicted: ArrayLike, true: ArrayLike, tracked: ArrayLike | None = None
) -> FloatArray:
    """Return the mean absolute difference per column of (T, C).

    Parameters
    ----------
    predicted, true : array_like, shape (T, C)
    tracked : array_like of bool, shape (T, C), optional
        Entries that count; a column without any is NaN.

    Raises
    ------
    VoxfaceError
        If shapes differ or a value is not finite.
    """
    one, other = pair(predicted, true)
    off = np.abs(one - other)
    if tracked is None:
        return np.asarray(off.mean(axis=0))
    counted = np.asarray(tracked)
    if counted.shape != off.shape or counted.dtype != bool:
        raise VoxfaceError(f"tracked must be bool of shape {off.shape}, not {counted.shape}")
    count = counted.sum(axis=0)
    total = np.where(counted, off, 0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def about_rest(weights: ArrayLike, resting: ArrayLike) -> FloatArray:
    """Return weights (T, C) less their median over the `resting` frames (T,) of bool.

    Where no frame rests, the tenth percentile stands for the rest.
    """
    values = finite(weights, "given")
    still = mask(resting, len(values), "resting")
    if not still.any():
        return np.asarray(values - np.percentile(values, 10, axis=0))
    return np.asarray(values - np.median(values[still], axis=0))
