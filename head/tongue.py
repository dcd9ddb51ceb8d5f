"""The tongue: a closed loft from root to tip with a furrow, at rest and out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pieces import Piece, grid_triangles

Points = NDArray[np.float64]

# Sections from root to tip: z, y of the middle, half width, half height. Row by row, `OUT` says
# where the sections of `REST` go at `tongueOut` 1. Vertices go there on straight ways, past the
# lower lip, which gives way by the same channel: hence the tip rests high and ends not too low.
REST = np.array([
    (-4.6, -9.8, 1.5, 0.75), (-3.8, -8.9, 1.8, 0.85), (-2.9, -8.3, 1.95, 0.80),
    (-2.1, -8.0, 1.95, 0.70), (-1.5, -7.86, 1.87, 0.62), (-1.0, -7.76, 1.74, 0.53),
    (-0.6, -7.69, 1.55, 0.45), (-0.28, -7.64, 1.30, 0.37), (-0.04, -7.61, 1.0, 0.29),
    (0.14, -7.59, 0.66, 0.21), (0.25, -7.58, 0.30, 0.12),
])  # fmt: skip
OUT = np.array([
    (-4.4, -9.8, 1.5, 0.75), (-3.1, -9.2, 1.75, 0.80), (-1.6, -8.80, 1.80, 0.70),
    (-0.2, -8.50, 1.75, 0.60), (1.0, -8.30, 1.66, 0.53), (2.0, -8.24, 1.58, 0.48),
    (2.9, -8.31, 1.52, 0.44), (3.65, -8.46, 1.40, 0.39), (4.2, -8.63, 1.16, 0.33),
    (4.52, -8.75, 0.82, 0.25), (4.68, -8.83, 0.42, 0.14),
])  # fmt: skip
AROUND = 18


def lofted(sections: Points) -> tuple[Points, Points]:
    """Return vertices, section by section and then the tip, and how deep in the furrow each is."""
    turn = np.arange(AROUND) * 2 * np.pi / AROUND
    c, s = np.cos(turn), np.sin(turn)
    rows, deep = [], []
    for z, y, wide, high in sections:
        x = np.sign(c) * np.abs(c) ** 0.85 * wide
        rise = np.where(s > 0, s, s * 0.9) * high
        furrow = 0.10 * wide * np.exp(-((x / (0.28 * wide)) ** 2)) * (s > 0)
        furrow = np.minimum(furrow, 0.45 * high)
        rows.append(np.stack([x, y + rise - furrow, np.full(AROUND, z)], axis=1))
        deep.append(furrow)
    z, y, _, high = sections[-1]
    rows.append(np.array([[0.0, y - 0.2 * high, z + 0.06]]))
    return np.concatenate(rows), np.concatenate([*deep, [0.0]])


def tongue() -> Piece:
    """Return the tongue at rest behind the lower teeth."""
    points, deep = lofted(REST)
    light = np.clip(0.35 + 0.65 * (points[:, 2] + 3.2) / 3.2, 0.3, 1) * (1 - 0.12 * (deep > 0.05))
    tip = len(points) - 1
    triangles = grid_triangles(len(REST), AROUND, closed=True)
    last = (len(REST) - 1) * AROUND
    cap = [(last + i, last + (i + 1) % AROUND, tip) for i in range(AROUND)]
    return Piece(points, {"tongue": np.concatenate([triangles, np.array(cap)])}, None,
                 np.column_stack([light, light, light, np.ones(len(light))]))  # fmt: skip


def tongue_out() -> Points:
    """Return how the tongue's vertices move at `tongueOut` 1: out, and a little down."""
    return lofted(OUT)[0] - lofted(REST)[0]
