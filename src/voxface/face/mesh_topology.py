"""`MeshTopology`: which vertices a mesh has, how they join, and what they are part of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError, unknown_name

MESH_REGIONS = ("lips", "mouth", "upper", "eyelids")
"""Regions that losses and metrics of meshes ask for."""
FACE_MESH = Path(__file__).with_name("face_mesh.npz")
"""The 468-point face; `scripts/face_mesh_topology` writes it."""


@dataclass(frozen=True, eq=False)
class MeshTopology:
    """What all frames of a moving mesh share.

    Parameters
    ----------
    name : str
        Meshes of one name have the same vertices in the same order.
    triangles : ndarray of int32, shape (F, 3)
        Vertex numbers, counter-clockwise seen from outside.
    vertices : int
        V, how many vertices there are.
    regions : mapping of str to ndarray of float32, shape (V,)
        How far each vertex belongs to a region, 0 to 1. Those of `MESH_REGIONS`: ``lips`` (the
        vertices whose distance is the lip error), ``mouth`` (all that speech moves), ``upper``
        (all above), ``eyelids``; others may be there.

    Raises
    ------
    VoxfaceError
        If shapes do not fit together.
    """

    name: str
    triangles: NDArray[np.int32]
    vertices: int
    regions: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        triangles = np.asarray(self.triangles, np.int32)
        if triangles.ndim != 2 or triangles.shape[1] != 3:
            raise VoxfaceError(f"triangles have shape {triangles.shape}; expected (F, 3)")
        if triangles.size and (triangles.min() < 0 or triangles.max() >= self.vertices):
            raise VoxfaceError(f"triangles use vertices beyond the mesh's {self.vertices}")
        regions = {}
        for name, values in self.regions.items():
            mask = np.asarray(values, np.float32)
            if mask.shape != (self.vertices,):
                raise VoxfaceError(
                    f"region '{name}' has shape {mask.shape}; expected ({self.vertices},)"
                )
            regions[name] = mask
        object.__setattr__(self, "triangles", triangles)
        object.__setattr__(self, "regions", regions)

    def region(self, name: str) -> NDArray[np.float32]:
        """Return how far each vertex belongs to a region, shape (V,).

        Raises
        ------
        VoxfaceError
            If the topology has no such region; the message suggests the nearest name.
        """
        if name not in self.regions:
            raise unknown_name(f"region of the mesh '{self.name}'", name, self.regions)
        return self.regions[name]

    def rows(self, region: str, above: float = 0.5) -> NDArray[np.int64]:
        """Return the numbers of the vertices that belong to a region by more than `above`."""
        return np.flatnonzero(self.region(region) > above)


@cache
def face_mesh() -> tuple[MeshTopology, NDArray[np.float32]]:
    """Return MediaPipe's face of 468 points and an average face in it, (468, 3) in centimetres."""
    with np.load(FACE_MESH, allow_pickle=False) as file:
        names = json.loads(str(file["region_names"]))
        regions = dict(zip(names, file["regions"], strict=True))
        neutral = file["neutral"].astype(np.float32)
        topology = MeshTopology("mediapipe468", file["triangles"], len(neutral), regions)
    neutral.flags.writeable = False
    return topology, neutral


def face_mesh_topology() -> MeshTopology:
    """Return MediaPipe's face of 468 points."""
    return face_mesh()[0]
