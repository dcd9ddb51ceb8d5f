"""A rig in a pose: vertices and smooth normals for a row of target weights. NumPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import Rig
from voxface.rig.normals import weld

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


class Poser:
    """Poses one rig, again and again.

    What no target moves is worked out once: a pose costs what its moving part costs.

    Parameters
    ----------
    rig : Rig
    """

    def __init__(self, rig: Rig) -> None:
        neutral = rig.neutral
        self.moving = _moved(rig.deltas)
        """Whether any target moves a vertex, shape (V,)."""
        moving = self.moving
        self._moving = np.flatnonzero(moving)
        # Ten times as quick as by rows of three.
        numbers = (3 * self._moving[:, None] + np.arange(3)).ravel()
        rows = rig.deltas.reshape(len(rig.targets), 3 * len(neutral))
        self._deltas = np.take(rows, numbers, axis=1)
        triangles = rig.triangles.astype(np.int64)
        # Seams of textures must not show; lips that touch, but move apart, are no seam.
        rng = np.random.default_rng(0)
        mixed = rng.normal(size=len(rig.targets)).astype(np.float32)
        marks = np.zeros_like(neutral)
        marks[self._moving] = np.einsum("n,nk->k", mixed, self._deltas).reshape(-1, 3)
        groups = weld(np.round(neutral, 4), np.round(marks, 3))
        _, first = np.unique(groups, return_index=True)
        welded = first[groups]
        touched = moving[triangles].any(axis=1)
        rest = _crosses(neutral, triangles)
        sums = np.zeros((len(neutral), 3), np.float32)
        for corner in range(3):
            np.add.at(sums, welded[triangles[:, corner]], rest)
        self._triangles = np.ascontiguousarray(triangles[touched].T)
        # Only what stands still is left in `_still`; a pose adds what moves.
        self._still = sums.copy()
        self._rings = _Rings(welded[triangles[touched]])
        self._rings.add_to(self._still, -rest[touched])
        self._welded = welded
        # Rows of four numbers, the last idle: NumPy gathers 16 bytes far quicker than 12.
        self._neutral = _in_fours(neutral)
        self._still = _in_fours(self._still)
        self.rest_normals: FloatArray = _unit(sums)[welded]
        """Unit normals of the neutral face, shape (V, 3)."""
        self._normals = _in_fours(self.rest_normals)
        self.turning = np.flatnonzero(np.isin(welded, self._rings.vertices))
        """The vertices whose normals some target turns."""
        self._turning_source = welded[self.turning]

    def __call__(self, weights: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return positions in centimetres and unit normals, both (V, 3), without head motion.

        Parameters
        ----------
        weights : array_like, shape (N,)
            A weight for each target of the rig.
        """
        positions, normals = self.in_fours(weights)
        return positions[:, :3], normals[:, :3]

    def in_fours(self, weights: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return what a call does, in rows of four numbers, of which the last is idle."""
        row = np.asarray(weights, np.float32)
        position = self._neutral.copy()
        if not len(self._moving):
            return position, self._normals
        # Not by ``@``; see `studio.times`.
        moved = np.einsum("n,nk->k", row, self._deltas).reshape(-1, 3)
        position[self._moving, :3] += moved
        crosses = _crosses(position, self._triangles.T)
        sums = self._still.copy()
        self._rings.add_to(sums, crosses)
        normals = self._normals.copy()
        normals[self.turning] = _unit(sums.take(self._turning_source, axis=0))
        return position, normals


class _Rings:
    """The triangles about each vertex, laid out so that adding them up is a few array sums."""

    def __init__(self, triangles: IntArray) -> None:
        corners = triangles.ravel()
        order = np.argsort(corners, kind="stable")
        vertices, starts, counts = np.unique(corners[order], return_index=True, return_counts=True)
        by_count = np.argsort(-counts, kind="stable")
        self.vertices = vertices[by_count]
        starts, counts = starts[by_count], counts[by_count]
        owner = order // 3
        # Round j holds the j-th triangle of every vertex that has so many.
        self._rounds = [
            owner[starts[: int((counts > place).sum())] + place]
            for place in range(int(counts.max(initial=0)))
        ]

    def add_to(self, sums: FloatArray, crosses: FloatArray) -> None:
        """Add to each vertex's row of `sums` the rows of `crosses` of the triangles about it."""
        total = np.zeros((len(self.vertices), sums.shape[1]), np.float32)
        for triangles in self._rounds:
            total[: len(triangles)] += crosses.take(triangles, axis=0)
        sums[self.vertices] += total


def _crosses(position: FloatArray, triangles: IntArray) -> FloatArray:
    """Return the normal of each triangle, twice its area long, shape (F, 3 or 4 as positions)."""
    corners: list[FloatArray] = [position.take(corner, axis=0) for corner in triangles.T]
    a, b = corners[1] - corners[0], corners[2] - corners[0]
    result = np.zeros_like(a)
    result[:, 0] = a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1]
    result[:, 1] = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2]
    result[:, 2] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def _moved(deltas: FloatArray) -> NDArray[np.bool_]:
    """Return which vertices some target moves, shape (V,)."""
    # Numbers that are 0 have no bits but a sign's; ten times as quick as comparing them.
    bits = np.bitwise_or.reduce(deltas.view(np.uint32), axis=0) << np.uint32(1)
    moved: NDArray[np.bool_] = (bits != 0).any(axis=1)
    return moved


def _in_fours(rows: FloatArray) -> FloatArray:
    return np.concatenate([rows, np.zeros((len(rows), 1), np.float32)], axis=1)


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    unit: FloatArray = vectors / np.maximum(lengths, 1e-12)[:, None]
    return unit
