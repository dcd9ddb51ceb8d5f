"""Phones in time as articulatory features at the feature rate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.phones.symbols import (
    FEATURE_NAMES,
    MODIFIERS,
    SILENCE,
    base_phones,
    phone_features,
)
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


def phones_from_articulation(frames: NDArray[np.uint8]) -> list[TimedPhone]:
    """Read phones back from what `articulation_frames` returns.

    Two equal phones side by side are one, and phones with equal features cannot be told apart;
    the symbol is the one with at most one modifier whose features are nearest.

    Parameters
    ----------
    frames : ndarray of uint8, shape (T, 27)

    Returns
    -------
    list of TimedPhone
        From 0 to T x 10 ms.
    """
    changes = np.flatnonzero(np.any(frames[1:] != frames[:-1], axis=1)) + 1
    edges = [0, *changes.tolist(), len(frames)]
    return [
        TimedPhone(_nearest(frames[begin].tobytes()), begin / FRAME_RATE, end / FRAME_RATE)
        for begin, end in pairwise(edges)
        if end > begin
    ]


@cache
def _nearest(row: bytes) -> str:
    wanted = np.frombuffer(row, np.uint8).astype(np.int64)
    candidates = [base + mark for base in base_phones() for mark in ("", *MODIFIERS)]
    far = [int(np.abs(_bytes(phone).astype(np.int64) - wanted).sum()) for phone in candidates]
    return candidates[int(np.argmin(far))]


def _bytes(symbol: str) -> NDArray[np.uint8]:
    return np.round(255 * phone_features(symbol)).astype(np.uint8)
