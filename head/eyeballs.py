"""Eyeballs: spheres with a painted iris, and a clear cornea in front that catches the light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pieces import Piece, mirrored_piece
from skin_mesh import EYE_CENTRE, EYE_RADIUS

Points = NDArray[np.float64]

IRIS_ANGLE = np.arcsin(0.59 / EYE_RADIUS)
RINGS = np.radians([0, 8, 15, 22, 29, 36, 45, 56, 68, 82, 98])
SECTORS = 32


def eyeball() -> Piece:
    """Return the left eyeball; texture coordinates run around the pole in front."""
    turn = np.arange(SECTORS) * 2 * np.pi / SECTORS
    points = [np.array([[0.0, 0.0, EYE_RADIUS]])]
    for angle in RINGS[1:]:
        ring = np.stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn),
                         np.full(SECTORS, np.cos(angle))], axis=1)  # fmt: skip
        points.append(ring * EYE_RADIUS)
    place = np.concatenate(points)
    triangles = [(0, 1 + i, 1 + (i + 1) % SECTORS) for i in range(SECTORS)]
    for k in range(len(RINGS) - 2):
        one, two = 1 + k * SECTORS, 1 + (k + 1) * SECTORS
        for i in range(SECTORS):
            j = (i + 1) % SECTORS
            triangles += [(one + i, two + i, two + j), (one + i, two + j, one + j)]
    away = np.arccos(np.clip(place[:, 2] / EYE_RADIUS, -1, 1)) / np.radians(100)
    around = np.arctan2(place[:, 1], place[:, 0])
    uv = np.stack([0.5 + 0.5 * away * np.cos(around), 0.5 - 0.5 * away * np.sin(around)], axis=1)
    return Piece(place + EYE_CENTRE, {"eye_left": np.array(triangles)}, uv)


def eyeballs() -> tuple[Piece, Piece]:
    """Return the left and the right eyeball."""
    left = eyeball()
    return left, mirrored_piece(left, {"eye_left": "eye_right"})


def turned(points: Points, yaw: float, pitch: float) -> Points:
    """Return how points move when the left eye turns: yaw to +x, pitch up, radians."""
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    up = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    side = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    away = points - EYE_CENTRE
    return away @ (side @ up).T - away
