"""Whether a face moves in the rhythm of the voice."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import find_peaks

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import FloatArray, finite, rate

APART = 0.1
"""Least time between two beats, in seconds."""
RISE = 1.0
"""Decibels by which the bands must rise within 30 ms, on average, for a beat."""


def audio_beats(mel: ArrayLike, fps: float) -> FloatArray:
    """Return the times in seconds at which sound sets in.

    Peaks of the spectral flux: the mean rise of the log-mel bands (T, B), in dB, within 30 ms.
    """
    bands = finite(mel, "given")
    if bands.ndim != 2:
        raise VoxfaceError(f"log-mel bands have the shape (frames, bands), not {bands.shape}")
    back = max(1, round(0.03 * rate(fps)))
    flux = np.zeros(len(bands))
    flux[back:] = np.maximum(bands[back:] - bands[:-back], 0).mean(axis=1)
    peaks, _ = find_peaks(flux, distance=max(1, round(APART * fps)), prominence=RISE)
    return np.asarray((peaks - back / 2) / fps)


def motion_minima(curves: ArrayLike, fps: float) -> FloatArray:
    """Return the times in seconds at which motion (T, C) pauses: minima of its speed."""
    values = finite(curves, "given", least=2)
    if values.ndim != 2:
        raise VoxfaceError(f"curves have the shape (frames, channels), not {values.shape}")
    speed = np.linalg.norm(np.diff(values, axis=0), axis=1)
    if not speed.max(initial=0) > 1e-9:
        return np.zeros(0)
    least, _ = find_peaks(-speed, distance=max(1, round(APART * rate(fps))))
    return np.asarray((least + 0.5) / fps)


def beat_consistency(audio: ArrayLike, minima: ArrayLike, sigma: float = 0.1) -> float:
    """Return the mean over audio beats of ``exp(-d² / 2 sigma²)``, d to the nearest minimum.

    Parameters
    ----------
    audio, minima : array_like
        Times in seconds, as `audio_beats` and `motion_minima` find them.
    sigma : float
        Seconds.

    Returns
    -------
    float
        0 to 1; 0 of a face without minima; NaN where the sound has no beat.

    Notes
    -----
    Li et al. (2021), "AI Choreographer"; Liu et al. (2022), "BEAT". A face that trembles has minima
    everywhere and scores near 1: read it beside the captured face's own figure, and jitter.
    """
    beats, still = np.atleast_1d(audio).astype(float), np.atleast_1d(minima).astype(float)
    if not (np.isfinite(beats).all() and np.isfinite(still).all()):
        raise VoxfaceError("beats and minima must be finite times in seconds")
    if not sigma > 0:
        raise VoxfaceError(f"sigma must be above 0, not {sigma}")
    if not len(beats):
        return float("nan")
    if not len(still):
        return 0.0
    nearest = np.abs(beats[:, None] - still[None]).min(axis=1)
    return float(np.exp(-(nearest**2) / (2 * sigma**2)).mean())
