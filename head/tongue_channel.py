"""`tongueOut`: the tongue comes over the lower lip, and the lips make way for it."""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from lips import lip_points, towards_middle
from numpy.typing import NDArray
from strokes import Gesture
from tongue import SECTIONS

Points = NDArray[np.float64]

JAW_PART = 0.25
"""How much of `jawOpen` lies in `tongueOut`, so that teeth and lips let the tongue through."""


def tongue_fields(spreader: Spreader, fields: dict[str, Points]) -> Points:
    """Return what `tongueOut` does to the skin."""
    def part(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        middle = towards_middle(along) ** 0.8
        lower = np.where(upper < 0.4, 1.0, 0.0)
        way = np.where(upper > 0.6, 0.14, 0.0) - 0.30 * lower
        near = 1 - 0.9 * smooth_step(ring, 3.2, 5)
        return np.stack([0 * along, way * middle * near, 0.10 * lower * middle * near], axis=1)

    lips = Gesture(spreader, lip_points(spreader.skin)).lips(part).hold(2, 200).both(2.6)
    return lips + JAW_PART * fields["jawOpen"]


# The middle of the tongue's back, at rest and out: z at rest, then z and y when it is out.
WAY = np.array([
    (-4.6, -4.6, -9.8), (-3.8, -3.4, -8.95), (-2.9, -1.7, -8.2), (-2.0, 0.0, -7.88),
    (-1.25, 1.25, -7.76), (-0.6, 2.2, -7.76), (-0.12, 2.85, -7.80), (0.2, 3.25, -7.88),
    (0.4, 3.5, -7.95), (0.52, 3.66, -8.0),
])  # fmt: skip


def tongue_out(points: Points) -> Points:
    """Return how the tongue's own vertices move at `tongueOut` 1.

    It leaves nearly level: a straight way from rest to a hanging tongue would lead through the
    lower lip.
    """
    x, y, z = points.T
    middle = np.interp(z, SECTIONS[:, 0], SECTIONS[:, 1])
    flatter = 1 - 0.48 * smooth_step(z, -2.5, -0.8)
    out_z, out_y = (np.interp(z, WAY[:, 0], WAY[:, i]) for i in (1, 2))
    out_z = out_z + np.maximum(z - WAY[-1, 0], 0)
    narrow = -0.30 * x * smooth_step(z, -2.5, -0.8)
    hang = 0.03 * smooth_step(np.abs(x), 0.2, 1.3) * smooth_step(z, -1.5, -0.2)
    return np.stack([narrow, out_y + hang + (y - middle) * flatter - y, out_z - z], axis=1)
