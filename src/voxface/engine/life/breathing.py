"""Breathing: slow and even at rest; in speech out with the words and in at the pauses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.chance import uniform
from voxface.engine.life.clocks import EXHALE, INHALE, at, strike
from voxface.engine.life.parameters import parameters

Array = NDArray[np.float64]


class Breathing:
    """How full the chest is, 0 to 1.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Begin at time 0 again, somewhere in an exhalation."""
        self._inhales = False
        self._until = uniform(self._seed, parameters().chance.streams.breath_start, 0)

    def push(self, clocks: Array) -> Array:
        """Take the clocks (n + 1, 4); return the fullness, shape (n,)."""
        chest = np.empty(len(clocks) - 1)
        begin = 0
        while begin < len(chest):
            clock = clocks[:, INHALE if self._inhales else EXHALE]
            struck = strike(clock, self._until)
            end = len(chest) if struck is None else struck[0] - 1
            done = 1 + clock[begin + 1 : end + 1] - self._until
            wave = 0.5 * np.cos(np.pi * done)
            chest[begin:end] = 0.5 - wave if self._inhales else 0.5 + wave
            if struck is None:
                break
            begin = end
            self._inhales = not self._inhales
            clock = clocks[:, INHALE if self._inhales else EXHALE]
            self._until = at(clock, *struck) + 1
        return chest
