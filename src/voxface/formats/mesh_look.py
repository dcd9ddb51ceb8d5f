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
    lips = topology.regions.get("lips", np.zeros(topology.vertices, np.float32))[:, None]
    colours = (1 - lips) * np.array(SKIN_COLOUR) + lips * np.array(LIP_COLOUR)
    return np.concatenate([colours, np.ones_like(lips)], axis=1).astype(np.float32)
