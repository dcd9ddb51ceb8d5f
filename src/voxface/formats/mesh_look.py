"""How a bare mesh is coloured: skin, and lips where the topology says which they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.face import Material, MeshTopology

SKIN = Material("skin", (1.0, 1.0, 1.0, 1.0), roughness=0.62, two_sided=True)
"""White: the colours stand at the vertices. Two-sided, since a mask is open behind."""
SKIN_COLOUR, LIP_COLOUR = (0.62, 0.42, 0.34), (0.50, 0.18, 0.16)
"""Linear red, green and blue, 0 to 1."""


def mesh_colours(topology: MeshTopology) -> NDArray[np.float32]:
    """Return a linear colour for every vertex, shape (V, 4), 0 to 1."""
    lips = _lips(topology)[:, None]
    colours = (1 - lips) * np.array(SKIN_COLOUR) + lips * np.array(LIP_COLOUR)
    return np.concatenate([colours, np.ones_like(lips)], axis=1).astype(np.float32)


def _lips(topology: MeshTopology) -> NDArray[np.float32]:
    """Return how far vertices are lips: those of the region, and what their contours enclose."""
    lips = topology.regions.get("lips", np.zeros(topology.vertices, np.float32)).copy()
    edges = np.concatenate([topology.triangles[:, [0, 1]], topology.triangles[:, [1, 2]]])
    edges = np.concatenate([edges, topology.triangles[:, [2, 0]]])
    contour = lips > 0.5
    inner = edges[~contour[edges].any(axis=1)]
    # Joined vertices get one number: the smallest among them.
    group = np.arange(topology.vertices)
    while True:
        least = group[inner].min(axis=1)
        after = group.copy()
        for column in (0, 1):
            np.minimum.at(after, inner[:, column], least)
        if (after == group).all():
            break
        group = after
    border = edges[contour[edges].sum(axis=1) == 1]
    beside = np.unique(group[border[~contour[border]]])
    sizes = np.bincount(group, minlength=topology.vertices)
    enclosed = beside[sizes[beside] <= contour.sum()]
    lips[np.isin(group, enclosed) & ~contour] = 1
    return lips
