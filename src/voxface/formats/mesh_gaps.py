"""What closes the openings of a mesh between lips and lids, so that a mouth is dark inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.face import Material, MeshTopology

FloatArray = NDArray[np.float32]

# Names that the renderer takes for nothing it knows: an eyeball or a palate is more than this.
_MATERIALS = {
    "eyelids": Material("gap of lids", (0.5, 0.46, 0.43, 1.0), roughness=0.5, two_sided=True),
    "lips": Material("gap of speech", (0.016, 0.006, 0.006, 1.0), roughness=0.9, two_sided=True),
}
_BEHIND = {"eyelids": 0.12, "lips": 0.5}
"""Centimetres that what closes an opening stands behind its edge."""
_WIDER = np.float32(1.15)
"""So much larger than the opening it is, that nobody looks past its edge."""


@dataclass(frozen=True)
class Gap:
    """A surface that moves with the edge of an opening.

    Parameters
    ----------
    vertices : ndarray of int, shape (N,)
        The mesh's vertices around the opening; the surface has a copy of each.
    triangles : ndarray of int32, shape (F, 3)
        Numbers into `vertices`.
    behind : float
        Centimetres that the copies stand behind their vertices.
    material : Material
    """

    vertices: NDArray[np.int64]
    triangles: NDArray[np.int32]
    behind: float
    material: Material

    def placed(self, shape: FloatArray) -> FloatArray:
        """Return where the copies stand for a shape (V, 3), in centimetres."""
        return np.asarray(self.moved(shape) - (0, 0, self.behind), np.float32)

    def moved(self, moves: FloatArray) -> FloatArray:
        """Return how the copies move where the mesh's vertices do, both shape (..., V, 3)."""
        edge = moves[..., self.vertices, :]
        middle = edge.mean(axis=-2, keepdims=True)
        return np.asarray(middle + (edge - middle) * _WIDER, np.float32)


def mesh_gaps(topology: MeshTopology, neutral: FloatArray) -> list[Gap]:
    """Return what closes a mesh between its lips and between its eyelids, where it is open.

    Parameters
    ----------
    topology : MeshTopology
        Its regions ``lips`` and ``eyelids`` say which openings these are.
    neutral : ndarray, shape (V, 3)
        In centimetres.
    """
    gaps = []
    for loop in openings(topology):
        region = _region_of(topology, loop)
        if region is not None:
            triangles = _closed(len(loop), neutral[loop])
            gaps.append(Gap(loop, triangles, _BEHIND[region], _MATERIALS[region]))
    return gaps


def openings(topology: MeshTopology) -> list[NDArray[np.int64]]:
    """Return the closed edges of a mesh, each as its vertices in order."""
    triangles = topology.triangles.astype(np.int64)
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    # Either way round: not every mesh turns all of its triangles alike.
    pairs, counts = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    beside: dict[int, list[int]] = {}
    for first, second in pairs[counts == 1].tolist():
        beside.setdefault(first, []).append(second)
        beside.setdefault(second, []).append(first)
    loops, seen = [], set()
    for start in beside:
        loop = []
        here: int | None = start
        while here is not None and here not in seen:
            seen.add(here)
            loop.append(here)
            here = next((each for each in beside[here] if each not in seen), None)
        if len(loop) > 2 and start in beside[loop[-1]]:
            loops.append(np.array(loop))
    return loops


def _region_of(topology: MeshTopology, loop: NDArray[np.int64]) -> str | None:
    """Return which of the lips or the eyelids an opening lies between; None for another."""
    for region in _MATERIALS:
        if region in topology.regions and topology.region(region)[loop].mean() > 0.5:
            return region
    return None


def _closed(count: int, places: FloatArray) -> NDArray[np.int32]:
    """Return triangles that close a loop of `count` points, between its upper and lower edge."""
    corner = int(places[:, 0].argmin())
    order = np.roll(np.arange(count), -corner)
    zigzag = np.empty(count, np.int64)
    zigzag[0::2], zigzag[1::2] = order[: (count + 1) // 2], order[: (count - 1) // 2 : -1]
    strip = np.stack([zigzag[:-2], zigzag[1:-1], zigzag[2:]], axis=1)
    strip[1::2] = strip[1::2][:, [0, 2, 1]]
    a, b, c = (places[strip[:, corner]] for corner in range(3))
    backward = np.cross(b - a, c - a)[:, 2].sum() < 0
    return (strip[:, ::-1] if backward else strip).astype(np.int32)
