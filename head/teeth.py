"""Teeth and gums on dental arches, each tooth a rounded block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pieces import Piece, grid_triangles, joined, mirrored_piece

Points = NDArray[np.float64]

# From the middle to the back: width, height, depth in centimetres (Wheeler's dental anatomy,
# rounded; the last two are shortened, for nobody sees them).
UPPER = ((0.84, 1.02, 0.62), (0.66, 0.90, 0.56), (0.74, 1.00, 0.66), (0.70, 0.84, 0.76),
         (0.68, 0.80, 0.80), (0.98, 0.76, 0.96), (0.92, 0.72, 0.92))  # fmt: skip
LOWER = ((0.54, 0.86, 0.50), (0.58, 0.88, 0.54), (0.66, 0.96, 0.62), (0.68, 0.84, 0.70),
         (0.70, 0.80, 0.76), (1.04, 0.76, 0.94), (1.00, 0.72, 0.92))  # fmt: skip

SEAL_Y, SEAL_Z = -7.37, 2.2
UPPER_EDGE = SEAL_Y - 0.24
LOWER_EDGE = SEAL_Y - 0.14
UPPER_FRONT = SEAL_Z - 0.66
LOWER_FRONT = SEAL_Z - 0.98


def arch(front: float, half_width: float, length: float) -> Points:
    """Return a fine half arch (x, z) from the middle of the front teeth backwards."""
    t = np.linspace(0, 1, 400)
    x = half_width * np.sin(t * np.pi / 2) ** 0.86
    z = front - length * (1 - np.cos(t * np.pi / 2)) ** 1.12
    return np.stack([x, z], axis=1)


def along_arch(line: Points, where: float) -> tuple[Points, Points]:
    """Return the place and the unit direction (x, z) at a length along an arch."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    place = np.array([np.interp(where, length, line[:, i]) for i in (0, 1)])
    ahead = np.array([np.interp(where + 0.05, length, line[:, i]) for i in (0, 1)])
    behind = np.array([np.interp(where - 0.05, length, line[:, i]) for i in (0, 1)])
    direction = ahead - behind
    if where < 0.05:
        direction = np.array([1.0, 0.0])
    return place, direction / np.linalg.norm(direction)


def block(width: float, height: float, depth: float) -> tuple[Points, NDArray[np.int64]]:
    """Return a rounded block, its cutting edge at y = 0 and its root at y = height."""
    around, levels = 12, 5
    turn = (np.arange(around) + 0.5) * 2 * np.pi / around
    rows = []
    for k in range(levels):
        up = k / (levels - 1)
        size = (0.88, 0.985, 1.0, 0.965, 0.86)[k]
        thin = (0.38, 0.62, 0.82, 0.97, 0.95)[k]
        c, s = np.cos(turn), np.sin(turn)
        x = np.sign(c) * np.abs(c) ** 0.55 * width / 2 * size
        z = np.sign(s) * np.abs(s) ** 0.7 * depth / 2 * thin
        # The front face stands nearly straight; the back slopes to the cutting edge.
        z = z + depth / 2 * (1 - thin) * 0.75 - 0.02 * (up - 0.4) ** 2
        rows.append(np.stack([x, np.full(around, up * height), z], axis=1))
    points = np.concatenate([np.array([[0.0, -0.015, rows[0][:, 2].mean()]]), *rows])
    triangles = [(0, 1 + i, 1 + (i + 1) % around) for i in range(around)]
    grid = grid_triangles(levels, around, closed=True, first=1)
    return points, np.concatenate([np.array(triangles), grid[:, ::-1]])


def row_of_teeth(
    sizes: tuple[tuple[float, float, float], ...], line: Points, edge: float, up: float
) -> Piece:
    """Return the teeth of the left half of one jaw; `up` is 1 for the upper jaw, -1 the lower."""
    pieces = []
    where = 0.01
    for number, (width, height, depth) in enumerate(sizes):
        points, triangles = block(width * 0.985, height, depth)
        place, direction = along_arch(line, where + width / 2)
        where += width
        outwards = np.array([-direction[1], direction[0]])
        if outwards[1] < 0 and number < 3:
            outwards = -outwards
        x, y, z = points.T
        lift = (0.0, 0.05, -0.02, 0.04, 0.05, 0.06, 0.06)[number]
        flat = place + x[:, None] * direction + (z - depth / 2)[:, None] * outwards
        placed = np.stack([flat[:, 0], edge + up * (y + lift), flat[:, 1]], axis=1)
        if up < 0:
            triangles = triangles[:, ::-1]
        shade = np.clip(y / height, 0, 1)
        warm = np.outer(1 - 0.10 * shade**2, [1, 1, 1]) * (1, 1 - 0.0, 1)
        warm = warm * np.stack([np.ones_like(shade), 1 - 0.05 * shade, 1 - 0.16 * shade], axis=1)
        far = np.clip(1.04 - 0.055 * number, 0.5, 1)
        colors = np.column_stack([warm * far, np.ones(len(warm))])
        pieces.append(Piece(placed, {"teeth": triangles}, None, colors))
    left = joined(pieces)
    return joined([left, mirrored_piece(left)])


def gum(line: Points, edge: float, up: float, reach: float) -> Piece:
    """Return the gum of one jaw: a rounded band along the arch above the teeth's necks."""
    outline = np.array([(0.06, 0.62), (0.13, 0.74), (0.17, 1.0), (0.10, 1.45), (-0.35, 1.75),
                        (-0.85, 1.4), (-1.0, 1.0), (-0.8, 0.72), (-0.3, 0.62)])  # fmt: skip
    stations = np.linspace(0, reach, 17)
    rows = []
    for where in np.concatenate([-stations[:0:-1], stations]):
        place, direction = along_arch(line, abs(where))
        outwards = np.array([-direction[1], direction[0]])
        flat = place + outline[:, :1] * outwards
        rows.append(np.stack([flat[:, 0] * (1 if where >= 0 else -1),
                              edge + up * outline[:, 1], flat[:, 1]], axis=1))  # fmt: skip
    points = np.concatenate(rows)
    triangles = grid_triangles(len(rows), len(outline), closed=True)
    if up > 0:
        triangles = triangles[:, ::-1]
    depth = np.clip((points[:, 2] + 2.5) / 4, 0.25, 1)[:, None]
    colors = np.column_stack([np.repeat(depth, 3, axis=1), np.ones(len(points))])
    return Piece(points, {"gums": triangles}, None, colors)


def jaws() -> tuple[Piece, Piece]:
    """Return upper teeth with gum, and lower teeth with gum."""
    upper_line, lower_line = arch(UPPER_FRONT, 2.95, 4.4), arch(LOWER_FRONT, 2.75, 4.2)
    upper = joined([row_of_teeth(UPPER, upper_line, UPPER_EDGE, 1.0),
                    gum(upper_line, UPPER_EDGE, 1.0, 5.2)])  # fmt: skip
    lower = joined([row_of_teeth(LOWER, lower_line, LOWER_EDGE, -1.0),
                    gum(lower_line, LOWER_EDGE, -1.0, 4.9)])  # fmt: skip
    return upper, lower
