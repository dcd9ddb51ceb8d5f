"""Similarity alignment of point sets: takes out where a face is, how it is turned and its size."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def aligned(
    points: ArrayLike, reference: ArrayLike, weights: ArrayLike | None = None, *, scale: bool = True
) -> FloatArray:
    """Move point sets onto a reference by the best similarity.

    Parameters
    ----------
    points : array_like, shape (T, V, 3)
        Each frame is moved by a similarity of its own.
    reference : array_like, shape (V, 3)
    weights : array_like, shape (V,), optional
        How much each point counts; all alike by default.
    scale : bool
        Whether size is taken out, too, and not only place and turn.

    Returns
    -------
    ndarray, shape (T, V, 3)

    Notes
    -----
    Umeyama, "Least-squares estimation of transformation parameters between two point patterns",
    IEEE PAMI 13(4), 1991.
    """
    moving = np.asarray(points, np.float64)
    fixed = np.asarray(reference, np.float64)
    share = np.ones(len(fixed)) if weights is None else np.asarray(weights, np.float64)
    share = (share / share.sum())[:, None]
    centre = (share * moving).sum(axis=1, keepdims=True)
    goal = (share * fixed).sum(axis=0)
    about, target = moving - centre, fixed - goal
    covariance = np.einsum("vi,tvj->tij", share * target, about)
    left, singular, right = np.linalg.svd(covariance)
    sign = np.ones_like(singular)
    sign[:, 2] = np.sign(np.linalg.det(left) * np.linalg.det(right))
    turn = np.einsum("tij,tj,tjk->tik", left, sign, right)
    size = np.ones(len(moving))
    if scale:
        spread = (share * about**2).sum(axis=(1, 2))
        size = (singular * sign).sum(axis=1) / np.maximum(spread, 1e-30)
    moved: FloatArray = size[:, None, None] * np.einsum("tij,tvj->tvi", turn, about) + goal
    return moved
