"""Life on the frames of a model: lids, eyes and brows as weights, and the head's pose."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.motion import MOTION, LifeMotion
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
        moved = _moved_channels(life)
        names = [name for name in channels if name in moved]
        self._columns = np.array([channels.index(name) for name in names], np.intp)
        self._factor = np.asarray(factors, np.float64)[self._columns]
        self._blinks = np.array([name.startswith("eyeBlink") for name in names], np.float64)
        # An eye that shuts can neither be wide nor squint.
        held = [bool(life.blinks) and name.startswith(("eyeSquint", "eyeWide")) for name in names]
        self._held = np.array(held, np.float64)
        pose = _pose_mix(np.asarray(factors[self._pose :], np.float64))
        # Where the eyes look in the head, and the brows. Eyes that hold a place turn against all
        # of the head's motion: yaw is about y, pitch about x.
        counter = min(1.0, life.gaze) * parameters().gaze.head_counter * 180 / math.pi
        seen = np.zeros((len(MOTION) + 2, 3))
        seen[[1, 2, 3], [0, 1, 2]] = 1
        seen[len(MOTION) :, :2] -= counter * np.eye(2)[::-1]
        seen[:, :2] -= counter * pose[:, [4, 3]]
        weights = np.array([moved[name] for name in names], np.float64).reshape(-1, 3).T
        self._mix = np.concatenate([pose, seen @ weights], axis=1)

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
        turn = self._pose + 3
        given = np.concatenate([motion, frames[:, turn : turn + 2]], axis=1)
        # `dot` and `take` are the quickest ways for the single frame of a push of 10 ms.
        mixed: Array = given.dot(self._mix)
        weights = mixed[:, 6:]
        np.minimum(np.maximum(weights, 0, out=weights), 1, out=weights)
        lid = motion[:, :1]
        weights += (1 - weights) * (lid * self._blinks)
        np.minimum(weights * self._factor, 1, out=weights)
        here = frames.take(self._columns, axis=1)
        here += (1 - here) * weights
        here *= 1 - lid * self._held
        frames[:, self._columns] = here
        return mixed[:, :6]


def _pose_mix(factors: Array) -> Array:
    """Return how motion, and two numbers more, become x, y, z and a rotation vector, (12, 6)."""
    mix = np.zeros((len(MOTION) + 2, 6))
    columns = [MOTION.index(name) for name in ("x", "y", "z", "pitch", "yaw", "roll")]
    units = [1, 1, 1, *[math.pi / 180] * 3]
    mix[columns, range(6)] = factors * units
    return mix


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
            moved[f"eyeSquint{side}"] = (0.0, 0.0, 0.0)
        if life.brows:
            moved[f"browOuterUp{side}"] = (0.0, 0.0, brows.outer_share)
    if life.brows:
        moved["browInnerUp"] = (0.0, 0.0, 1.0)
    return moved
