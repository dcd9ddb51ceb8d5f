"""Life on the frames of a model: lids, eyes and brows as weights, and the head's pose."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.motion import LifeMotion
from voxface.engine.life.parameters import parameters
from voxface.engine.life.settings import Life
from voxface.engine.model import FloatArray

Array = NDArray[np.float64]

LIDS = ("eyeBlink", "eyeSquint", "eyeWide")
LOOKS = ("eyeLookIn", "eyeLookOut", "eyeLookDown", "eyeLookUp")


def replaced(life: Life, channels: Sequence[str]) -> FloatArray:
    """Return how much of the model's own weights stays, shape (C,).

    A net that hears guesses a hovering lid and a wandering eye; life at strength 1 takes their
    place, and below 1 they are mixed.
    """
    keep = np.ones(len(channels), np.float32)
    for strength, kinds in ((life.blinks, LIDS), (life.gaze, LOOKS)):
        for column, name in enumerate(channels):
            if name.startswith(kinds):
                keep[column] = 1 - min(1.0, strength)
    return keep


class LifeStage:
    """Add the motion of life to controlled and smoothed frames.

    Parameters
    ----------
    life : Life
    channels : sequence of str
        Names of the first columns of the frames; six of pose follow. Those that life moves and
        the model lacks are left out.
    factors : ndarray, shape (C + 6,)
        Gains and strengths: they scale life as they scale the model.
    """

    def __init__(self, life: Life, channels: Sequence[str], factors: FloatArray) -> None:
        self.motion = LifeMotion(life)
        self._pose = len(channels)
        self._turn = np.asarray(factors[self._pose :], np.float64) * math.pi / 180
        self._place = np.asarray(factors[self._pose :], np.float64)[:3]
        self._counter = min(1.0, life.gaze) * parameters().gaze.head_counter
        moved = _moved_channels(life)
        names = [name for name in moved if name in channels]
        self._columns = np.array([channels.index(name) for name in names], np.intp)
        # Yaw, pitch and brow times this are weights before clipping.
        self._mix = np.array([moved[name] for name in names], np.float64).reshape(-1, 3).T.copy()
        self._factor = np.asarray(factors, np.float64)[self._columns]
        self._blinks = np.array([name.startswith("eyeBlink") for name in names], np.float64)
        held = [n for n in channels if n.startswith(("eyeSquint", "eyeWide"))]
        self._held = np.array([channels.index(n) for n in held if life.blinks], np.intp)

    def reset(self) -> None:
        """Begin the same life again."""
        self.motion.reset()

    def apply(self, frames: FloatArray, motion: Array) -> Array:
        """Move the face: weights in place; the head's pose is returned.

        Parameters
        ----------
        frames : ndarray, shape (n, C + 6)
            Weights are changed, pose is read.
        motion : ndarray, shape (n, 10)
            From `LifeMotion.push`.

        Returns
        -------
        ndarray, shape (n, 6)
            The life of the head: x, y and z in centimetres, then a rotation vector in radians.
        """
        pose = self._pose
        head = np.empty((len(frames), 6))
        head[:, :3] = motion[:, 7:] * self._place
        turn = motion[:, [5, 4, 6]] * self._turn[3:]
        head[:, 3:] = turn
        given = motion[:, 1:4].copy()
        if self._counter:
            # Eyes that hold a place turn against the head: yaw is about y, pitch about x.
            seen = (frames[:, [pose + 4, pose + 3]] + turn[:, [1, 0]]) * (180 / math.pi)
            given[:, :2] -= seen * self._counter
        weights = np.minimum(np.maximum(given @ self._mix, 0), 1)
        lid = motion[:, :1]
        weights += (1 - weights) * (lid * self._blinks)
        weights = np.minimum(weights * self._factor, 1)
        here = frames[:, self._columns]
        frames[:, self._columns] = here + (1 - here) * weights
        if len(self._held):
            # An eye that shuts can neither be wide nor squint.
            frames[:, self._held] *= 1 - lid
        return head


def _moved_channels(life: Life) -> dict[str, tuple[float, float, float]]:
    """Return the weight of each channel per degree of yaw and pitch, and per unit of the brows."""
    gaze, brows = parameters().gaze, parameters().brows
    whole = vars(gaze.degrees_per_weight)
    moved: dict[str, tuple[float, float, float]] = {}
    for side, outwards in (("Left", 1.0), ("Right", -1.0)):
        if life.gaze:
            moved[f"eyeLookOut{side}"] = (outwards / whole["out"], 0.0, 0.0)
            moved[f"eyeLookIn{side}"] = (-outwards / whole["in"], 0.0, 0.0)
            moved[f"eyeLookDown{side}"] = (0.0, 1 / whole["down"], 0.0)
            moved[f"eyeLookUp{side}"] = (0.0, -1 / whole["up"], 0.0)
        if life.blinks:
            follows = 1.0 if life.gaze else 0.0
            down, up = follows * gaze.lid_follows_down, follows * gaze.lid_follows_up
            moved[f"eyeBlink{side}"] = (0.0, down / whole["down"], 0.0)
            moved[f"eyeWide{side}"] = (0.0, -up / whole["up"], 0.0)
        if life.brows:
            moved[f"browOuterUp{side}"] = (0.0, 0.0, brows.outer_share)
    if life.brows:
        moved["browInnerUp"] = (0.0, 0.0, 1.0)
    return moved
