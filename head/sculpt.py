"""The artist's eye: strokes on the mean face's landmarks before it becomes a surface."""

from __future__ import annotations

import landmarks as lm
import numpy as np
from mean_face import SAVED
from numpy.typing import NDArray

Points = NDArray[np.float64]


def bump(points: Points, centre: tuple[float, float], radius: tuple[float, float]) -> Points:
    """Return a soft brush, 1 at its centre (|x|, y) and nearly 0 two radii away, on both sides."""
    x = (np.abs(points[:, 0]) - centre[0]) / radius[0]
    y = (points[:, 1] - centre[1]) / radius[1]
    return np.exp(-(x * x + y * y) / 2)


def sculpted(points: Points) -> Points:
    """Return the landmarks of a slightly stylised adult."""
    place = points.copy()
    side = np.sign(place[:, 0])

    # Eyes: a little larger and rounder, about their own middle.
    for sign in (1, -1):
        middle = np.array([3.02 * sign, -0.05])
        away = place[:, :2] - middle
        near = np.exp(-((np.linalg.norm(away / (1.75, 1.15), axis=1)) ** 4))
        place[:, :2] += near[:, None] * away * (0.05, 0.02)
    lids = bump(points, (3.0, 0.62), (0.95, 0.30))
    place[:, 1] -= 0.12 * lids
    place[:, 1] += 0.06 * bump(points, (3.0, -0.55), (0.95, 0.22))
    # Less sunken beside the bridge of the nose.
    place[:, 2] += 0.38 * bump(points, (1.8, 0.5), (0.5, 0.55))
    # Chin forward, a clear hollow under the lower lip.
    place[:, 2] += 0.52 * bump(points, (0, -11.2), (1.9, 1.15))
    place[:, 2] -= 0.10 * bump(points, (0, -9.35), (1.3, 0.35))
    # Lips forward, fuller, with a bow.
    place[:, 2] += 0.16 * bump(points, (0, -7.8), (1.8, 0.9))
    seal = -7.5
    for ring, fuller in ((lm.LIP_UPPER_OUTER, 0.04), (lm.LIP_UPPER_MIDDLE, 0.03),
                         (lm.LIP_UPPER_INNER, 0.02)):  # fmt: skip
        for sign in (1, -1):
            chosen = paired(points, ring[:-1], sign)
            place[chosen, 1] += fuller * (points[chosen, 1] - seal)
    for ring, fuller in ((lm.LIP_LOWER_OUTER, 0.10), (lm.LIP_LOWER_MIDDLE, 0.08),
                         (lm.LIP_LOWER_INNER, 0.08)):  # fmt: skip
        for sign in (1, -1):
            chosen = paired(points, ring[:-1], sign)
            place[chosen, 1] += fuller * (points[chosen, 1] - seal)
    place[0, 1] -= 0.07
    for index in paired(points, (267,), 1), paired(points, (267,), -1):
        place[index, 1] += 0.05
    # A corner of the jaw at the height of the mouth, and a chin that is not a point.
    place[:, 0] += side * 0.42 * bump(points, (6.0, -7.6), (0.9, 1.3))
    place[:, 0] += side * 0.22 * bump(points, (4.6, -9.9), (1.0, 0.9))
    place[:, 0] += side * 0.22 * bump(points, (1.8, -11.6), (0.9, 0.7))
    place[:, 0] += side * 0.10 * bump(points, (2.4, -7.5), (0.5, 0.5))
    # Cheekbones out, cheeks below them in, a readable corner of the jaw.
    place[:, 0] += side * 0.22 * bump(points, (6.0, -1.6), (1.4, 1.2))
    place[:, 2] += 0.12 * bump(points, (4.6, -2.3), (1.2, 0.9))
    place[:, 0] -= side * 0.14 * bump(points, (5.2, -6.0), (1.0, 1.4))
    place[:, 0] += side * 0.20 * bump(points, (6.0, 3.6), (1.2, 1.6))
    # The nose: a slimmer bridge and a less heavy tip.
    nose = bump(points, (0.0, -1.8), (1.0, 1.6))
    place[:, 0] *= 1 - 0.06 * nose
    tip = bump(points, (0.0, -3.9), (1.6, 0.9))
    place[:, 0] *= 1 - 0.07 * tip
    place[:, 1] += 0.10 * bump(points, (0.0, -4.2), (1.2, 0.7))
    place = evened(place, UNDER_THE_EYE, 3)
    # A shorter, wider oval.
    wide = np.maximum(np.abs(place[:, 0]) - 3.0, 0)
    place[:, 0] += side * 0.085 * wide
    place[:, 1] += 0.045 * np.maximum(-4.6 - place[:, 1], 0)
    return place


UNDER_THE_EYE = (*lm.EYE_LOWER_2[1:-1], *lm.EYE_LOWER_3[1:-1], 350, 349, 348, 347, 346, 340, 345,
                 277, 329, 330, 343, 357, 412, 399, 437, 465)  # fmt: skip


def evened(points: Points, chosen: tuple[int, ...], rounds: int) -> Points:
    """Move landmarks (and their mirror images) towards the mean of their neighbours' depths."""
    saved = np.load(SAVED)
    triangles, mirror = saved["triangles"].astype(int), saved["mirror"].astype(int)
    place = points.copy()
    cells = np.unique(np.concatenate([np.array(chosen), mirror[list(chosen)]]))
    around = {int(c): np.setdiff1d(triangles[(triangles == c).any(1)], [c]) for c in cells}
    for _ in range(rounds):
        depth = place[:, 2].copy()
        for cell, near in around.items():
            depth[cell] = 0.4 * place[cell, 2] + 0.6 * place[near, 2].mean()
        place[:, 2] = (depth + depth[mirror]) / 2
    return place


def paired(points: Points, indices: tuple[int, ...], sign: int) -> NDArray[np.int64]:
    """Return landmarks, or those that lie opposite (sign -1)."""
    chosen = points[list(indices)]
    if sign > 0:
        return np.array(indices)
    wanted = chosen * (-1.0, 1.0, 1.0)
    distance = np.linalg.norm(points[None] - wanted[:, None], axis=2)
    found = distance.argmin(1)
    middle = np.abs(chosen[:, 0]) < 1e-6
    return np.asarray(found[~middle])
