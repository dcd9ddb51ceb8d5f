"""Rotations as unit quaternions (w, x, y, z) and rotation vectors, on arrays.

SciPy's `Rotation` does all of this, but importing it takes longer than animating a short file, and
these few formulas lie on that path. The tests compare every function here with SciPy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def normalized(quaternions: ArrayLike) -> FloatArray:
    """Scale quaternions (..., 4) to length one; a zero quaternion becomes the identity."""
    result = np.array(quaternions, dtype=np.float64)
    lengths = np.linalg.norm(result, axis=-1, keepdims=True)
    result[lengths[..., 0] == 0] = (1.0, 0.0, 0.0, 0.0)
    return result / np.where(lengths == 0, 1.0, lengths)


def quaternion_from_rotation_vector(vectors: ArrayLike) -> FloatArray:
    """Turn rotation vectors (..., 3) in radians into unit quaternions (..., 4), w first."""
    vector = np.asarray(vectors, dtype=np.float64)
    # sin(x) / x is 1 for the smallest x, and not defined at zero.
    half = np.maximum(np.sqrt(_dot(vector, vector)) / 2, 1e-30)
    return np.concatenate([np.cos(half), vector * (np.sin(half) / (2 * half))], axis=-1)


def rotation_vector_from_quaternion(quaternions: ArrayLike) -> FloatArray:
    """Turn unit quaternions (..., 4), w first, into rotation vectors (..., 3) in radians."""
    quaternion = normalized(quaternions)
    quaternion = np.where(quaternion[..., :1] < 0, -quaternion, quaternion)
    length = np.linalg.norm(quaternion[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(length, quaternion[..., :1])
    scale = np.divide(angle, length, out=np.full_like(length, 2.0), where=length > 1e-9)
    return np.asarray(quaternion[..., 1:] * scale)


def multiplied(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Return the products of quaternions (..., 4), w first: the second rotation, then the first."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    pairs = one[..., :, None] * other[..., None, :]
    return np.asarray(pairs.reshape(*pairs.shape[:-2], 16) @ _HAMILTON)


def rotated(quaternions: ArrayLike, points: ArrayLike) -> FloatArray:
    """Turn points (..., 3) by unit quaternions (..., 4), w first."""
    rotation, point = np.asarray(quaternions, np.float64), np.asarray(points, np.float64)
    axis = rotation[..., 1:]
    # Rodrigues' formula in quaternions: p + 2 w (a x p) + 2 a x (a x p).
    twice = 2 * np.cross(axis, point)
    return np.asarray(point + rotation[..., :1] * twice + np.cross(axis, twice))


_INTO = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
_SIGN = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, -1, -1, 1], [1, 1, -1, -1]])
_HAMILTON: FloatArray = np.eye(4)[_INTO.reshape(16)] * _SIGN.reshape(16, 1)
"""Row 4a + b says into which component, with which sign, the product of components a, b goes."""


def slerp(start: ArrayLike, end: ArrayLike, fraction: ArrayLike) -> FloatArray:
    """Interpolate between unit quaternions (..., 4) along the shorter arc.

    Parameters
    ----------
    start, end : array_like, shape (..., 4)
        Unit quaternions, w first.
    fraction : array_like, shape (...)
        0 gives `start`, 1 gives `end`.

    Notes
    -----
    Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
    """
    first = np.asarray(start, dtype=np.float64)
    second = np.asarray(end, dtype=np.float64)
    weight = np.asarray(fraction, dtype=np.float64)[..., None]
    cosine = _dot(first, second)
    second = second * np.copysign(1.0, cosine)
    # For the smallest angles the weights are those of a straight line, and not defined at zero.
    angle = np.maximum(np.arccos(np.minimum(np.abs(cosine), 1.0)), 1e-7)
    result = np.sin((1 - weight) * angle) * first + np.sin(weight * angle) * second
    return np.asarray(result / np.sqrt(_dot(result, result)))


def _dot(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the inner products of vectors (..., n), shape (..., 1)."""
    products: FloatArray = np.einsum("...i,...i->...", first, second)[..., None]
    return products
