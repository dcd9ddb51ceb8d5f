"""`tongueOut`: the tongue comes over the lower lip, and the lips make way for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deform import Spreader, smooth_step
from lips import lip_points, towards_middle
from strokes import Gesture

Points = NDArray[np.float64]

JAW_PART = 0.16
"""How much of `jawOpen` lies in `tongueOut`, so that teeth and lips let the tongue through."""


def tongue_fields(spreader: Spreader, fields: dict[str, Points]) -> Points:
    """Return what `tongueOut` does to the skin."""
    def part(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        middle = towards_middle(along) ** 0.8
        lower = np.where(upper < 0.4, 1.0, 0.0)
        way = np.where(upper > 0.6, 0.10, 0.0) - 0.26 * lower
        near = 1 - 0.9 * smooth_step(ring, 3.2, 5)
        return np.stack([0 * along, way * middle * near, 0.10 * lower * middle * near], axis=1)

    lips = Gesture(spreader, lip_points(spreader.skin)).lips(part).hold(2, 200).both(2.6)
    return lips + JAW_PART * fields["jawOpen"]


def tongue_out(points: Points) -> Points:
    """Return how the tongue's own vertices move at `tongueOut` 1."""
    z = points[:, 2]
    share = smooth_step(z, -4.2, 0.7)
    front = smooth_step(z, -1.5, 0.7)
    forward = 3.3 * share
    lift = 0.42 * np.exp(-(((z + 0.4) / 1.1) ** 2)) + 0.30 * front
    drop = -1.15 * front**3
    narrow = -0.22 * points[:, 0] * smooth_step(z, -2.5, -0.6)
    return np.stack([narrow, lift + drop, forward], axis=1)
