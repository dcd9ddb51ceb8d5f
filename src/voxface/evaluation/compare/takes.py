"""One captured take, and what a method says of it, at the same moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.examples import Example
from voxface.evaluation.head_lips import MouthSize
from voxface.evaluation.metrics import about_rest
from voxface.evaluation.takes import truth
from voxface.face import FaceClip
from voxface.face.euler import euler_from_quaternion
from voxface.phones.times import TimedPhone

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Take:
    """A captured take, N frames in which the face was seen.

    Attributes
    ----------
    group : str
        Its part of the honest split.
    example : Example
    clip : FaceClip
        The captured face, all ARKit channels.
    rows : ndarray of int, shape (N,)
        Frames of the clip in which the face was seen.
    at : ndarray of int, shape (N,)
        The same moments in 10 ms frames of the example.
    phones : sequence of TimedPhone
        What is said; empty where it is not known.
    gauge : callable
        Measures the mouth of a head that shows a clip.
    """

    group: str
    example: Example
    clip: FaceClip
    rows: NDArray[np.int_]
    at: NDArray[np.int_]
    phones: Sequence[TimedPhone]
    gauge: Callable[[FaceClip], MouthSize]

    @property
    def name(self) -> str:
        """Return the take's name."""
        return self.example.name

    @property
    def fps(self) -> float:
        """Frames per second of the capture."""
        return float(self.clip.fps)

    @cached_property
    def resting(self) -> NDArray[np.bool_]:
        """Whether nobody speaks at a seen frame, shape (N,)."""
        return np.asarray(self.example.speech[self.at] == 0)

    @cached_property
    def tracked(self) -> NDArray[np.bool_]:
        """Which channels the capture knows, shape (C,)."""
        return np.asarray(self.clip.tracked[self.rows].any(axis=0))

    @cached_property
    def own(self) -> FloatArray:
        """The captured weights, shape (N, C)."""
        return np.asarray(self.clip.weights[self.rows], np.float64)

    @cached_property
    def own_rest(self) -> FloatArray:
        """The captured weights of the face at rest, shape (C,)."""
        return np.asarray((self.own - about_rest(self.own, self.resting))[0])

    @property
    def has_head(self) -> bool:
        """Whether the capture knows the head's pose."""
        return self.example.about.get("pose") != "unknown"

    @cached_property
    def own_head(self) -> FloatArray:
        """The captured head, as `head_about_rest`."""
        return head_about_rest(self.clip.head[self.rows], self.resting)

    @cached_property
    def size(self) -> MouthSize:
        """What the default head's mouth measures where it shows the captured face."""
        return self.gauge(self.at_rest())

    def at_rest(self) -> FaceClip:
        """Return the captured clip less its own rest, not below 0: as a rig should show it."""
        weights = np.clip(self.clip.weights - self.own_rest, 0, 1)
        return FaceClip(
            np.where(self.clip.tracked, weights, 0),
            self.clip.fps,
            self.clip.channels,
            head=self.clip.head,
            start=self.clip.start,
        )


@dataclass(frozen=True, eq=False)
class Pair:
    """A take, and what a method says of it.

    Attributes
    ----------
    take : Take
    clip : FaceClip
        The prediction at 100 fps.
    """

    take: Take
    clip: FaceClip

    @cached_property
    def said(self) -> FloatArray:
        """The predicted weights at the seen frames, shape (N, C)."""
        return np.asarray(self.clip.weights[self.take.at], np.float64)

    @cached_property
    def off(self) -> FloatArray:
        """Absolute differences about rest, shape (N, C); NaN in channels that no one captured."""
        take = self.take
        off = np.abs(about_rest(self.said, take.resting) - about_rest(take.own, take.resting))
        off[:, ~take.tracked] = np.nan
        return off

    @cached_property
    def size(self) -> MouthSize:
        """What the default head's mouth measures at 100 Hz where it shows the prediction."""
        return self.take.gauge(self.clip)

    @cached_property
    def gap_off(self) -> FloatArray:
        """Absolute differences of the gap between the lips in millimetres, shape (N,)."""
        return np.abs(self.size.gap[self.take.at] - self.take.size.gap[self.take.rows])

    @cached_property
    def said_head(self) -> FloatArray:
        """The predicted head, as `head_about_rest`."""
        return head_about_rest(self.clip.head[self.take.at], self.take.resting)


def align(
    group: str,
    example: Example,
    phones: Sequence[TimedPhone],
    gauge: Callable[[FaceClip], MouthSize],
) -> Take:
    """Read the captured face of an example, and find the frames in which it was seen."""
    clip = truth(example)
    rows = np.flatnonzero(clip.tracked.any(axis=1))
    at = np.round(clip.times[rows] * 100).astype(int)
    inside = (at >= 0) & (at < len(example))
    return Take(group, example, clip, rows[inside], at[inside], phones, gauge)


def head_about_rest(head: NDArray[np.float32], resting: NDArray[np.bool_]) -> FloatArray:
    """Return yaw, pitch, roll in degrees and x, y, z in centimetres about rest, shape (T, 6)."""
    turned = np.degrees(euler_from_quaternion(head[:, 3:]))
    values = np.concatenate([turned, head[:, :3]], axis=1).astype(np.float64)
    return np.asarray(values - np.median(values[resting] if resting.any() else values, axis=0))
