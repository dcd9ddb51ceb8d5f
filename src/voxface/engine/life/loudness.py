"""Loudness of each frame, for life: how loud the 20 ms about it are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import DECIBEL_RANGE, HOP

Array = NDArray[np.float64]

QUIETEST, LOUDEST = DECIBEL_RANGE


class Loudness:
    """Measure sound that comes in blocks of any size; give as many frames as are asked for.

    Frame i covers hops i + lead - 1 and i + lead: `lead` frames ahead of its time, which the
    model's look-ahead affords, because filters are late and heads are early.

    Parameters
    ----------
    lead : int
        At most the model's `delay_frames`.
    """

    def __init__(self, lead: int) -> None:
        self._lead = lead
        self.reset()

    def reset(self) -> None:
        """Forget all sound; before it there was silence."""
        self._rest = np.zeros(0, np.float32)
        self._powers = np.zeros(1, np.float32)
        self._skip = self._lead

    def push(self, pcm: NDArray[np.float32]) -> None:
        """Take mono sound at 16 kHz, shape (N,)."""
        sound = np.concatenate([self._rest, pcm]) if len(self._rest) else pcm
        whole = len(sound) // HOP * HOP
        self._rest = sound[whole:].copy()
        hops = sound[:whole].reshape(-1, HOP)
        self._powers = np.concatenate([self._powers, np.einsum("ij,ij->i", hops, hops)])

    def take(self, count: int) -> Array:
        """Return the next levels in decibels re a full-scale sine, -80 to 10, shape (count,).

        Where the sound has ended there is silence.
        """
        if not count:
            return np.zeros(0)
        end = self._skip + count + 1
        if end > len(self._powers):
            missing = np.zeros(end - len(self._powers), np.float32)
            missing[0] = self._rest @ self._rest
            self._rest = self._rest[:0]
            self._powers = np.concatenate([self._powers, missing])
        powers = self._powers[self._skip : end].astype(np.float64)
        self._powers = self._powers[self._skip + count :]
        self._skip = 0
        # Mean square of two hops, times two: a full-scale sine is 0 dB.
        mean = np.maximum((powers[1:] + powers[:-1]) / HOP, 10 ** (QUIETEST / 10))
        return np.asarray(np.minimum(10 * np.log10(mean), LOUDEST))
