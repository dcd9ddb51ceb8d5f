"""A plain crew-neck shirt over the shoulders, with a collar around the neck."""

from __future__ import annotations

import numpy as np
from cage import neck_ring
from deform import smooth_step
from looks import row_number
from numpy.typing import NDArray
from occlusion import vertex_normals
from pieces import Piece, grid_triangles
from skin_mesh import SkinMesh

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]

COLLAR_RING = 4
"""The ring of the neck on which the collar lies."""

COLLAR = (5.75, (-17.9, -4.5), (-15.7, -14.7))
"""The collar's half width, and (y, z) of its front and back."""


def split_shirt(skin: SkinMesh, triangles: Numbers) -> tuple[Numbers, Piece]:
    """Return the skin's triangles without what the shirt hides, and the shirt."""
    number = row_number(skin, "neck_")
    covered = number[triangles].min(1) > COLLAR_RING - 0.10
    hidden = number[triangles].min(1) > COLLAR_RING + 0.75
    kept, renumbered = np.unique(triangles[covered], return_inverse=True)
    normals = vertex_normals(skin.points, skin.triangles)[kept]
    depth = smooth_step(number[kept], COLLAR_RING + 0.2, COLLAR_RING + 0.9)
    place = skin.points[kept] + normals * (0.05 + 0.25 * depth)[:, None]
    place[np.abs(skin.points[kept, 0]) < 1e-9, 0] = 0
    shirt = Piece(place, {"shirt": renumbered.reshape(-1, 3)})
    return triangles[~hidden], shirt


def collar() -> Piece:
    """Return the collar: a flat band on a leaning ellipse around the neck."""
    around = 72
    turn = np.arange(around) * 2 * np.pi / around
    line = np.where(np.sin(turn)[:, None] < 0, (-1.0, 1.0, 1.0), 1.0) * neck_ring(
        np.arccos(np.cos(turn)), *COLLAR)  # fmt: skip
    out = np.stack([np.sin(turn), np.zeros(around), np.cos(turn)], axis=1)
    outline = np.array([(-0.45, 0.15), (-0.10, 0.42), (0.14, 0.46), (0.34, 0.22), (0.62, -0.30),
                        (0.95, -0.95), (0.55, -1.20), (-0.45, -0.8)])  # fmt: skip
    rows = [line + out * a + np.array([0.0, b, 0.0]) for a, b in outline]
    points = np.stack(rows, axis=1).reshape(-1, 3)
    points[np.abs(points[:, 0]) < 1e-9, 0] = 0
    shade = np.ones((len(points), 4))
    shade[:, :3] = np.tile([0.42, 0.80, 0.95, 0.92, 0.84, 0.60, 0.5, 0.35], around)[:, None]
    return Piece(points, {"shirt": ring_triangles(around, len(outline))}, None, shade)


def ring_triangles(around: int, section: int) -> Numbers:
    """Return triangles of a closed tube."""
    grid = grid_triangles(around + 1, section, closed=True)
    return grid % (around * section)
