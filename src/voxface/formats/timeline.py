"""From the times of rows in a file to an exact frame rate and an even grid of frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face.frame_rate import NTSC_RATES
from voxface.face.resample import interpolate_frames

COMMON_RATES: tuple[Fraction, ...] = (
    *(Fraction(rate) for rate in (24, 25, 30, 48, 50, 60, 90, 100, 120)),
    *NTSC_RATES,
)
"""Rates a recording is likely to have."""

DEFAULT_RATE = Fraction(60)
"""Taken where a file says nothing of its rate; Live Link Face records at 60."""

STEADY = 0.05
"""Rows within this part of a frame from an even grid count as lying on it."""
LONGEST_STEP = 1.75
"""Neighbouring rows further apart than this many frames have lost frames between them."""


@dataclass(frozen=True)
class Rows:
    """Frames as a file holds them: weights (n, C), head (n, 7) and tracked (n, C)."""

    weights: NDArray[np.float32]
    head: NDArray[np.float32]
    tracked: NDArray[np.bool_]


def likely_rate(frames_per_second: float, tolerance: float = 5e-5) -> Fraction:
    """Return the exact rate that a measured one stands for.

    Parameters
    ----------
    frames_per_second : float
        As measured.
    tolerance : float
        Relative error of the measurement.
    """
    for candidates in (COMMON_RATES, (Fraction(max(1, round(frames_per_second))),)):
        nearest = min(candidates, key=lambda rate: abs(float(rate) - frames_per_second))
        if abs(float(nearest) - frames_per_second) <= tolerance * frames_per_second:
            return nearest
    return Fraction(frames_per_second).limit_denominator(1001)


def rate_from_times(times: ArrayLike, resolution: float = 1e-6) -> Fraction | None:
    """Return the frame rate of rows at `times` in seconds; None if they do not say.

    Lost rows do not matter: the usual step decides, refined over the whole length.

    Parameters
    ----------
    times : array_like, shape (n,)
        Seconds, rising.
    resolution : float
        Step in which the times are written, in seconds.
    """
    time = np.asarray(times, dtype=np.float64)
    if len(time) < 2 or not np.isfinite(time).all():
        return None
    steps = np.diff(time)
    usual = float(np.median(steps))
    if usual <= 0 or not 1e-3 <= usual <= 1e3:
        return None
    whole = np.rint(steps / usual)
    jitter = float(np.abs(steps - whole * usual).max())
    span = float(time[-1] - time[0])
    if jitter > 0.25 * usual or whole.sum() < 1:
        return likely_rate(1 / usual, tolerance=0.02)
    tolerance = max(5e-5, (2 * resolution + jitter) / span)
    return likely_rate(float(whole.sum()) / span, min(tolerance, 0.02))


def on_grid(rows: Rows, positions: NDArray[np.float64]) -> Rows | None:
    """Put rows at fractional frame positions onto whole frames.

    Rows that lie evenly are kept as they are. Otherwise frames are read between rows, linear on
    weights and slerp on rotation; frames between rows too far apart were lost and are untracked.

    Parameters
    ----------
    rows : Rows
        n frames, n at least 1.
    positions : ndarray, shape (n,)
        Where each row lies, in frames from the first row.

    Returns
    -------
    Rows or None
        None if the positions jump about so much that they cannot be times of one take.
    """
    count = len(positions)
    if np.abs(positions - np.arange(count)).max() < STEADY:
        return rows
    rising = np.concatenate([[True], positions[1:] > np.maximum.accumulate(positions)[:-1] + 1e-6])
    if rising.mean() < 0.9:
        return None
    position = positions[rising]
    total = round(float(position[-1])) + 1
    if total > 10 * count + 1000:
        return None
    wanted = np.arange(total)
    kept = np.flatnonzero(rising)
    source = np.interp(wanted, position, np.arange(len(kept)))
    weights, head = interpolate_frames(rows.weights[kept], rows.head[kept], source)
    below = np.minimum(source.astype(np.int64), len(kept) - 1)
    above = np.minimum(below + 1, len(kept) - 1)
    near_row = np.abs(source - np.rint(source)) < STEADY
    nearest = np.rint(source).astype(np.int64)
    on_row = near_row & (np.abs(position[nearest] - wanted) < 0.5)
    lost = (position[above] - position[below] > LONGEST_STEP) & ~on_row
    below = np.where(on_row, nearest, below)
    above = np.where(on_row, nearest, above)
    seen = rows.tracked[kept]
    tracked = seen[below] & seen[above] & ~lost[:, None]
    weights[~tracked] = 0
    return Rows(weights, head, tracked)
