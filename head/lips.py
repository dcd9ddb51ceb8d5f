"""Coordinates on the lips, so that a channel can say what it does to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skin_mesh import SkinMesh

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]

RINGS = ("outer", "middle", "inner", "seal", "inside", "gum")
"""Rings of the lips from the skin inwards."""


@dataclass
class LipPoints:
    """Vertices of both lips on the left half, with where they are on the lips.

    Parameters
    ----------
    index : vertices
    upper : 1 on the upper lip, 0 on the lower, at the corner between
    along : 0 in the middle of the mouth, 1 at the corner
    ring : number of the ring in `RINGS`
    """

    index: Numbers
    upper: Points
    along: Points
    ring: Points


def lip_points(skin: SkinMesh) -> LipPoints:
    """Return all ring vertices of the left half of both lips."""
    names = {
        "outer": "lip_{}_outer", "middle": "lip_{}_middle", "inner": "lip_{}_inner",
        "seal": "mouth_{}_0", "inside": "mouth_{}_1", "gum": "mouth_{}_2",
    }  # fmt: skip
    found: dict[int, tuple[float, float, float]] = {}
    for number, ring in enumerate(RINGS):
        for side, is_upper in (("upper", 1.0), ("lower", 0.0)):
            row = skin.rows[names[ring].format(side)]
            steps = np.linalg.norm(np.diff(skin.points[row], axis=0), axis=1)
            along = np.concatenate([[0], np.cumsum(steps)]) / steps.sum()
            for vertex, share in zip(row, along, strict=True):
                level = 0.5 if int(vertex) in found else is_upper
                found[int(vertex)] = (level, float(share), float(number))
    index = np.array(sorted(found))
    table = np.array([found[int(i)] for i in index])
    return LipPoints(index, table[:, 0], table[:, 1], table[:, 2])


Motion = Callable[[Points, Points, Points, Points], Points]


def shut_lips(skin: SkinMesh) -> None:
    """Make the lips meet exactly along the seal and keep their insides apart."""
    for one, other in seal_pairs(skin):
        middle = (skin.points[one] + skin.points[other]) / 2
        skin.points[one] = skin.points[other] = middle


def seal_pairs(skin: SkinMesh) -> list[tuple[int, int]]:
    """Return the facing vertices of the seal on both halves (without the corners)."""
    upper, lower = skin.rows["mouth_upper_0"], skin.rows["mouth_lower_0"]
    pairs = []
    for a, b in zip(upper[:-1], lower[:-1], strict=True):
        pairs.append((int(a), int(b)))
        if skin.mirror[a] != a:
            pairs.append((int(skin.mirror[a]), int(skin.mirror[b])))
    return pairs


def towards_middle(along: Points) -> Points:
    """Return 1 in the middle of the mouth and 0 at the corners."""
    return np.clip(np.cos(np.asarray(along) * np.pi / 2), 0, 1)
