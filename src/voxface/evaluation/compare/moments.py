"""The moments at which a method was furthest from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voxface.evaluation.compare.said import around
from voxface.evaluation.compare.takes import FloatArray, Pair
from voxface.face import SPEECH_CHANNELS, channel_indices

WIDTH = 0.2
"""Seconds over which the error is averaged."""
APART = 0.6
"""Seconds between two moments of one take."""
MOST_OF_A_TAKE = 2
"""Moments of one take."""


@dataclass(frozen=True)
class Moment:
    """A moment of a take.

    Attributes
    ----------
    pair : Pair
    time : float
        Seconds into the take.
    error : float
        Mean absolute error about rest of the captured jaw and mouth channels over `WIDTH`.
    """

    pair: Pair
    time: float
    error: float

    @property
    def phones(self) -> tuple[str, str, str]:
        """What was said just before, then, and just after."""
        return around(list(self.pair.take.phones), self.time)


def worst_moments(pairs: Sequence[Pair], count: int = 10) -> list[Moment]:
    """Return the moments of largest error, the worst first: at most two of a take."""
    found = [moment for pair in pairs for moment in _of_take(pair)]
    return sorted(found, key=lambda moment: -moment.error)[:count]


def _of_take(pair: Pair) -> list[Moment]:
    take = pair.take
    if not len(take.rows):
        return []
    speech = channel_indices(SPEECH_CHANNELS)
    off = pair.off[:, [c for c in speech if take.tracked[c]]].mean(axis=1)
    error = _smoothed(off, max(1, round(WIDTH * take.fps)))
    times = take.clip.times[take.rows]
    chosen: list[Moment] = []
    for row in np.argsort(-error):
        if all(abs(times[row] - other.time) >= APART for other in chosen):
            chosen.append(Moment(pair, float(times[row]), float(error[row])))
        if len(chosen) == MOST_OF_A_TAKE:
            break
    return chosen


def _smoothed(values: FloatArray, width: int) -> FloatArray:
    share = np.convolve(np.ones(len(values)), np.ones(width), mode="same")
    return np.convolve(values, np.ones(width), mode="same") / share
