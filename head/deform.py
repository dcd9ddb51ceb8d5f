"""Smooth displacement fields from a few handles: what a sculptor's soft brush does."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from skin_mesh import SkinMesh, vertex_areas
from subdivide import laplacian

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]


class Spreader:
    """Spreads displacements of handle vertices over the skin with least bending.

    The mesh is cut at the lips and the eyes, so what is set on one lip does not leak to the other.
    """

    def __init__(self, skin: SkinMesh) -> None:
        self.skin = skin
        self._solvers: dict[bytes, object] = {}

    @cached_property
    def bending(self) -> sparse.csr_matrix:
        """The bilaplacian of the neutral skin."""
        points, triangles = self.skin.points, self.skin.triangles
        bend = laplacian(points, triangles)
        area = np.maximum(vertex_areas(points, triangles), 1e-4)
        return (bend.T @ sparse.diags(1 / area) @ bend + 1e-6 * bend).tocsr()

    def spread(self, handles: Numbers, moves: Points, reach: float = 4.0) -> Points:
        """Return a field that equals `moves` on `handles` and fades to zero within `reach` cm."""
        points = self.skin.points
        moving = handles[np.abs(moves).reshape(len(handles), -1).max(1) > 1e-9]
        distance = cKDTree(points[moving]).query(points)[0]
        free = distance < reach
        free[handles] = False
        inside = np.flatnonzero(free)
        field = np.zeros((len(points), moves.shape[1]))
        field[handles] = moves
        rows = self.bending[inside]
        solver = self._solver(inside, rows)
        right = -rows @ field
        field[inside] = np.stack([solver.solve(right[:, i]) for i in range(right.shape[1])], axis=1)
        return field

    def _solver(self, inside: Numbers, rows: sparse.csr_matrix):
        key = inside.tobytes()
        if key not in self._solvers:
            self._solvers[key] = splu(rows[:, inside].tocsc())
        return self._solvers[key]


def smooth_step(values: Points, start: float, end: float) -> Points:
    """Return 0 below `start`, 1 above `end` and a smooth rise between (either may be larger)."""
    share = np.clip((np.asarray(values) - start) / (end - start), 0, 1)
    return share * share * (3 - 2 * share)
