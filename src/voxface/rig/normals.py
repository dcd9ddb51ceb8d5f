"""Vertex normals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def vertex_normals(
    vertices: ArrayLike,
    triangles: ArrayLike,
    welded: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """Return unit normals: the mean of the triangles around a vertex, weighted by their area.

    Parameters
    ----------
    vertices : array_like, shape (V, 3)
    triangles : array_like of int, shape (F, 3)
        Counter-clockwise seen from outside.
    welded : ndarray of int, shape (V,), optional
        Group of every vertex, as `weld` gives it, so that a seam between vertices in one place
        does not show. By default every vertex stands for itself.

    Returns
    -------
    ndarray of float32, shape (V, 3)
        (0, 0, 1) for a vertex that no triangle with an area uses.
    """
    points = np.asarray(vertices, np.float64)
    corners = np.asarray(triangles, np.int64)
    a, b, c = (points[corners[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    group = np.arange(len(points)) if welded is None else welded
    slots = group[corners].T.reshape(-1)
    size = int(group.max()) + 1 if len(group) else 0
    sums = np.stack(
        [np.bincount(slots, np.tile(faces[:, axis], 3), size) for axis in range(3)], axis=1
    )[group]
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    upright = np.array((0.0, 0.0, 1.0))
    return np.where(lengths > 1e-12, sums / np.maximum(lengths, 1e-12), upright).astype(np.float32)


def weld(*rows: ArrayLike) -> NDArray[np.int64]:
    """Return the group of every vertex: vertices that are equal in all `rows` share one.

    Parameters
    ----------
    rows : array_like, shape (V, K) each
        What makes a vertex: its place, and where it matters how it moves.

    Returns
    -------
    ndarray of int, shape (V,)
    """
    together = np.concatenate([np.asarray(each, np.float32) for each in rows], axis=1)
    _, groups = np.unique(together, axis=0, return_inverse=True)
    return np.asarray(groups, np.int64).reshape(-1)
