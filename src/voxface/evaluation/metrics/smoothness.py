"""Motion that nobody made: trembling, and a mouth that moves in silence."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import periodogram

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import FloatArray, finite, mask, rate


def jitter(weights: ArrayLike, fps: float) -> FloatArray:
    """Return the mean absolute second difference x fps², per column of (T, C)."""
    values = finite(weights, "given", least=3)
    return np.asarray(np.abs(np.diff(values, 2, axis=0)).mean(axis=0) * rate(fps) ** 2)


def power_above(weights: ArrayLike, fps: float, hertz: float = 8.0) -> FloatArray:
    """Return the share of each column's variance above a frequency; NaN where it never moves.

    Parameters
    ----------
    weights : array_like, shape (T, C) or (T,)
    fps : float
        More than twice `hertz`.
    hertz : float
        Speech hardly moves a face faster than 8 Hz.

    Notes
    -----
    Of a periodogram with a Hann window, so that a step between the curve's ends does not count.
    """
    values = finite(weights, "given", least=8)
    if not rate(fps) > 2 * hertz:
        raise VoxfaceError(
            f"{fps:g} frames per second hold nothing above {fps / 2:g} Hz; ask below that"
        )
    frequency, power = periodogram(values, fps, window="hann", detrend="linear", axis=0)
    whole = power[1:].sum(axis=0)
    above = power[frequency > hertz].sum(axis=0)
    still = np.ptp(values, axis=0) < 1e-9
    share = np.divide(above, whole, out=np.full_like(whole, np.nan), where=whole > 0)
    return np.asarray(np.where(still, np.nan, share))


def motion_where(weights: ArrayLike, frames: ArrayLike) -> float:
    """Return the mean absolute first difference over columns within `frames` (T,) of bool.

    NaN where no two frames in a row are chosen.
    """
    values = finite(weights, "given", least=2)
    inside = mask(frames, len(values), "frames")
    steps = np.abs(np.diff(values, axis=0))[inside[1:] & inside[:-1]]
    return float(steps.mean()) if len(steps) else float("nan")
