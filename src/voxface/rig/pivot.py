"""Where a head turns when its file does not say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def guess_pivot(neutral: NDArray[np.float32], deltas: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the point about which a head turns, guessed from the part that morph targets move.

    The joint between skull and neck lies on the level of the upper lip, and behind the nose by
    some nine tenths of the height from chin to brows.

    Parameters
    ----------
    neutral : ndarray, shape (V, 3)
    deltas : ndarray, shape (N, V, 3)

    Returns
    -------
    ndarray, shape (3,)
        In the unit of `neutral`.
    """
    moving = np.abs(deltas).max(axis=(0, 2)) > 0.2 * max(float(np.abs(deltas).max()), 1e-9)
    face = neutral[moving] if moving.any() else neutral
    low, high = face.min(axis=0).astype(np.float64), face.max(axis=0).astype(np.float64)
    height = high[1] - low[1]
    return np.array([(low[0] + high[0]) / 2, low[1] + 0.4 * height, high[2] - 0.9 * height])
