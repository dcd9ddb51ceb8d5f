"""The fold that a smile cuts between cheek and lip."""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from numpy.typing import NDArray
from occlusion import vertex_normals

Points = NDArray[np.float64]

# The fold from the wing of the nose down past the corner of the mouth, (x, y) from above.
FOLD = np.array([(2.15, -4.1), (2.62, -4.95), (3.0, -5.75), (3.32, -6.5), (3.55, -7.3)])


def cheek_fold(spreader: Spreader) -> Points:
    """Return the left fold between cheek and lip: a furrow, and the cheek that swells beside it."""
    points = spreader.skin.points
    down = np.interp(points[:, 1], FOLD[::-1, 1], np.arange(len(FOLD))[::-1])
    aside = points[:, 0] - np.interp(points[:, 1], FOLD[::-1, 1], FOLD[::-1, 0])
    deep = -0.13 * np.exp(-((aside / 0.26) ** 2)) + 0.15 * np.exp(-(((aside - 0.62) / 0.42) ** 2))
    ends = smooth_step(down, 0.0, 1.0) * smooth_step(down, 4.0, 2.4)
    where = ends * deep * (points[:, 2] > -1.5) * (points[:, 0] > 0)
    return where[:, None] * vertex_normals(points, spreader.skin.triangles)
