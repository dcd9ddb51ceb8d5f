"""Where somebody speaks in a clean recording: the target of a net's speech output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_opening, gaussian_filter1d

from voxface.audio.features import FEATURE_NAMES

BEFORE = 10
"""Frames by which the target begins before the sound: the mouth opens first."""
AFTER = 15
"""Frames by which it outlasts the sound."""
BRIDGE = 20
"""Pauses up to so many frames belong to the speech around them."""
SHORTEST = 4
"""Sounds under so many frames are clicks."""


def speech_frames(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where speech sounds, shape (T,), for a recording of one voice in quiet.

    The threshold lies 35 % of the way, in dB, from the recording's quiet floor to its loud parts,
    so this is a labelling tool for whole clean recordings and not a streaming detector.
    """
    loudness = gaussian_filter1d(features[:, FEATURE_NAMES.index("loudness")].astype(float), 1.5)
    floor, loud = np.percentile(loudness, 3), np.percentile(loudness, 95)
    if loud - floor < 12 and loud > -50:  # no pause in it
        return np.ones(len(loudness), bool)
    active = loudness > max(floor + 0.35 * (loud - floor), -70.0)
    active = binary_opening(active, np.ones(SHORTEST))
    return np.asarray(binary_closing(np.pad(active, BRIDGE), np.ones(BRIDGE))[BRIDGE:-BRIDGE])


def widened(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Widen speech to the time in which the mouth may move for it."""
    padded = np.pad(active.astype(np.int64), (AFTER, BEFORE))
    total = np.cumsum(np.concatenate([[0], padded]))
    return np.asarray(total[AFTER + BEFORE + 1 :] - total[: len(active)] > 0)
