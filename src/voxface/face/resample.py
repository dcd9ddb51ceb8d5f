"""Interpolation between frames, shared by whole clips and by streams."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.face.rotation import slerp


def interpolate_frames(
    weights: NDArray[np.float32], head: NDArray[np.float32], positions: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read frames at fractional positions: linear on weights and position, slerp on rotation.

    Parameters
    ----------
    weights : ndarray, shape (T, C)
        Frames to read from; T is at least 1.
    head : ndarray, shape (T, 7)
        Position in centimetres and unit quaternion of the same frames.
    positions : ndarray, shape (N,)
        Where to read, in frames. Before 0 the first frame holds, after T - 1 the last.

    Returns
    -------
    weights : ndarray, shape (N, C)
    head : ndarray, shape (N, 7)
    """
    last = len(weights) - 1
    bounded = np.minimum(np.maximum(positions, 0), last)
    below = bounded.astype(np.int64)
    above = np.minimum(below + 1, last)
    fraction = bounded - below
    blend = fraction.astype(np.float32)[:, None]
    mixed = weights[below]
    mixed += blend * (weights[above] - mixed)
    pose = np.empty((len(positions), 7), np.float32)
    pose[:, :3] = head[below, :3] + blend * (head[above, :3] - head[below, :3])
    pose[:, 3:] = slerp(head[below, 3:], head[above, 3:], fraction)
    return mixed, pose
