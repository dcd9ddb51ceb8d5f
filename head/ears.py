"""Ears: a relief over an egg-shaped outline, with helix, antihelix, concha, tragus and lobe."""

from __future__ import annotations

import numpy as np
from deform import smooth_step
from numpy.typing import NDArray
from pieces import Piece, grid_triangles
from scipy.interpolate import CubicSpline

Points = NDArray[np.float64]

AROUND = 40
RINGS = np.array([0.06, 0.2, 0.33, 0.44, 0.53, 0.62, 0.70, 0.78, 0.85, 0.91, 0.96, 1.0])
PLACE = np.array([8.22, -1.9, -7.5])  # the ear canal
FLARE, LEAN = np.radians(20), np.radians(12)
# The outline by angle (0 backwards, 90 up, 180 forwards, 270 down): centimetres from the canal.
OUTLINE = ((-90, 2.62), (-62, 2.52), (-30, 2.15), (0, 2.20), (30, 2.60), (60, 3.05), (90, 3.10),
           (115, 2.55), (140, 1.60), (165, 1.00), (190, 0.85), (220, 1.05), (245, 1.90),
           (270, 2.62))  # fmt: skip


def ridge(values: Points, centre: float, width: float) -> Points:
    """Return a soft ridge of height 1."""
    return np.exp(-(((values - centre) / width) ** 2))


def relief(share: Points, turn: Points) -> Points:
    """Return how far the ear's front stands out, by share of the outline and degrees."""
    back = smooth_step(turn, 150, 118) * smooth_step(turn, -80, -52)
    helix = 0.34 * ridge(share, 0.93, 0.085) * back
    scapha = -0.10 * ridge(share, 0.78, 0.07) * smooth_step(turn, 110, 80) * smooth_step(
        turn, -50, -20)  # fmt: skip
    anti = 0.30 * ridge(share, 0.60, 0.10) * smooth_step(turn, 62, 40) * smooth_step(turn, -72, -42)
    crus = 0.16 * ridge(share, 0.60, 0.16) * ridge(turn, 78, 20)
    fossa = -0.10 * ridge(share, 0.72, 0.09) * ridge(turn, 100, 18)
    bowl = -0.58 * smooth_step(share, 0.58, 0.24) * smooth_step(turn, 200, 150)
    bowl = np.where(turn > 150, -0.50 * smooth_step(share, 0.55, 0.2), bowl)
    root = 0.16 * ridge(turn, 148, 14) * smooth_step(share, 0.2, 0.55)
    tragus = 0.36 * ridge(turn, 188, 24) * ridge(share, 0.62, 0.26)
    anti_tragus = 0.22 * ridge(turn, -72, 18) * ridge(share, 0.42, 0.13)
    anti_tragus += 0.22 * ridge(turn, 288, 18) * ridge(share, 0.42, 0.13)
    lobe = 0.10 * ridge(turn, -85, 30) * ridge(share, 0.8, 0.25)
    lobe += 0.10 * ridge(turn, 275, 30) * ridge(share, 0.8, 0.25)
    edge = -0.22 * smooth_step(share, 0.93, 1.0)
    return helix + scapha + anti + crus + fossa + bowl + root + tragus + anti_tragus + lobe + edge


def left_ear() -> Piece:
    """Return the left ear; its rim goes back into the head all around."""
    turn = -90 + 360 * np.arange(AROUND) / AROUND
    angles, reach = np.array(OUTLINE).T * ((1,), (0.93,))
    outline = CubicSpline(angles, reach, bc_type="periodic")(turn)
    rows, shades = [], []
    for share in RINGS:
        height = relief(np.full(AROUND, share), turn)
        rows.append((share * outline, height))
        shades.append(np.clip(0.80 + 1.1 * height, 0.42, 1.0))
    for share, depth in ((0.985, -0.42), (0.88, -0.75), (0.66, -1.25), (0.45, -2.1)):
        rows.append((share * outline, np.full(AROUND, depth)))
        shades.append(np.full(AROUND, 0.85))
    ahead = np.array([np.sin(FLARE), 0.0, -np.cos(FLARE)])  # backwards along the ear
    out = np.array([np.cos(FLARE), 0.0, np.sin(FLARE)])
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    lean_a, lean_b = c * np.cos(LEAN) + s * np.sin(LEAN), s * np.cos(LEAN) - c * np.sin(LEAN)
    # In front the ear grows out of the cheek: there it lies flat and a little sunk.
    front = smooth_step(c, -0.2, -0.9)
    points, colors = [], []
    for (radius, height), shade in zip(rows, shades, strict=True):
        lift = height - front * 0.22
        place = PLACE + np.outer(radius * lean_a, ahead) + np.outer(lift, out)
        place[:, 1] += radius * lean_b
        points.append(place)
        red = np.stack([shade**0.7, shade, shade], axis=1) * (1.0, 0.93, 0.91)
        colors.append(np.column_stack([red, np.ones(AROUND)]))
    place = np.concatenate([*points, [PLACE + relief(np.array([0.0]), np.array([0.0])) * out]])
    middle = len(place) - 1
    triangles = grid_triangles(len(rows), AROUND, closed=True)
    cap = [(middle, (i + 1) % AROUND, i) for i in range(AROUND)]
    tint = np.concatenate([*colors, [[0.3, 0.2, 0.19, 1.0]]])
    both = np.concatenate([triangles, np.array(cap)])[:, ::-1]
    return Piece(place, {"skin": both}, None, tint)
