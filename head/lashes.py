"""Lashes: tapered tufts on the lids' edges that turn with the lids."""

from __future__ import annotations

import numpy as np
from lids import lid_halves
from numpy.typing import NDArray
from pieces import Piece
from skin_mesh import EYE_CENTRE, SkinMesh

Points = NDArray[np.float64]

STEPS = 3


def left_lashes(skin: SkinMesh, fields: dict[str, Points]) -> Piece:
    """Return the left eye's lashes, moving as the lids do."""
    upper, lower = lid_halves(skin)
    random = np.random.default_rng(51)
    points, roots, weights, triangles = [], [], [], []
    count = 0
    for edge, number, long, rise in ((upper, 46, 0.44, 0.62), (lower, 26, 0.20, -0.5)):
        for k in range(number):
            share = 0.05 + 0.82 * (k + 0.5) / number  # from the outer corner inwards
            at = share * (len(edge) - 1)
            one = int(at)
            part = at - one
            root = skin.points[edge[one]] * (1 - part) + skin.points[edge[one + 1]] * part
            out = root - EYE_CENTRE
            out /= np.linalg.norm(out)
            fan = 0.75 - 1.15 * share
            way = out * 0.95 + np.array([fan, rise * 0.28, 0.12])
            length = long * (1 - 0.55 * share) * random.uniform(0.82, 1.1)
            way = way / np.linalg.norm(way) + random.normal(0, 0.05, 3)
            curl = np.array([0.0, rise, 0.0])
            side = np.cross(out, curl)
            side /= np.linalg.norm(side)
            for step in range(STEPS):
                t = step / (STEPS - 1)
                middle = root - out * 0.03 + length * (way * t + curl * 0.55 * t * t)
                wide = 0.0155 * (1 - 0.9 * t)
                for sign in (-1, 1):
                    points.append(middle + sign * wide * side)
                    roots.append((int(edge[one]), int(edge[one + 1])))
                    weights.append(part)
            for step in range(STEPS - 1):
                a = count + 2 * step
                triangles += [(a, a + 1, a + 3), (a, a + 3, a + 2)]
            count += 2 * STEPS
    place = np.array(points)
    piece = Piece(place, {"lashes": np.array(triangles)})
    pair, part = np.array(roots), np.array(weights)[:, None]
    start = skin.points[pair[:, 0]] * (1 - part) + skin.points[pair[:, 1]] * part
    for channel, field in fields.items():
        shift = field[pair[:, 0]] * (1 - part) + field[pair[:, 1]] * part
        if np.abs(shift).max() > 1e-4:
            piece.move(channel, shift + turned_with(start, shift, place - start))
    return piece


def turned_with(start: Points, shift: Points, lash: Points) -> Points:
    """Return how lashes move when their roots go around the eyeball (Rodrigues' rotation)."""
    a, b = start - EYE_CENTRE, start + shift - EYE_CENTRE
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    axis = np.cross(a, b)
    cosine = np.einsum("ij,ij->i", a, b)[:, None]
    along = axis * np.einsum("ij,ij->i", axis, lash)[:, None] / (1 + cosine)
    return lash * cosine + np.cross(axis, lash) + along - lash
