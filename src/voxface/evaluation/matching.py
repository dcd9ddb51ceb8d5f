"""A captured take and a prediction of it, frame by frame at the same moments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.rotation import rotation_vector_from_quaternion

FloatArray = NDArray[np.float64]

POSITION = ("head x", "head y", "head z")
TURN = ("head pitch", "head yaw", "head roll")
COLUMNS = (*ARKIT_CHANNELS, *POSITION, *TURN)
"""What is compared: weights, centimetres, and the parts of the rotation vector in degrees."""
STEADY = np.array([0.01] * len(ARKIT_CHANNELS) + [0.05] * 3 + [0.5] * 3)
"""A column whose true standard deviation is below this does not move."""
HIGHEST = 1.5
"""A weight above this is no weight: percentages, for one."""
COVERED = 0.8
"""Share of the seen frames that a prediction must reach."""
LONGEST = 1.25
"""How much longer than the take a prediction may be: beyond, its frame rate is wrong."""


@dataclass(frozen=True, eq=False)
class Matched:
    """A take at the N frames in which its face was seen.

    Attributes
    ----------
    times : ndarray, shape (N,)
        Seconds on the sound's clock.
    said, own : ndarray, shape (N, 58)
        Predicted and captured values of `COLUMNS`.
    tracked : ndarray of bool, shape (58,)
        Columns that the capture knows.
    resting : ndarray of bool, shape (N,)
        Where nobody speaks.
    unseen : int
        Captured frames without a face, which are left out.
    predicted, true : FaceClip
        The prediction at 100 fps, and the capture at its own rate.
    """

    example: Example
    times: FloatArray
    said: FloatArray
    own: FloatArray
    tracked: NDArray[np.bool_]
    resting: NDArray[np.bool_]
    unseen: int
    predicted: FaceClip
    true: FaceClip

    @property
    def fps(self) -> float:
        """Frames per second of the capture."""
        return float(self.true.fps)

    @cached_property
    def moving(self) -> NDArray[np.bool_]:
        """Columns that are tracked and move, shape (58,)."""
        return np.asarray(self.tracked & (self.own.std(axis=0) >= STEADY))

    @cached_property
    def unbroken(self) -> slice:
        """The longest run of seen frames without a gap: what differences are taken over."""
        breaks = np.flatnonzero(np.diff(self.times) > 1.5 / self.fps) + 1
        edges = np.concatenate([[0], breaks, [len(self.times)]])
        longest = int(np.diff(edges).argmax())
        return slice(int(edges[longest]), int(edges[longest + 1]))

    @cached_property
    def within(self) -> NDArray[np.bool_]:
        """Frames of the prediction between the first and the last seen frame."""
        clock = self.predicted.times
        return np.asarray((clock >= self.times[0]) & (clock <= self.times[-1]))

    def own_at_feature_rate(self, curve: NDArray[np.floating]) -> FloatArray:
        """Return a captured curve (N,) at the frames of the prediction that are `within`."""
        return np.asarray(np.interp(self.predicted.times[self.within], self.times, curve))


def match(example: Example, predicted: FaceClip, true: FaceClip) -> Matched:
    """Bring a prediction and a capture together: channels by name, frames by time.

    Parameters
    ----------
    example : Example
        The take; `true` is its captured clip.
    predicted : FaceClip
        At any frame rate.

    Raises
    ------
    VoxfaceError
        If the prediction cannot be of this take: too short, far too long, or no weights.
    """
    name, seconds = example.name, len(example) / FRAME_RATE
    if len(predicted) and float(predicted.weights.max()) > HIGHEST:
        raise VoxfaceError(
            f"a prediction for '{name}' has weights up to {predicted.weights.max():g}; weights are "
            "0 to 1, so divide percentages by 100"
        )
    if predicted.duration > LONGEST * seconds + 0.5:
        raise VoxfaceError(
            f"a prediction for '{name}' lasts {predicted.duration:.2f} s and the take "
            f"{seconds:.2f} s; check its frame rate"
        )
    if not set(predicted.channels) & set(ARKIT_CHANNELS):
        raise VoxfaceError(f"a prediction for '{name}' has none of the 52 ARKit channels")
    predicted = predicted.select(ARKIT_CHANNELS).resample(FRAME_RATE)
    seen = true.tracked.any(axis=1)
    at = np.round((true.times - predicted.start) * FRAME_RATE).astype(int)
    fits = (at >= 0) & (at < len(predicted)) & (true.times * FRAME_RATE < len(example))
    if (seen & fits).sum() < max(8, COVERED * seen.sum()):
        raise VoxfaceError(
            f"a prediction for '{name}' covers {(seen & fits).sum()} of {seen.sum()} captured "
            "frames; predict the whole take, and check frame rate and start"
        )
    chosen = seen & fits
    at = at[chosen]
    pose_known = example.about.get("pose") != "unknown"
    rows = np.minimum(np.round(true.times[chosen] * FRAME_RATE).astype(int), len(example) - 1)
    return Matched(
        example,
        true.times[chosen],
        _values(predicted, at),
        _values(true, np.flatnonzero(chosen)),
        np.concatenate([true.tracked.any(axis=0), np.full(6, pose_known)]),
        example.speech[rows] == 0,
        int((~seen).sum()),
        predicted,
        true,
    )


def _values(clip: FaceClip, rows: NDArray[np.int_]) -> FloatArray:
    """Return the values of `COLUMNS` at some frames of a clip of all ARKit channels."""
    head = clip.head[rows]
    turn = np.degrees(rotation_vector_from_quaternion(head[:, 3:]))
    return np.concatenate([clip.weights[rows], head[:, :3], turn], axis=1, dtype=np.float64)
