"""From presentation times to a constant frame grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face.frame_rate import NTSC_RATES, parse_frame_rate

COMMON_RATES: tuple[Fraction, ...] = (
    *NTSC_RATES,
    *(Fraction(rate) for rate in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 90, 100, 120, 240)),
)
"""Rates that cameras mean when the times of their frames waver."""

FIT = 0.1
"""Root mean square distance from the grid, in frames, at which a declared rate is believed."""
SNAP = 0.1
"""A picture this near to a grid time (in frames) is taken as it is; containers round to 1 ms."""
LONGEST_GAP = 1.75
"""Pictures further apart than this (in frames) lack one between them, which is not invented."""


def choose_rate(times: ArrayLike, declared: Iterable[Fraction]) -> Fraction:
    """Return the exact constant frame rate that a video means.

    Parameters
    ----------
    times : array_like, shape (N,)
        Presentation times in seconds, rising strictly; N is at least 1.
    declared : iterable of Fraction
        What the container claims. A claim is believed if the times agree with it; phones of
        variable frame rate and damaged headers claim much. Otherwise the common rate about the
        median interval that fits the times best is taken.
    """
    time = np.asarray(times, dtype=np.float64)
    claims = [_exact(rate) for rate in declared if 1 <= rate <= 1000]
    if len(time) < 2:
        return claims[0] if claims else Fraction(25)
    usual = float(1 / np.median(np.diff(time)))

    def off(rate: Fraction) -> float:
        return abs(float(rate) / usual - 1)

    for rate in claims:
        # Any multiple of the true rate fits as well, so believe only what the median bears out.
        if off(rate) < 0.3 and _misfit(time, rate) < FIT:
            return rate
    near = [rate for rate in COMMON_RATES if off(rate) < 0.05]
    if near:
        return min(near, key=lambda rate: _misfit(time, rate))
    return Fraction(max(1, round(usual)))


@dataclass(frozen=True)
class Grid:
    """A constant frame grid laid over the pictures of a video.

    Parameters
    ----------
    positions : ndarray of float64, shape (T,)
        For every grid frame, the (fractional) index of the picture shown then.
    covered : ndarray of bool, shape (T,)
        False where the video lacks a picture.
    """

    positions: NDArray[np.float64]
    covered: NDArray[np.bool_]


def lay_grid(times: ArrayLike, rate: Fraction) -> Grid:
    """Lay a constant grid over pictures, beginning at the first and ending at the last."""
    time = np.asarray(times, dtype=np.float64)
    since = (time - time[0]) * float(rate)  # in grid frames
    frame = np.arange(round(since[-1]) + 1, dtype=np.float64)
    positions = np.interp(frame, since, np.arange(len(time)))
    nearest = np.rint(positions).astype(np.int64)
    exact = np.abs(since[nearest] - frame) < SNAP
    positions = np.where(exact, nearest, positions)
    below = np.floor(positions).astype(np.int64)
    above = np.ceil(positions).astype(np.int64)
    return Grid(positions, exact | (since[above] - since[below] < LONGEST_GAP))


def _exact(rate: Fraction) -> Fraction:
    """Undo the rounding of headers: 29.97 and 25.01 mean 30000/1001 and 25."""
    exact = parse_frame_rate(rate)
    whole = Fraction(round(exact))
    return whole if exact not in NTSC_RATES and abs(exact - whole) < Fraction(3, 200) else exact


def _misfit(time: NDArray[np.float64], rate: Fraction) -> float:
    since = (time - time[0]) * float(rate)
    return float(np.sqrt(np.mean((since - np.rint(since)) ** 2)))
