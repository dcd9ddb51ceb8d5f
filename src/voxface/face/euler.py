"""Yaw, pitch and roll of a head, and the quaternion they stand for.

The convention is that of Apple's AR session and of Live Link Face, on the axes of `FaceClip.head`
(+x the subject's left, +y up, +z out of the face): ``R = R_y(yaw) R_x(pitch) R_z(roll)``, so that
roll is applied first and yaw last. All angles are right-handed: positive yaw turns the nose to the
subject's left, positive pitch lowers it, positive roll lifts the subject's left ear.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face.rotation import FloatArray, normalized


def euler_from_quaternion(quaternions: ArrayLike) -> FloatArray:
    """Turn unit quaternions (..., 4), w first, into yaw, pitch and roll (..., 3) in radians.

    Returns
    -------
    ndarray, shape (..., 3)
        Yaw and roll in -pi to pi, pitch in -pi/2 to pi/2. A face that looks straight up or down
        leaves yaw and roll undecided; roll is then 0.

    Notes
    -----
    Diebel, "Representing attitude: Euler angles, unit quaternions, and rotation vectors",
    Stanford University, 2006; the sequence here is y, x, z.
    """
    w, x, y, z = np.moveaxis(normalized(quaternions), -1, 0)
    sine = np.clip(2 * (w * x - y * z), -1.0, 1.0)
    upright = np.abs(sine) < 1 - 1e-12
    yaw = np.where(
        upright,
        np.arctan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y)),
        np.arctan2(2 * (w * y - x * z), 1 - 2 * (y * y + z * z)),
    )
    roll = np.where(upright, np.arctan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z)), 0.0)
    return np.stack([yaw, np.arcsin(sine), roll], axis=-1)


def quaternion_from_euler(angles: ArrayLike) -> FloatArray:
    """Turn yaw, pitch and roll (..., 3) in radians into unit quaternions (..., 4), w first."""
    half: NDArray[np.float64] = np.asarray(angles, dtype=np.float64) / 2
    (cy, cp, cr), (sy, sp, sr) = (np.moveaxis(part, -1, 0) for part in (np.cos(half), np.sin(half)))
    return np.stack(
        [
            cy * cp * cr + sy * sp * sr,
            cy * sp * cr + sy * cp * sr,
            sy * cp * cr - cy * sp * sr,
            cy * cp * sr - sy * sp * cr,
        ],
        axis=-1,
    )
