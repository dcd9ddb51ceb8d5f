"""A moving mesh as few displacements and how far each is moved: principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError

LARGEST_ERROR = 0.01
"""Centimetres that any vertex of any frame may be off, unless told otherwise."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Components:
    """Frame t of the motion is ``weights[t]`` times `deltas`, summed.

    Parameters
    ----------
    deltas : ndarray of float32, shape (K, V, 3)
        In centimetres; the most important first.
    weights : ndarray of float32, shape (T, K)
        The largest of each column is 1 or -1.
    largest_error : float
        How far a vertex is off at most, in centimetres.
    """

    deltas: Floats
    weights: Floats
    largest_error: float


def components_of(
    offsets: Floats, count: int | None = None, largest_error: float = LARGEST_ERROR
) -> Components:
    """Return the fewest principal components that keep every vertex within an error.

    Parameters
    ----------
    offsets : ndarray, shape (T, V, 3)
        Displacements from the neutral face, in centimetres.
    count : int, optional
        How many components, instead of as many as the error asks for.
    largest_error : float
        Centimetres; what float32 cannot hold stays whatever is asked.

    Raises
    ------
    VoxfaceError
        If the count or the error is not above 0.
    """
    if count is not None and count < 1:
        raise VoxfaceError(f"a mesh needs at least 1 component, not {count}")
    if not largest_error > 0:
        raise VoxfaceError(f"the largest error of a vertex is above 0 cm, not {largest_error:g}")
    frames = offsets.reshape(len(offsets), -1).astype(np.float64)
    axes = _axes(frames)
    weights = frames @ axes.T

    def build(kept: int) -> Components:
        reach = np.maximum(np.abs(weights[:, :kept]).max(axis=0, initial=0), 1e-12)
        deltas = (axes[:kept] * reach[:, None]).astype(np.float32)
        shares = (weights[:, :kept] / reach).astype(np.float32)
        error = _largest_error(frames, shares, deltas)
        return Components(deltas.reshape(kept, *offsets.shape[1:]), shares, error)

    if count is not None:
        return build(min(count, len(axes)))
    low, high = 0, len(axes)
    best = build(high)
    while high - low > 1:
        middle = (low + high) // 2
        tried = build(middle)
        if tried.largest_error < largest_error:
            high, best = middle, tried
        else:
            low = middle
    return best


def _axes(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the principal axes of rows, largest first, at least one; by the smaller product."""
    by_frames = len(frames) <= frames.shape[1]
    product = frames @ frames.T if by_frames else frames.T @ frames
    variance, vectors = np.linalg.eigh(product)
    order = np.argsort(-variance)
    # What lies below is rounding; but one axis is always there, also of a still face.
    order = order[: max(1, int((variance[order] > 1e-12 * variance.max(initial=0)).sum()))]
    axes = vectors[:, order].T
    if by_frames:
        axes = axes @ frames
        axes /= np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-300)
    return np.asarray(axes)


def _largest_error(frames: NDArray[np.float64], weights: Floats, deltas: Floats) -> float:
    largest = 0.0
    step = max(1, 2_000_000 // max(frames.shape[1], 1))
    for begin in range(0, len(frames), step):
        part = slice(begin, begin + step)
        away = frames[part] - weights[part].astype(np.float64) @ deltas.astype(np.float64)
        distances = np.linalg.norm(away.reshape(-1, 3), axis=1)
        largest = max(largest, float(distances.max(initial=0)))
    return largest
