"""`LifeMotion`: from what is heard to how the face lives, at 100 frames a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.engine.life.blinks import Blinks
from voxface.engine.life.breathing import Breathing
from voxface.engine.life.clocks import BLINK, Clocks
from voxface.engine.life.gaze import Gaze
from voxface.engine.life.head import Head
from voxface.engine.life.listening import Listener
from voxface.engine.life.parameters import parameters
from voxface.engine.life.settings import Life

Array = NDArray[np.float64]

MOTION = ("lid", "gazeYaw", "gazePitch", "brow", "yaw", "pitch", "roll", "x", "y", "z")
"""Columns of the motion: lids and brows 0 to 1, angles in degrees, places in centimetres."""


class LifeMotion:
    """Make the motion of a living face, as it hears, however the input is cut.

    The same seed and the same input give the same motion. Nothing in it jumps with its input: a
    little rounding moves a blink by as little.

    Parameters
    ----------
    life : Life
    """

    def __init__(self, life: Life) -> None:
        self.life = life
        self._listener = Listener()
        self._clocks = Clocks(life)
        self._gaze = Gaze(life.seed)
        self._blinks = Blinks(life.seed)
        self._breathing = Breathing(life.seed)
        self._head = Head(life)
        self._frame = 0
        usual = parameters().blinks.per_minute_talking
        self._kick = life.blinks * min(1.0, life.gaze) * (life.blink_rate or usual) / usual

    def reset(self) -> None:
        """Begin the same life again, at time 0."""
        self._frame = 0
        for part in (
            self._listener, self._clocks, self._gaze, self._blinks, self._breathing, self._head,
        ):  # fmt: skip
            part.reset()

    def push(self, speech: ArrayLike, level: ArrayLike) -> Array:
        """Advance by n frames.

        Parameters
        ----------
        speech : array_like, shape (n,)
            Probability that somebody speaks.
        level : array_like, shape (n,)
            Loudness in decibels re a full-scale sine, see `Loudness`.

        Returns
        -------
        ndarray, shape (n, 10)
            The columns of `MOTION`.
        """
        heard = self._listener.push(speech, level)
        count, first = len(heard.voice), self._frame
        self._frame += count
        motion = np.zeros((count, len(MOTION)))
        if not count:
            return motion
        clocks = self._clocks.push(heard)
        gaze, kicks = self._gaze.push(first, clocks, heard.memory)
        if self.life.gaze != 1:
            gaze *= self.life.gaze
        if self.life.blinks:
            # Only eyes that move provoke blinks.
            kicks *= self._kick
            motion[:, 0] = self._blinks.push(first, clocks[:, BLINK], kicks)
        chest = self._breathing.push(clocks)
        motion[:, 1:3] = gaze
        motion[:, 4:], motion[:, 3] = self._head.push(first, heard, gaze, chest)
        return motion
