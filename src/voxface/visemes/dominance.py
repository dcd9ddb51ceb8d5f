"""Coarticulation by dominance functions: how looks in time blend into curves.

Every look rules the mouth most in its own time and less the further away, and each look's
negative exponential decides how fast its rule ends before and after it. A channel stands where the
looks want it, averaged by their dominance at that moment:

    D_s(t) = alpha_s exp(-theta_s d_s(t)^c)        F(t) = sum_s D_s(t) T_s / sum_s D_s(t)

with T_s the target of look s and c = 1.

Notes
-----
Cohen & Massaro (1993), "Modeling coarticulation in synthetic visual speech", in Thalmann &
Thalmann (eds.), Models and Techniques in Computer Animation, Springer, 139-156. There the distance
d is counted from the middle of the segment; here from a core of it (`Dominance.core`), so that a
long vowel and a long silence hold what they reach. A core of 0 is the published function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RATE = 100
"""Frames per second of the curves; frame t stands at t x 10 ms."""
EDGE = 0.06
"""Seconds from its ends at which a long look's core begins and ends, however long it is."""
NEGLIGIBLE = 30.0
"""Beyond an exponent so large a look is not reckoned with: e^-30 of its dominance."""


@dataclass(frozen=True)
class Dominance:
    """How strongly a look rules, and how far.

    Attributes
    ----------
    alpha : float
        Strength in its own time, above 0; 1 is a plain vowel's.
    before, after : float
        Rates theta, per second, at which the rule begins and ends: 20 halves it every 35 ms.
    core : float
        Share of the look's own duration, about its middle, in which it rules fully: 0 to 1. A
        long look rules fully to within `EDGE` of both its ends.
    """

    alpha: float
    before: float
    after: float
    core: float = 0.0


@dataclass(frozen=True)
class Segment:
    """A look in time with what it wants.

    Attributes
    ----------
    start, end : float
        Seconds.
    target : ndarray, shape (C,)
        What each channel goes to.
    dominance : Dominance
    """

    start: float
    end: float
    target: FloatArray
    dominance: Dominance


def blend(segments: Sequence[Segment], frames: int, lead: float = 0.0) -> FloatArray:
    """Blend looks into curves.

    Parameters
    ----------
    segments : sequence of Segment
        At least one.
    frames : int
        Length of the curves in frames of 10 ms.
    lead : float
        Seconds by which the curves run ahead of the segments' times.

    Returns
    -------
    ndarray of float64, shape (frames, C)
        Always between the smallest and the largest target.
    """
    width = len(segments[0].target)
    wanted = np.zeros((frames, width))
    total = np.zeros(frames)
    # The largest exponent of each frame is taken out, so that far from all looks the nearest
    # still rules and nothing is divided by zero.
    nearest = np.full(frames, -np.inf)
    spans = [(_reach(segment, frames, lead), segment) for segment in segments]
    for span, segment in spans:
        nearest[span] = np.maximum(nearest[span], _exponent(segment, span, lead))
    for span, segment in spans:
        strength = np.exp(_exponent(segment, span, lead) - nearest[span])
        total[span] += strength
        wanted[span] += strength[:, None] * segment.target
    return np.divide(wanted, total[:, None], out=wanted, where=total[:, None] > 0)


def _reach(segment: Segment, frames: int, lead: float) -> slice:
    """Return the frames on which a segment has a say."""
    rule = segment.dominance
    first = (segment.start - lead - NEGLIGIBLE / rule.before) * RATE
    last = (segment.end - lead + NEGLIGIBLE / rule.after) * RATE
    begin = min(max(0, int(first)), frames)
    return slice(begin, max(begin, min(frames, int(last) + 2)))


def _exponent(segment: Segment, span: slice, lead: float) -> FloatArray:
    """Return the logarithm of the dominance of a segment at the frames of a span."""
    rule = segment.dominance
    time = np.arange(span.start, span.stop) / RATE + lead
    middle = (segment.start + segment.end) / 2
    length = segment.end - segment.start
    half = max(rule.core * length / 2, length / 2 - EDGE)
    early = np.maximum(middle - half - time, 0)
    late = np.maximum(time - middle - half, 0)
    return np.asarray(np.log(rule.alpha) - rule.before * early - rule.after * late)
