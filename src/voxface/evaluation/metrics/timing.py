"""How late a curve is, by the best of all shifts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter1d

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import FloatArray, finite, pair, rate
from voxface.evaluation.metrics.shape import FEWEST, correlation

QUIET = -40.0
"""Decibels below which changes of loudness do not count."""
SMOOTHING = 0.02
"""Seconds (standard deviation) over which rises are taken."""


def lag(predicted: ArrayLike, true: ArrayLike, fps: float, reach: float = 0.3) -> float:
    """Return by how many milliseconds the prediction is late: the best-correlating shift.

    Of shifts that correlate equally the smallest counts.

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

    Raises
    ------
    VoxfaceError
        If shapes differ, a value is not finite, or there are fewer than 3 frames.
    """
    a, b = pair(predicted, true, least=FEWEST)
    most = min(round(reach * rate(fps)), len(a) // 2, len(a) - FEWEST)
    steps = sorted(range(-most, most + 1), key=abs)
    scores = [
        correlation(a[max(0, s) : len(a) + min(0, s)], b[max(0, -s) : len(b) - max(0, s)])
        for s in steps
    ]
    if not max(scores) > 0:
        return float("nan")
    return float(steps[int(np.argmax(scores))] / fps * 1000)


def loudness(mel: ArrayLike) -> FloatArray:
    """Return the level of sound (T,) in dB, from log-mel bands (T, B) in dB."""
    bands = finite(mel, "given")
    if bands.ndim != 2:
        raise VoxfaceError(f"log-mel bands have the shape (frames, bands), not {bands.shape}")
    return np.asarray(10 * np.log10((10 ** (bands / 10)).sum(axis=1)))


def onset_lag(opening: ArrayLike, level: ArrayLike, fps: float, reach: float = 0.15) -> float:
    """Return how many milliseconds after the sound's level rises the mouth opens.

    The `lag` of the opening's rate of change against that of the level: rises and falls are what
    both share, where levels themselves follow vowels that are loud, not open.

    Parameters
    ----------
    opening, level : array_like, shape (T,)
        Mouth opening, and loudness in dB.
    fps : float
    reach : float
        Largest shift tried, in seconds: less than from one syllable to the next.
    """
    a, b = pair(opening, level, least=FEWEST)
    width = SMOOTHING * rate(fps)
    a, b = (
        np.gradient(gaussian_filter1d(curve, width, mode="nearest"))
        for curve in (a, np.maximum(b, QUIET))
    )
    return lag(a, b, fps, reach)
