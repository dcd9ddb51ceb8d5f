"""Loop subdivision as sparse matrices, so that positions and any weights go through alike."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Triangles = NDArray[np.int64]


def edges_of(triangles: Triangles) -> tuple[Triangles, Triangles, NDArray[np.int64]]:
    """Return unique edges (E, 2), the edge of each triangle's side (F, 3), and edge counts."""
    sides = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    edges, inverse, counts = np.unique(
        np.sort(sides, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return edges, inverse.reshape(-1, 3), counts


def loop_step(triangles: Triangles, vertices: int) -> tuple[sparse.csr_matrix, Triangles]:
    """Split every triangle in four and return the matrix from old to new vertices.

    Old vertices keep their numbers; the middle of edge e becomes vertex ``vertices + e``.

    Notes
    -----
    Loop, "Smooth subdivision surfaces based on triangles", 1987, with the boundary rules and
    weights of Warren (3/8n for every valence n above 3).
    """
    edges, side_edge, counts = edges_of(triangles)
    border = counts == 1
    on_border = np.zeros(vertices, bool)
    on_border[edges[border].ravel()] = True

    rows, columns, values = [], [], []

    def put(row: NDArray[np.int64], column: NDArray[np.int64], value: NDArray[np.float64]) -> None:
        rows.append(row)
        columns.append(column)
        values.append(np.broadcast_to(value, row.shape))

    valence = np.bincount(edges.ravel(), minlength=vertices).astype(float)
    beta = np.where(valence == 3, 3 / 16, 3 / (8 * np.maximum(valence, 1)))
    for a, b in ((0, 1), (1, 0)):
        one, other = edges[:, a], edges[:, b]
        inside = ~on_border[one]
        put(one[inside], other[inside], beta[one[inside]])
        put(one[border], other[border], np.array(1 / 8))
    keep = np.where(on_border, 3 / 4, 1 - valence * beta)
    put(np.arange(vertices), np.arange(vertices), keep)

    number = vertices + np.arange(len(edges))
    for a in (0, 1):
        put(number, edges[:, a], np.where(border, 1 / 2, 3 / 8))
    opposite = np.roll(triangles, 1, axis=1)  # side i runs from corner i to i+1; i-1 faces it
    inner = ~border[side_edge]
    put((vertices + side_edge)[inner], opposite[inner], np.array(1 / 8))

    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(vertices + len(edges), vertices),
    )
    ab, bc, ca = (vertices + side_edge[:, i] for i in range(3))
    a, b, c = triangles.T
    split = [np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    return matrix, np.stack(split, axis=1).reshape(-1, 3)


def refine_path(path: NDArray[np.int64], triangles: Triangles, vertices: int) -> NDArray[np.int64]:
    """Return a path of edges after `loop_step`: the middles of its edges come in between."""
    edges, _, _ = edges_of(triangles)
    table = {(int(a), int(b)): vertices + i for i, (a, b) in enumerate(edges)}
    middles = [table[min(a, b), max(a, b)] for a, b in pairwise(path)]
    result = np.empty(2 * len(path) - 1, np.int64)
    result[0::2] = path
    result[1::2] = middles
    return result


def laplacian(points: NDArray[np.float64], triangles: Triangles) -> sparse.csr_matrix:
    """Return the cotangent Laplacian of a mesh, with negative weights lifted to zero."""
    count = len(points)
    rows, columns, values = [], [], []
    for i in range(3):
        a, b, c = (triangles[:, (i + k) % 3] for k in range(3))
        u, v = points[a] - points[c], points[b] - points[c]
        cotangent = np.einsum("ij,ij->i", u, v) / np.maximum(
            np.linalg.norm(np.cross(u, v), axis=1), 1e-9
        )
        weight = np.clip(cotangent, 0.02, 8.0) / 2
        rows += [a, b]
        columns += [b, a]
        values += [weight, weight]
    off = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (count, count)
    )
    return sparse.diags(np.asarray(off.sum(1)).ravel()) - off
