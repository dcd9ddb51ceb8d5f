"""Regions of meshes without a rig, from the face's shape and from how it moves in speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from voxface.errors import VoxfaceError

FloatArray = NDArray[np.float64]

NEAR = 0.7
"""Centimetres within which two vertices of a face that lies still are neighbours."""
BESIDE = 0.5
"""Centimetres from where lips part within which a vertex is of the lips."""
MOVES = 0.05
"""Share of the motion of what moves most from which a vertex may be seen to part from others."""
MOUTH_TOP, UPPER_FOOT = 2.6, 3.4
"""Centimetres above the lips where the mouth's region ends and the upper face begins."""
SOFT = 0.4
"""Centimetres over which they fade."""
LIP_HALF = (3.4, 1.7)
"""Half width and half height of the box, in centimetres, in which lips are looked for."""
EYES = (3.2, 6.8)
"""Centimetres of an eye from the face's middle and above the lips, where no lid moves."""
LID_HALF = (2.2, 0.9)
"""Half width and half height of the ellipse of an eye's lids, in centimetres."""
MOST = 6000
"""Vertices among which neighbours are sought, at most."""


def motion_regions(neutral: ArrayLike, offsets: ArrayLike) -> dict[str, NDArray[np.float32]]:
    """Return the regions that losses and figures of meshes ask for.

    Lips are where neighbours part in the lower half of what moves: nothing else of a speaking face
    opens. From them the rest is measured in centimetres, as on an adult's face; vertices far behind
    the lips (the back of a head) belong to no region. Lids are where neighbours part above, if
    anybody blinks, and where eyes usually are otherwise.

    Parameters
    ----------
    neutral : array_like, shape (V, 3)
        A face at rest, +x its left, +y up, +z forward, centimetres.
    offsets : array_like, shape (T, V, 3)
        A minute of speech or so, some hundred frames are enough.

    Returns
    -------
    dict of str to ndarray of float32, shape (V,)
        ``lips`` (0 or 1), ``mouth``, ``upper`` and ``eyelids`` (0 to 1).

    Raises
    ------
    VoxfaceError
        If shapes do not fit together, or nothing moves as a speaking mouth does.
    """
    face, moved = np.asarray(neutral, float), np.asarray(offsets, float)
    if face.ndim != 2 or moved.ndim != 3 or moved.shape[1:] != face.shape or len(moved) < 3:
        raise VoxfaceError(
            f"a face {face.shape} and its motion {moved.shape} do not fit: expected (V, 3) and "
            "(at least 3 frames, V, 3)"
        )
    moved = moved[:: max(1, len(moved) // 400)]
    motion = np.sqrt(moved.var(axis=0).sum(axis=1))
    middle = _mouth(face, motion)
    parting, chosen = _parting(face, moved, motion)
    lips = _lips(face, parting, chosen, middle)
    line = np.array([np.median(face[lips, 0]), np.median(face[lips, 1]), face[lips, 2].max()])
    height = face[:, 1] - line[1]
    front = 1 / (1 + np.exp((line[2] - 9.0 - face[:, 2]) / SOFT))
    reach = front * np.exp(-(np.maximum(np.abs(face[:, 0] - line[0]) - 6.5, 0) ** 2) / 2)
    lip_mask = np.zeros(len(face))
    lip_mask[lips] = 1
    masks = {
        "lips": lip_mask,
        "mouth": reach / (1 + np.exp((height - MOUTH_TOP) / SOFT)) * (height > -9),
        "upper": reach / (1 + np.exp((UPPER_FOOT - height) / SOFT)) * (height < 13),
        "eyelids": front * _lids(face, parting, chosen, line),
    }
    return {name: np.asarray(mask, np.float32) for name, mask in masks.items()}


def _mouth(face: FloatArray, motion: FloatArray) -> FloatArray:
    """Return the middle of what moves most: chin and lower lip."""
    if not motion.max() > 1e-4:
        raise VoxfaceError("regions come from a mouth that moves, and this face never does")
    weight = motion * (motion > 0.5 * motion.max())
    return np.asarray((face * weight[:, None]).sum(axis=0) / weight.sum())


def _parting(
    face: FloatArray, moved: FloatArray, motion: FloatArray
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return how far some vertices part from a neighbour, (n,), and which vertices these are."""
    rows = np.flatnonzero(motion > MOVES * motion.max())
    rows = rows[:: max(1, len(rows) // MOST)]
    tree = cKDTree(face[rows])
    _, near = tree.query(face[rows], k=min(12, len(rows)), distance_upper_bound=NEAR)
    parting = np.zeros(len(rows))
    own = moved[:, rows]
    for column in near.T[1:]:
        known = column < len(rows)
        other = np.where(known, column, 0)
        apart = (own - own[:, other])[:, known]
        spread = np.sqrt(apart.var(axis=0).sum(axis=1))
        distance = np.linalg.norm(face[rows[known]] - face[rows[other[known]]], axis=1)
        parting[known] = np.maximum(parting[known], spread / (distance + 0.15))
    return parting, rows


def _lips(
    face: FloatArray, parting: FloatArray, chosen: NDArray[np.int64], middle: FloatArray
) -> NDArray[np.int64]:
    """Return the vertices of the lips: those that part, and what is beside them."""
    low = face[chosen, 1] < middle[1] + 5
    best = np.quantile(parting[low], 0.995)
    core = chosen[low & (parting > 0.5 * best)]
    centre = np.median(face[core], axis=0)
    beside = np.abs(face[core] - centre)
    core = core[(beside[:, 0] < LIP_HALF[0]) & (beside[:, 1] < LIP_HALF[1])]
    distance, _ = cKDTree(face[core]).query(face)
    beside = np.abs(face - centre)
    front = face[:, 2] > np.quantile(face[core, 2], 0.9) - 1.0
    near = (distance < BESIDE) & (beside[:, 0] < LIP_HALF[0]) & (beside[:, 1] < LIP_HALF[1]) & front
    return np.flatnonzero(near)


def _lids(
    face: FloatArray, parting: FloatArray, chosen: NDArray[np.int64], line: FloatArray
) -> FloatArray:
    mask = np.zeros(len(face))
    height = face[chosen, 1] - line[1]
    for side in (-1, 1):
        centre = np.array([line[0] + side * EYES[0], line[1] + EYES[1]])
        here = (np.abs(height - EYES[1]) < 2.5) & (side * (face[chosen, 0] - line[0]) > 1.0)
        here &= side * (face[chosen, 0] - line[0]) < 6.0
        strong = here & (parting > 0.3 * np.quantile(parting, 0.995))
        if strong.sum() >= 4:
            centre = np.median(face[chosen[strong], :2], axis=0)
        off = (face[:, :2] - centre) / LID_HALF
        mask = np.maximum(mask, np.clip(2 * (1.2 - np.sqrt((off**2).sum(axis=1))), 0, 1))
    return mask
