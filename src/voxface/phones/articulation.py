"""Phones in time as articulatory features at the feature rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.phones.symbols import FEATURE_NAMES, SILENCE, phone_features
from voxface.phones.times import TimedPhone


def articulation_frames(phones: Sequence[TimedPhone], frames: int) -> NDArray[np.uint8]:
    """Return the articulatory features x 255 of the phone at each frame, shape (frames, 27).

    Frame t stands at t x 10 ms; where no phone is given there is silence.
    """
    result = np.empty((frames, len(FEATURE_NAMES)), np.uint8)
    result[:] = _bytes(SILENCE)
    for phone in phones:
        begin, end = (round(time * FRAME_RATE) for time in (phone.start, phone.end))
        result[max(0, begin) : max(0, end)] = _bytes(phone.symbol)
    return result


def _bytes(symbol: str) -> NDArray[np.uint8]:
    return np.round(255 * phone_features(symbol)).astype(np.uint8)
