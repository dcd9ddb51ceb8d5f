"""What a clip is, in figures: the facts behind ``voxface inspect``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.face import FaceClip
from voxface.formats.curves import Curve, head_moves, head_turns, main_curves

STILL = 0.01
"""A channel that moves through less than this is at rest for the eye."""


@dataclass(frozen=True)
class ValueRange:
    """Lowest, mean and highest value of one curve while it was seen."""

    name: str
    low: float
    mean: float
    high: float
    unit: str = ""

    @property
    def moves(self) -> bool:
        """Whether the eye could see it move (for weights)."""
        return self.high - self.low >= STILL


@dataclass(frozen=True)
class ClipSummary:
    """A clip in figures.

    Parameters
    ----------
    fps : Fraction
        Exact frame rate.
    frames : int
        Number of frames.
    duration, start : float
        Seconds.
    channels : tuple of ValueRange
        Range of every channel that was ever seen.
    untracked : tuple of str
        Channels that were never seen.
    gaps : tuple of (float, float)
        Spans without any face, in seconds from begin to end.
    head : tuple of ValueRange
        Yaw, pitch, roll in degrees, x, y, z in centimetres.
    curves : tuple of Curve
        What to draw.
    metadata : mapping
        The clip's own.
    """

    fps: Fraction
    frames: int
    duration: float
    start: float
    channels: tuple[ValueRange, ...]
    untracked: tuple[str, ...]
    gaps: tuple[tuple[float, float], ...]
    head: tuple[ValueRange, ...]
    curves: tuple[Curve, ...]
    metadata: Mapping[str, Any]


def summarize(clip: FaceClip) -> ClipSummary:
    """Return a clip's figures."""
    ranges = []
    untracked = []
    head = [
        _range(curve.name, curve.values, curve.unit)
        for curve in (*head_turns(clip), *head_moves(clip))
        if len(clip)
    ]
    for column, name in enumerate(clip.channels):
        seen = clip.weights[clip.tracked[:, column], column]
        if len(seen):
            ranges.append(_range(name, seen))
        else:
            untracked.append(name)
    return ClipSummary(
        fps=clip.fps,
        frames=len(clip),
        duration=clip.duration,
        start=clip.start,
        channels=tuple(ranges),
        untracked=tuple(untracked),
        gaps=find_gaps(clip),
        head=tuple(head),
        curves=tuple(main_curves(clip)),
        metadata=clip.metadata,
    )


def find_gaps(clip: FaceClip) -> tuple[tuple[float, float], ...]:
    """Return the spans in which no channel was tracked, in seconds on the sound's clock."""
    lost = ~clip.tracked.any(axis=1)
    edges = np.flatnonzero(np.diff(lost.astype(np.int8), prepend=0, append=0))
    seconds = clip.start + edges / float(clip.fps)
    return tuple((float(begin), float(end)) for begin, end in seconds.reshape(-1, 2))


def _range(name: str, values: NDArray[np.floating[Any]], unit: str = "") -> ValueRange:
    low, mean, high = float(values.min()), float(values.mean()), float(values.max())
    return ValueRange(name, low, mean, high, unit)
