"""From captured weights to what a net learns: log-odds of motion, on a canonical speaker.

A face tracker ends in a sigmoid. In front of it, speakers differ by an offset and a little by a
gain; behind it, the same pursing reads 0.01 to 0.09 on one face and 0.12 to 0.88 on another. So
labels are log-odds, relative to each speaker's own mean and deviation (*motion*), and the canonical
speaker, on which a model's weights come out, is the average of those who were captured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from voxface.audio.features import FRAME_RATE
from voxface.corpus.archive import UNREADABLE, save_archive
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip

FloatArray = NDArray[np.float64]

SMOOTHING = 0.02
"""Standard deviation in seconds of the zero-phase smoothing of captured curves."""
FLOOR = 1e-5
"""Weights are held this far from 0 and 1 before log-odds are taken: below is tracker noise."""
DEAD_AMPLITUDE = 2e-4
"""A channel whose weights deviate less than this on average is not moved by anybody."""
DEAD_CENTRE = -10.0
"""Log-odds of a channel that is not moved by anybody: a weight of zero."""
MOTION_LIMIT = 5.0
"""Motion beyond so many deviations is a tracking fault, and is clipped."""


def log_odds(weights: NDArray[np.floating]) -> FloatArray:
    """Return ``log(w / (1 - w))`` with w held within `FLOOR` of its ends."""
    held = np.clip(weights.astype(np.float64), FLOOR, 1 - FLOOR)
    return np.log(held) - np.log1p(-held)


def sigmoid(values: NDArray[np.floating]) -> FloatArray:
    """Return ``1 / (1 + exp(-values))``."""
    return np.asarray(1 / (1 + np.exp(-values.astype(np.float64))))


@dataclass(frozen=True)
class SpeakerScale:
    """Mean and deviation of a speaker's log-odds, per channel (C,)."""

    mean: FloatArray
    deviation: FloatArray

    @classmethod
    def measure(cls, curves: Sequence[FloatArray], least: float = 0.3) -> SpeakerScale:
        """Measure a speaker from all takes' log-odds (T, C); rows that hold NaN are left out."""
        rows = np.concatenate(curves)
        rows = rows[np.isfinite(rows).all(axis=1)]
        return cls(rows.mean(axis=0), np.maximum(rows.std(axis=0), least))

    def motion(self, curves: FloatArray) -> FloatArray:
        """Return log-odds as motion: deviations from the mean, clipped to ±5."""
        return np.clip((curves - self.mean) / self.deviation, -MOTION_LIMIT, MOTION_LIMIT)


def smoothed_log_odds(clip: FaceClip) -> FloatArray:
    """Return a clip's log-odds (T, C), smoothed without delay; NaN where nothing was tracked."""
    odds = log_odds(clip.weights)
    seen: NDArray[np.bool_] = np.asarray(clip.tracked.any(axis=1))
    width = SMOOTHING * float(clip.fps)
    share = gaussian_filter1d(seen.astype(float), width, mode="nearest")
    odds = gaussian_filter1d(np.where(seen[:, None], odds, 0), width, axis=0, mode="nearest")
    odds /= np.maximum(share, 1e-6)[:, None]
    odds[~seen] = np.nan
    return np.asarray(odds)


def at_feature_rate(
    curves: FloatArray, times: FloatArray, frames: int
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Read curves (T, C), given at `times`, at the times of `frames` feature frames.

    Returns
    -------
    curves : ndarray, shape (frames, C)
        Zero where `seen` is false.
    seen : ndarray of bool, shape (frames,)
        False before the first and after the last known row and inside gaps over 0.1 s.
    """
    known = np.isfinite(curves).all(axis=1)
    clock = np.arange(frames) / FRAME_RATE
    if known.sum() < 2:
        return np.zeros((frames, curves.shape[1])), np.zeros(frames, bool)
    at = times[known]
    after = np.clip(np.searchsorted(at, clock), 1, len(at) - 1)
    seen = (clock >= at[0] - 0.02) & (clock <= at[-1] + 0.02)
    seen &= at[after] - at[after - 1] <= 0.1
    result = PchipInterpolator(at, curves[known])(np.clip(clock, at[0], at[-1]))
    result[~seen] = 0
    return result, seen


@dataclass(frozen=True)
class Canonical:
    """The canonical speaker, per channel (C,).

    Attributes
    ----------
    centre, deviation
        Mean and deviation of log-odds.
    rest
        Weight that is taken off, so that a face at rest is near zero.
    resting
        Motion where nobody speaks.
    """

    centre: FloatArray
    deviation: FloatArray
    rest: FloatArray
    resting: FloatArray

    def own_motion(self, odds: FloatArray) -> FloatArray:
        """Return log-odds as motion on this scale, keeping the speaker's own offset and gain."""
        motion = (odds - self.centre) / self.deviation
        return np.asarray(np.clip(motion, -2 * MOTION_LIMIT, 2 * MOTION_LIMIT))

    def weights(self, motion: FloatArray) -> FloatArray:
        """Return the weights of motion (T, C): what `voxface.models.CanonicalScale` computes."""
        weights = sigmoid(self.centre + self.deviation * motion)
        return np.maximum((weights - self.rest) / (1 - self.rest), 0)


def canonical_speaker(
    motions: Sequence[FloatArray],
    scales: Sequence[SpeakerScale],
    amplitudes: Sequence[FloatArray],
    resting: FloatArray,
) -> Canonical:
    """Average the captured speakers.

    Parameters
    ----------
    motions
        Motion (T, C) of each speaker, in the order of `scales`.
    scales
        Each speaker's log-odds scale.
    amplitudes
        Each speaker's mean standard deviation of the weights within a take (C,).
    resting
        Median motion (C,) where nobody speaks.

    Notes
    -----
    The deviation is the geometric mean over speakers. The centre is then where the weights of all
    speakers' motion deviate as much as the captured weights do on average over speakers. A channel
    that nobody moves, or that the tracker does not see, stays at zero.
    """
    deviation = np.exp(np.mean([np.log(scale.deviation) for scale in scales], axis=0))
    wanted = np.mean(amplitudes, axis=0)
    pooled = np.concatenate([motion[:: max(1, len(motion) // 5000)] for motion in motions])
    low, high = np.full(len(deviation), DEAD_CENTRE + 1), np.full(len(deviation), -0.5)
    for _ in range(40):
        middle = (low + high) / 2
        found = sigmoid(middle + deviation * pooled).std(axis=0)
        low, high = np.where(found < wanted, middle, low), np.where(found < wanted, high, middle)
    centre = np.where(wanted < DEAD_AMPLITUDE, DEAD_CENTRE, (low + high) / 2)
    # A channel that speech lowers must not be cut off at its rest.
    zero = np.minimum(resting, np.percentile(pooled, 5, axis=0))
    return Canonical(centre, deviation, sigmoid(centre + deviation * zero), resting)


def save_canonical(path: Path, canonical: Canonical) -> None:
    """Write the canonical speaker as ``.npz`` with the names of its channels."""
    save_archive(path, channels=np.array(ARKIT_CHANNELS), **asdict(canonical))


def load_canonical(path: Path) -> Canonical:
    """Read what `save_canonical` wrote.

    Raises
    ------
    VoxfaceError
        If the file is missing or of another make.
    """
    try:
        with np.load(path) as file:
            if tuple(file["channels"]) != ARKIT_CHANNELS:
                raise VoxfaceError(f"'{path}' has other channels; make it anew: voxface prepare")
            return Canonical(**{field.name: file[field.name] for field in fields(Canonical)})
    except UNREADABLE as error:
        raise VoxfaceError(
            f"cannot read the canonical speaker '{path}' ({error}); make it: voxface prepare"
        ) from None
