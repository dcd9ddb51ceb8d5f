"""The frame rate of a Live Link Face file, which only its timecodes tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from voxface.formats.timecode import split_timecodes
from voxface.formats.timeline import DEFAULT_RATE, likely_rate

WHOLE_RATES = (24, 25, 30, 48, 50, 60, 90, 100, 120)


@dataclass(frozen=True)
class Timing:
    """When the rows of a file happened.

    Parameters
    ----------
    fps : Fraction
        Rows per second.
    positions : ndarray, shape (n,), or None
        Place of each row in frames from the first; None: the rows are taken as even.
    notes : dict
        What the clip's metadata should say of it.
    """

    fps: Fraction
    positions: NDArray[np.float64] | None = None
    notes: dict[str, object] = field(default_factory=dict)


def infer_timing(timecodes: Sequence[str]) -> Timing:
    """Find the frame rate and the place of every row from its timecode.

    How many frames a second counts shows where timecode goes from one second to the next. In a
    take too short for that the rate is assumed: the length if it is exactly one second of a common
    rate, otherwise 60, which is what the app records at.
    """
    if not timecodes:
        return Timing(DEFAULT_RATE, notes={"frame_rate": "assumed: the file has no timecodes"})
    parts = split_timecodes(timecodes)
    if parts is None:
        return Timing(DEFAULT_RATE, notes={"frame_rate": "assumed: timecodes are not readable"})
    seconds, frames = parts
    rate = _rollover_rate(seconds, frames)
    notes: dict[str, object] = {"start_timecode": timecodes[0]}
    if rate is None:
        if seconds[0] != seconds[-1]:
            text = "assumed: timecodes do not count frames"
            return Timing(DEFAULT_RATE, notes={"frame_rate": text})
        rate = _short_rate(frames)
        notes["frame_rate"] = "assumed: the take is too short to tell"
    notes["timecode_rate"] = rate
    total = seconds * rate + frames
    steps = np.diff(total)
    step = float(np.median(steps)) if len(steps) else 1.0
    if step <= 0:
        return Timing(DEFAULT_RATE, notes={"frame_rate": "assumed: timecodes stand still"})
    fps = Fraction(rate) if abs(step - 1) < 0.02 else likely_rate(rate / step, tolerance=0.01)
    return Timing(fps, (total - total[0]) * float(fps / rate), notes)


def _rollover_rate(seconds: NDArray[np.float64], frames: NDArray[np.float64]) -> int | None:
    """Return how many frames timecode counts to a second; None if no second begins in the take."""
    same = np.diff(seconds) == 0
    steps = np.diff(frames)
    rolls = np.flatnonzero(np.diff(seconds) == 1)
    if not same.any() or not len(rolls):
        return None
    step = float(np.median(steps[same]))
    counted = frames[rolls] + step - frames[rolls + 1]
    rate = round(float(np.median(counted)))
    return max(rate, int(frames.max()) + 1) if rate > 0 else None


def _short_rate(frames: NDArray[np.float64]) -> int:
    counted = int(frames.max()) + 1
    if frames[0] == 0 and len(frames) == counted and counted in WHOLE_RATES:
        return counted
    return next((rate for rate in (60, *WHOLE_RATES) if rate >= counted), counted)
