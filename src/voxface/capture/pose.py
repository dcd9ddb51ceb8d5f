"""Head pose: from 4x4 face matrices in camera space to motion about the take's own rest.

MediaPipe's matrix carries points of its canonical face (centimetres; +x the subject's left, +y up,
+z out of the face) into camera space (+x to the right of the picture, +y up, +z towards the
viewer). For a face that looks into the camera the axes agree and the rotation is the identity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face.rotation import (
    multiplied,
    quaternion_from_rotation_vector,
    rotation_vector_from_quaternion,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class RestPose:
    """Where a head rests, in camera space.

    Parameters
    ----------
    position : ndarray, shape (3,)
        Centimetres.
    rotation : ndarray, shape (4,)
        Unit quaternion, w first.
    """

    position: FloatArray
    rotation: FloatArray


def rest_pose(matrices: ArrayLike) -> RestPose:
    """Return the median pose of a take.

    Parameters
    ----------
    matrices : array_like, shape (N, 4, 4)
        Face to camera, centimetres; N is at least 1.

    Notes
    -----
    The median of rotations is taken component by component on rotation vectors about a first
    guess, twice, so that a few wild frames do not carry it away.
    """
    matrix = np.asarray(matrices, dtype=np.float64)
    rotations = quaternions_from_matrices(matrix[:, :3, :3])
    rest = rotations[len(rotations) // 2]
    for _ in range(2):
        about_rest = rotation_vector_from_quaternion(multiplied(conjugated(rest), rotations))
        step = quaternion_from_rotation_vector(np.median(about_rest, axis=0))
        rest = multiplied(rest, step)
    return RestPose(np.median(matrix[:, :3, 3], axis=0), rest)


def head_motion(matrices: ArrayLike, rest: RestPose) -> NDArray[np.float32]:
    """Return head poses about a rest pose, in the axes of the resting face.

    Parameters
    ----------
    matrices : array_like, shape (N, 4, 4)
        Face to camera, centimetres.
    rest : RestPose
        The pose that becomes position 0 and the identity rotation.

    Returns
    -------
    ndarray, shape (N, 7)
        x, y, z in centimetres, then the unit quaternion w, x, y, z with w at least 0.
    """
    matrix = np.asarray(matrices, dtype=np.float64)
    back = conjugated(rest.rotation)
    rotations = multiplied(back, quaternions_from_matrices(matrix[:, :3, :3]))
    rotations = np.where(rotations[:, :1] < 0, -rotations, rotations)
    positions = _rotated(back, matrix[:, :3, 3] - rest.position)
    return np.hstack([positions, rotations]).astype(np.float32)


def quaternions_from_matrices(matrices: ArrayLike) -> FloatArray:
    """Return the unit quaternions (N, 4) of the rotations nearest to matrices (N, 3, 3).

    Notes
    -----
    Bar-Itzhack, "New method for extracting the quaternion from a rotation matrix", Journal of
    Guidance, Control and Dynamics 23 (2000): the eigenvector of the largest eigenvalue.
    """
    m = np.asarray(matrices, dtype=np.float64)
    xx, yy, zz = m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]
    k = np.empty((len(m), 4, 4))  # rows and columns: w, x, y, z; only the lower half is read
    k[:, 0, 0] = xx + yy + zz
    k[:, 1, 0] = m[:, 2, 1] - m[:, 1, 2]
    k[:, 2, 0] = m[:, 0, 2] - m[:, 2, 0]
    k[:, 3, 0] = m[:, 1, 0] - m[:, 0, 1]
    k[:, 1, 1] = xx - yy - zz
    k[:, 2, 1] = m[:, 1, 0] + m[:, 0, 1]
    k[:, 3, 1] = m[:, 2, 0] + m[:, 0, 2]
    k[:, 2, 2] = yy - xx - zz
    k[:, 3, 2] = m[:, 2, 1] + m[:, 1, 2]
    k[:, 3, 3] = zz - xx - yy
    vectors: FloatArray = np.linalg.eigh(k, UPLO="L")[1]
    return vectors[:, :, -1]


def conjugated(quaternions: FloatArray) -> FloatArray:
    """Return the opposite rotations of unit quaternions (..., 4)."""
    signs: FloatArray = np.array([1.0, -1.0, -1.0, -1.0])
    return quaternions * signs


def _rotated(rotation: FloatArray, points: FloatArray) -> FloatArray:
    pure = np.concatenate([np.zeros((len(points), 1)), points], axis=1)
    turned: FloatArray = multiplied(multiplied(rotation, pure), conjugated(rotation))
    return turned[:, 1:]
