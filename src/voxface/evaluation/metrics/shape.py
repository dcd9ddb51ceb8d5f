"""Whether curves go together: correlation, amplitude, and the share of variance told."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.evaluation.metrics.checks import FloatArray, finite, pair

MOVING = 0.01
"""A channel whose true standard deviation is below this does not move, and is left out."""
FEWEST = 3
"""Frames without which a correlation says nothing."""


def pearson(predicted: ArrayLike, true: ArrayLike) -> FloatArray:
    """Return Pearson's r per column of (T, C); 0 where either is constant.

    Raises
    ------
    VoxfaceError
        If shapes differ, a value is not finite, or there are fewer than 3 frames.
    """
    return correlation(*pair(predicted, true, least=FEWEST))


def correlation(one: FloatArray, other: FloatArray) -> FloatArray:
    """Do what `pearson` does with arrays that were checked."""
    a, b = one - one.mean(axis=0), other - other.mean(axis=0)
    scale = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    return np.asarray(np.where(scale > 1e-12, (a * b).sum(axis=0) / np.maximum(scale, 1e-12), 0))


def moving(true: ArrayLike) -> NDArray[np.bool_]:
    """Return which columns of (T, C) move: a standard deviation of at least 0.01."""
    return np.asarray(finite(true, "true").std(axis=0) >= MOVING)


def amplitude_ratio(predicted: ArrayLike, true: ArrayLike) -> FloatArray:
    """Return the predicted over the true standard deviation per column; NaN where none is true."""
    one, other = pair(predicted, true, least=2)
    own, said = other.std(axis=0), one.std(axis=0)
    return np.asarray(np.divide(said, own, out=np.full_like(own, np.nan), where=own > 1e-12))


def r_squared(predicted: ArrayLike, true: ArrayLike) -> float:
    """Return R² over all entries together, about one mean, as it is usually published.

    Over vertex positions nearly all variance is the shape of the head, so that a face that never
    moves has an R² near 0.97; read `r_squared_of_motion` beside it. NaN where nothing varies.
    """
    one, other = pair(predicted, true)
    return _told(one - other, other - other.mean())


def r_squared_of_motion(
    predicted: ArrayLike, true: ArrayLike, neutral: ArrayLike | None = None
) -> float:
    """Return R² of motion over (T, ...): a face that never moves has 0 or less.

    Parameters
    ----------
    predicted, true : array_like, shape (T, ...)
        Positions or weights over time.
    neutral : array_like, shape (...), optional
        Where the motion of both is measured from, and what R² 0 then stands for: never leaving
        it. By default each coordinate's own mean over time, in the prediction as in the truth.
    """
    one, other = pair(predicted, true, least=2)
    if neutral is None:
        one, other = one - one.mean(axis=0), other - other.mean(axis=0)
        return _told(one - other, other)
    _, rest = pair(other[0], np.asarray(neutral, np.float64))
    return _told(one - other, other - rest)


def _told(off: FloatArray, around: FloatArray) -> float:
    whole = float((around * around).sum())
    return 1 - float((off * off).sum()) / whole if whole > 1e-18 else float("nan")
