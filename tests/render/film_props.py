"""What heads in these tests are made of, and what they do."""

from __future__ import annotations

import numpy as np

from voxface.face import ARKIT_CHANNELS, FaceClip


def ball(radius: float, centre: tuple[float, float, float], rings: int = 16):
    """Return vertices (V, 3) and triangles (F, 3) of a closed ball, seen from outside."""
    turn = np.arange(2 * rings) * np.pi / rings
    tilt = np.pi * np.arange(1, rings) / rings
    grid = np.stack(
        [
            np.outer(np.sin(tilt), np.sin(turn)),
            np.outer(np.cos(tilt), np.ones_like(turn)),
            np.outer(np.sin(tilt), np.cos(turn)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    points = np.concatenate([grid, [[0, 1, 0], [0, -1, 0]]])
    across, triangles = 2 * rings, []
    for row in range(rings - 2):
        for column in range(across):
            a, b = row * across + column, row * across + (column + 1) % across
            triangles += [[a, a + across, b], [b, a + across, b + across]]
    top, bottom, last = len(grid), len(grid) + 1, (rings - 2) * across
    for column in range(across):
        following = (column + 1) % across
        triangles += [[top, column, following], [bottom, last + following, last + column]]
    return points * radius + centre, np.array(triangles, np.int32)


def jaw_clip(jaw: np.ndarray, fps: object = 30, **more: object) -> FaceClip:
    """Return a clip of ``jawOpen`` alone, shape (T,)."""
    weights = np.zeros((len(jaw), len(ARKIT_CHANNELS)), np.float32)
    weights[:, ARKIT_CHANNELS.index("jawOpen")] = jaw
    return FaceClip(weights, fps, **more)
