"""The default head for tests: its parts, weights by name, and geometry."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from voxface.face import Rig
from voxface.rig import default_head

FloatArray = NDArray[np.float64]


@lru_cache
def head() -> Rig:
    return default_head()


def pose(**weights: float) -> NDArray[np.float32]:
    """Vertices for weights by name; a name ending in LR means both sides."""
    row = np.zeros(len(head().targets), np.float32)
    for name, weight in weights.items():
        both = [name[:-2] + "Left", name[:-2] + "Right"] if name.endswith("LR") else [name]
        for one in both:
            row[head().targets.index(one)] = weight
    return head().posed(row)


def triangles(name: str) -> NDArray[np.int32]:
    return next(part.triangles for part in head().parts if part.name == name)


def used(name: str) -> NDArray[np.int64]:
    return np.unique(triangles(name))


@lru_cache
def mirror() -> NDArray[np.int64]:
    """The skin's vertices and who lies opposite, by place and by motion (lips only touch)."""
    skin = used("skin")
    points = head().neutral[skin].astype(float)
    flip = np.array([-1.0, 1.0, 1.0])
    jaw = head().deltas[head().targets.index("jawOpen")][skin].astype(float)
    close = head().deltas[head().targets.index("mouthClose")][skin].astype(float)
    blink = sum(
        head().deltas[head().targets.index(f"eyeBlink{side}")][skin] for side in ("Left", "Right")
    )
    place = np.hstack([points, jaw, close, blink])
    image = np.hstack([points * flip, jaw * flip, close * flip, blink * flip])
    distance, near = cKDTree(image).query(place)
    assert distance.max() < 2e-3
    return near


def normals(points: NDArray[np.float32], faces: NDArray[np.int32]) -> FloatArray:
    a, b, c = (points[faces[:, i]].astype(float) for i in range(3))
    return np.cross(b - a, c - a)


def surface_distance(points: FloatArray, direction: FloatArray, faces: FloatArray) -> FloatArray:
    """How far rays go from points along one direction to the first of some triangles (inf: none).

    Möller & Trumbore, "Fast, minimum storage ray/triangle intersection", 1997.
    """
    a, ab, ac = faces[:, 0], faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0]
    across = np.cross(direction, ac)
    scale = np.einsum("ij,ij->i", ab, across)
    scale = np.where(np.abs(scale) < 1e-12, np.inf, scale)
    result = np.full(len(points), np.inf)
    for i, point in enumerate(points):
        away = point - a
        u = np.einsum("ij,ij->i", away, across) / scale
        turned = np.cross(away, ab)
        v = turned @ direction / scale
        t = np.einsum("ij,ij->i", ac, turned) / scale
        hit = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 1e-9) & np.isfinite(scale)
        if hit.any():
            result[i] = t[hit].min()
    return result
