"""Nostrils: the skin under the tip of the nose drawn up into two hollows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

CENTRE = np.array([0.72, -4.44, 2.88])
SIZE = np.array([0.28, 0.24, 0.40])
INWARDS = np.array([-0.08, 0.42, -0.20])


def nostril(points: Points) -> Points:
    """Return how deep in a nostril points of the skin lie, 0 to 1, on both sides."""
    folded = points * np.where(points[..., :1] < 0, (-1.0, 1.0, 1.0), 1.0)
    square = np.sum(((folded - CENTRE) / SIZE) ** 2, axis=-1)
    return np.exp(-(square**1.5))


def hollowed(points: Points) -> Points:
    """Return the skin with its nostrils."""
    side = np.where(points[:, :1] < 0, -1.0, 1.0) * (1, 0, 0) + (0, 1, 1)
    return points + nostril(points)[:, None] * INWARDS * side
