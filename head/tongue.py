"""The tongue: a closed loft from root to tip with a furrow, and how it comes out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pieces import Piece, grid_triangles

Points = NDArray[np.float64]

# Sections from root to tip: z, y of the middle of the back, half width, half height.
SECTIONS = np.array([
    (-4.6, -9.8, 1.5, 0.75), (-3.8, -8.9, 1.8, 0.85), (-2.9, -8.35, 1.95, 0.80),
    (-2.0, -8.15, 1.95, 0.70), (-1.25, -8.08, 1.85, 0.58), (-0.6, -8.05, 1.65, 0.46),
    (-0.12, -8.02, 1.36, 0.36), (0.2, -7.99, 1.02, 0.28), (0.4, -7.97, 0.68, 0.21),
    (0.52, -7.96, 0.3, 0.12),
])  # fmt: skip
AROUND = 18


def tongue() -> Piece:
    """Return the tongue at rest behind the lower teeth."""
    turn = np.arange(AROUND) * 2 * np.pi / AROUND
    rows, colors = [], []
    for z, y, wide, high in SECTIONS:
        c, s = np.cos(turn), np.sin(turn)
        x = np.sign(c) * np.abs(c) ** 0.85 * wide
        rise = np.where(s > 0, s, s * 0.9) * high
        furrow = 0.10 * wide * np.exp(-((x / (0.28 * wide + 1e-6)) ** 2)) * (s > 0)
        rows.append(np.stack([x, y + rise - furrow, np.full(AROUND, z)], axis=1))
        light = np.clip(0.35 + 0.65 * (z + 3.2) / 3.2, 0.3, 1) * (1 - 0.12 * (furrow > 0.05))
        colors.append(np.column_stack([np.repeat(light[:, None], 3, 1)
                                       if np.ndim(light) else np.full((AROUND, 3), light),
                                       np.ones(AROUND)]))  # fmt: skip
    z, y, _, _ = SECTIONS[-1]
    points = np.concatenate([*rows, [[0.0, y, z + 0.06]]])
    tip = len(points) - 1
    triangles = grid_triangles(len(SECTIONS), AROUND, closed=True)
    last = (len(SECTIONS) - 1) * AROUND
    cap = [(last + i, last + (i + 1) % AROUND, tip) for i in range(AROUND)]
    return Piece(points, {"tongue": np.concatenate([triangles, np.array(cap)])},
                 None, np.concatenate([*colors, [[1, 1, 1, 1]]]))  # fmt: skip
