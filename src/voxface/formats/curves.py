"""The curves of a clip that people look at, by name, with gaps where nothing was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.face import FaceClip
from voxface.face.euler import euler_from_quaternion


@dataclass(frozen=True)
class Curve:
    """One line over the frames of a clip.

    Parameters
    ----------
    name : str
        What people call it.
    values : ndarray of float64, shape (T,)
        NaN where nothing was seen.
    unit : str
        Empty for weights of 0 to 1; ``"°"`` or ``"cm"`` for the head.
    """

    name: str
    values: NDArray[np.float64]
    unit: str = ""

    @property
    def seen(self) -> bool:
        """Whether there is anything to draw."""
        return bool(np.isfinite(self.values).any())


def weight_curve(clip: FaceClip, name: str, *channels: str) -> Curve:
    """Return the mean of the channels that were seen, frame by frame."""
    part = clip.select(channels)
    count = part.tracked.sum(axis=1)
    total = np.where(part.tracked, part.weights, 0).sum(axis=1, dtype=np.float64)
    return Curve(name, np.where(count > 0, total / np.maximum(count, 1), np.nan))


def both_sides(clip: FaceClip, name: str, channel: str) -> Curve:
    """Return the mean of a channel's left and right."""
    return weight_curve(clip, name, f"{channel}Left", f"{channel}Right")


def head_turns(clip: FaceClip) -> list[Curve]:
    """Return yaw, pitch and roll in degrees, without jumps at half a turn."""
    angles = np.degrees(np.unwrap(euler_from_quaternion(clip.head[:, 3:]), axis=0))
    return [Curve(name, angles[:, i], "°") for i, name in enumerate(("yaw", "pitch", "roll"))]


def head_moves(clip: FaceClip) -> list[Curve]:
    """Return the head's x, y and z in centimetres from rest."""
    position = clip.head[:, :3].astype(np.float64)
    return [Curve(name, position[:, i], "cm") for i, name in enumerate("xyz")]


def main_curves(clip: FaceClip) -> list[Curve]:
    """Return the few curves that tell at a glance what a clip is."""
    yaw = head_turns(clip)[0]
    return [
        weight_curve(clip, "jawOpen", "jawOpen"),
        weight_curve(clip, "mouthPucker", "mouthPucker"),
        both_sides(clip, "mouthSmile", "mouthSmile"),
        both_sides(clip, "eyeBlink", "eyeBlink"),
        Curve("head yaw", yaw.values, yaw.unit),
    ]
