"""What `tongueOut` does to jaw and lips, so that the tongue may come out between them."""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from lips import lip_points, towards_middle
from numpy.typing import NDArray
from strokes import Gesture

Points = NDArray[np.float64]

JAW_PART = 0.36
"""How much of `jawOpen` lies in `tongueOut`, so that teeth and lips let the tongue through."""


def tongue_fields(spreader: Spreader, fields: dict[str, Points]) -> Points:
    """Return what `tongueOut` does to the skin."""

    def part(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        middle = towards_middle(along) ** 0.6
        lower = np.where(upper < 0.4, 1.0, 0.0)
        way = np.where(upper > 0.6, 0.10, 0.0) - 0.34 * lower
        near = 1 - 0.9 * smooth_step(ring, 3.2, 5)
        return np.stack([0 * along, way * middle * near, 0.06 * lower * middle * near], axis=1)

    lips = Gesture(spreader, lip_points(spreader.skin)).lips(part).hold(2, 200).both(2.6)
    return lips + JAW_PART * fields["jawOpen"]
