"""Thinning: where the finest subdivision shows nothing, its vertices are left out again.

A triangle of the level before stays whole when the middles of its sides lie on it anyway, at rest
and in every channel. Triangles beside finer ones are cut to fit, so nothing tears.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from subdivide import edges_of

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]


def thinned(
    coarse: Numbers,
    vertices: int,
    fields: list[tuple[Points, float]],
    mirror: Numbers,
    normals: Points,
) -> Numbers:
    """Return triangles that use only the middles that matter.

    Parameters
    ----------
    coarse : ndarray of int, shape (F, 3)
        Triangles of the level before, among the first `vertices` vertices.
    vertices : int
        The middle of edge e is vertex ``vertices + e``.
    fields : list of (ndarray (V, 3), tolerance)
        What must stay true, the neutral first: a middle is kept where it is off the straight
        line by more along the normal or, moving, by five times as much along the surface.
    mirror : ndarray of int, shape (V,)
    """
    edges, side_edge, _ = edges_of(coarse)
    middles = vertices + np.arange(len(edges))
    off = np.zeros(len(edges))
    for number, (values, tolerance) in enumerate(fields):
        bend = values[middles] - (values[edges[:, 0]] + values[edges[:, 1]]) / 2
        upright = np.abs(np.einsum("ij,ij->i", bend, normals[middles]))
        off = np.maximum(off, upright / tolerance)
        if number:
            off = np.maximum(off, np.linalg.norm(bend, axis=1) / (5 * tolerance))
    off = np.maximum(off, off[mirror[middles] - vertices])
    fine = (off[side_edge] > 1).any(1)
    keep = np.zeros(len(edges), bool)
    keep[side_edge[fine]] = True
    result = []
    for corners, sides in zip(coarse, side_edge, strict=True):
        result += cut(corners, [int(vertices + e) if keep[e] else -1 for e in sides])
    return np.array(result, np.int64)


def cut(corners: Numbers, middle: list[int]) -> list[tuple[int, int, int]]:
    """Return a triangle cut at the middles of sides ab, bc, ca that exist (-1: none)."""
    a, b, c = (int(i) for i in corners)
    ab, bc, ca = middle
    present = [m >= 0 for m in middle]
    if all(present):
        return [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    if not any(present):
        return [(a, b, c)]
    while not (present[0] and not present[2]):  # turn it so that ab is cut and ca is not
        a, b, c = b, c, a
        ab, bc, ca = bc, ca, ab
        present = present[1:] + present[:1]
    if present[1]:
        return [(ab, b, bc), (a, ab, bc), (a, bc, c)]
    return [(a, ab, c), (ab, b, c)]
