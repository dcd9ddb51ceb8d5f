"""Figures of merit of a predicted face against the captured one; pure functions on arrays.

Nothing here averages over rows that hide a failure: correlation and amplitude go together, because
a face that barely moves can correlate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

MOVING = 0.01
"""A channel whose true standard deviation is below this does not move, and is left out."""


def pearson(predicted: ArrayLike, true: ArrayLike) -> FloatArray:
    """Return Pearson's r per column of (T, C); 0 where the prediction is constant."""
    a, b = np.asarray(predicted, np.float64), np.asarray(true, np.float64)
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    scale = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    return np.asarray(np.where(scale > 1e-12, (a * b).sum(axis=0) / np.maximum(scale, 1e-12), 0))


def moving(true: ArrayLike) -> NDArray[np.bool_]:
    """Return which columns of (T, C) move: a standard deviation of at least 0.01."""
    return np.asarray(np.asarray(true, np.float64).std(axis=0) >= MOVING)


def amplitude_ratio(predicted: ArrayLike, true: ArrayLike) -> FloatArray:
    """Return the predicted over the true standard deviation per column; NaN where none is true."""
    own = np.asarray(true, np.float64).std(axis=0)
    said = np.asarray(predicted, np.float64).std(axis=0)
    return np.asarray(np.divide(said, own, out=np.full_like(own, np.nan), where=own > 0))


def about_rest(weights: ArrayLike, resting: ArrayLike) -> FloatArray:
    """Return weights (T, C) less their median over the `resting` frames (T,) of bool.

    Where no frame rests, the tenth percentile stands for the rest.
    """
    values = np.asarray(weights, np.float64)
    still = np.asarray(resting, bool)
    if not still.any():
        return np.asarray(values - np.percentile(values, 10, axis=0))
    return np.asarray(values - np.median(values[still], axis=0))


def mean_absolute_error(predicted: ArrayLike, true: ArrayLike) -> FloatArray:
    """Return the mean absolute difference per column of (T, C)."""
    off = np.asarray(predicted, np.float64) - np.asarray(true, np.float64)
    return np.asarray(np.abs(off).mean(axis=0))


def lag(predicted: ArrayLike, true: ArrayLike, fps: float, reach: float = 0.3) -> float:
    """Return by how many milliseconds the prediction is late: the best-correlating shift.

    Parameters
    ----------
    predicted, true : array_like, shape (T,)
    fps : float
    reach : float
        Largest shift tried, in seconds either way; at most half of the curves.

    Returns
    -------
    float
        NaN where no shift correlates, as of a face that never moves.
    """
    a, b = np.asarray(predicted, np.float64), np.asarray(true, np.float64)
    most = min(round(reach * fps), len(a) // 2, len(a) - 3)
    steps = sorted(range(-most, most + 1), key=abs)
    scores = [
        pearson(a[max(0, s) : len(a) + min(0, s)], b[max(0, -s) : len(b) - max(0, s)])
        for s in steps
    ]
    if not max(scores, default=0) > 0:
        return float("nan")
    return float(steps[int(np.argmax(scores))] / fps * 1000)


def jitter(weights: ArrayLike, fps: float) -> FloatArray:
    """Return the mean absolute second difference x fps², per column of (T, C)."""
    return np.asarray(
        np.abs(np.diff(np.asarray(weights, np.float64), 2, axis=0)).mean(axis=0) * fps**2
    )


def motion_where(weights: ArrayLike, frames: ArrayLike) -> float:
    """Return the mean absolute first difference over columns within `frames` (T,) of bool."""
    inside = np.asarray(frames, bool)
    steps = np.abs(np.diff(np.asarray(weights, np.float64), axis=0))[inside[1:] & inside[:-1]]
    return float(steps.mean()) if len(steps) else 0.0


@dataclass(frozen=True)
class ClosureScore:
    """How well lips close on p, b and m.

    Attributes
    ----------
    recall : float
        Share of p/b/m in which the mouth opening falls under the threshold within ±60 ms.
    false_share : float
        Share of frames deep inside open vowels that are under it, too.
    count : int
        Number of p/b/m.
    """

    recall: float
    false_share: float
    count: int


def closures(
    opening: ArrayLike,
    fps: float,
    closed_at: ArrayLike,
    open_at: ArrayLike,
    threshold: float,
    reach: float = 0.06,
) -> ClosureScore:
    """Score lip closures of a mouth-opening curve (T,).

    Parameters
    ----------
    opening : array_like, shape (T,)
        Mouth opening, for example ``jawOpen - mouthClose`` or a lip gap.
    closed_at, open_at : array_like
        Middles in seconds of p/b/m and of open vowels.
    threshold : float
        Opening under which lips count as closed.
    """
    curve = np.asarray(opening, np.float64)

    def lowest(time: float) -> float:
        first, last = round((time - reach) * fps), round((time + reach) * fps)
        return float(curve[max(0, first) : max(1, last + 1)].min(initial=np.inf))

    shut = [lowest(float(t)) <= threshold for t in np.asarray(closed_at, np.float64)]
    at = np.round(np.asarray(open_at, np.float64) * fps).astype(int)
    wrong = curve[np.clip(at, 0, len(curve) - 1)] <= threshold
    return ClosureScore(
        float(np.mean(shut)) if shut else float("nan"),
        float(np.mean(wrong)) if len(wrong) else float("nan"),
        len(shut),
    )
