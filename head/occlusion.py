"""How open to the sky each vertex lies, for painting soft shadows into hollows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]


def vertex_normals(points: Points, triangles: NDArray[np.int64]) -> Points:
    """Return unit normals, the mean of the triangles around by area."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(face[:, i], 3), len(points)) for i in range(3)],
        axis=1,
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def openness(points: Points, normals: Points, areas: Points, reach: float = 3.0) -> Points:
    """Return the share of each vertex's view that no near surface takes, 0 to 1.

    Notes
    -----
    Bunnell, "Dynamic ambient occlusion and indirect lighting", GPU Gems 2, 2005: every other
    vertex is a disc of its own area that faces along its normal.
    """
    tree = cKDTree(points)
    taken = np.zeros(len(points))
    for start in range(0, len(points), 2000):
        rows = np.arange(start, min(start + 2000, len(points)))
        for row, near in zip(rows, tree.query_ball_point(points[rows], reach), strict=True):
            other = np.array(near)
            other = other[other != row]
            away = points[other] - points[row]
            square = np.einsum("ij,ij->i", away, away) + 1e-6
            distance = np.sqrt(square)
            up = np.clip(away @ normals[row] / distance, 0, 1)
            facing = np.clip(-np.einsum("ij,ij->i", away, normals[other]) / distance, 0, 1)
            taken[row] += np.sum(up * facing * areas[other] / (np.pi * square + areas[other]))
    return np.clip(1 - taken, 0, 1)
