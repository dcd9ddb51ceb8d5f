"""Fewer vertices of a mesh: some of them, or so many that still make a surface."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

MOUTH, RIMS = 2.0, 4.0
"""How much denser than elsewhere vertices are wanted around the mouth, and on lips and eyelids."""


def subset(topology: MeshTopology, rows: ArrayLike) -> MeshTopology:
    """Return a topology of some vertices: the triangles all of whose corners are kept.

    Parameters
    ----------
    topology : MeshTopology
    rows : array_like of int, shape (R,)
        Numbers of vertices, in the order in which they will stand.

    Raises
    ------
    VoxfaceError
        If a row is not a vertex or comes twice.
    """
    kept = np.asarray(rows, np.int64)
    if not kept.size or kept.min() < 0 or kept.max() >= topology.vertices:
        raise VoxfaceError(f"rows name vertices beyond the {topology.vertices} of {topology.name}")
    if len(np.unique(kept)) != len(kept):
        raise VoxfaceError("rows name a vertex twice")
    if len(kept) == topology.vertices and (kept == np.arange(len(kept))).all():
        return topology
    place = np.full(topology.vertices, -1)
    place[kept] = np.arange(len(kept))
    found = place[topology.triangles]
    return _named(topology, kept, found[(found >= 0).all(axis=1)])


def decimated(
    topology: MeshTopology, neutral: ArrayLike, vertices: int, density: ArrayLike | None = None
) -> tuple[NDArray[np.int64], MeshTopology]:
    """Return which vertices to keep of a mesh, and the surface that they make.

    Vertices are taken one after another, each as far as can be from those taken before. Every other
    vertex goes to the nearest one along the mesh, never across open lips, and triangles between
    three of them stay. What is kept are vertices of the mesh: their motion is exact.

    Parameters
    ----------
    topology : MeshTopology
    neutral : array_like, shape (V, 3)
    vertices : int
        How many are kept, at least 3.
    density : array_like, shape (V,), optional
        Where it is twice as high, vertices stand half as far apart; 1 everywhere by default.

    Raises
    ------
    VoxfaceError
        If fewer than 3 vertices are to be kept.
    """
    face = np.asarray(neutral, np.float64)
    if vertices < 3:
        raise VoxfaceError(f"a surface has at least 3 vertices, not {vertices}")
    if vertices >= len(face):
        return np.arange(len(face)), topology
    weight = np.ones(len(face)) if density is None else np.asarray(density, np.float64)
    used = np.zeros(len(face), bool)
    used[topology.triangles] = True
    # A vertex of no triangle is never wanted.
    away = np.where(used, np.inf, -1.0)
    rows = np.empty(min(vertices, int(used.sum())), np.int64)
    row = int(np.flatnonzero(used)[np.argmax(weight[used])])
    for number in range(len(rows)):
        rows[number] = row
        away = np.minimum(away, np.linalg.norm(face - face[row], axis=1) * weight)
        row = int(np.argmax(away))
    rows.sort()
    return rows, _named(topology, rows, _collapsed(topology, face, rows))


def face_density(topology: MeshTopology) -> NDArray[np.float64]:
    """Return how dense vertices are wanted on a face, (V,): lips and lids first, then the mouth."""
    rims = np.maximum(topology.region("lips"), topology.region("eyelids"))
    return np.asarray(1 + MOUTH * topology.region("mouth") + RIMS * rims, np.float64)


def _collapsed(
    topology: MeshTopology, face: NDArray[np.float64], rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the triangles (F, 3) between kept vertices, as places in `rows`."""
    corners = topology.triangles
    begin, end = (corners[:, side].reshape(-1) for side in ([0, 1, 2], [1, 2, 0]))
    # Two vertices in one place still join: no edge of length 0 may vanish from the graph.
    length = np.linalg.norm(face[begin] - face[end], axis=1) + 1e-9
    order = np.unique(begin.astype(np.int64) * len(face) + end, return_index=True)[1]
    edges = (length[order], (begin[order], end[order]))
    graph = coo_matrix(edges, shape=(len(face), len(face))).tocsr()
    _, _, source = dijkstra(
        graph, directed=False, indices=rows, min_only=True, return_predecessors=True
    )
    place = np.full(len(face) + 1, -1)
    place[rows] = np.arange(len(rows))
    # What no kept vertex reaches is a part of its own, and goes.
    owner = place[np.where(source >= 0, source, len(face))]
    found = owner[corners]
    different = (found >= 0).all(axis=1) & (found != np.roll(found, 1, axis=1)).all(axis=1)
    found = found[different]
    first = found.argmin(axis=1)
    turned = np.stack([found[np.arange(len(found)), (first + k) % 3] for k in range(3)], axis=1)
    return np.unique(turned, axis=0)


def _named(
    topology: MeshTopology, rows: NDArray[np.int64], triangles: NDArray[np.int64]
) -> MeshTopology:
    # Meshes of one name have the same vertices: the name tells which ones.
    told = zlib.crc32(np.ascontiguousarray(triangles, "<i8").tobytes(), zlib.crc32(rows.tobytes()))
    regions = {name: mask[rows] for name, mask in topology.regions.items()}
    name = f"{topology.name}_{len(rows)}_{told:08x}"
    return MeshTopology(name, triangles.astype(np.int32), len(rows), regions)
