"""Whether a rig stands as glTF asks: upright, the face along +z, its left at +x."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.face import Rig
from voxface.rig.connect import Connection
from voxface.rig.normals import vertex_normals

_SLIDES = ("jaw", "mouthLeft", "mouthRight", "eyeLook")
"""Channels that say a direction, not a side, or that move what need not be at that side."""
_ENOUGH = 2
"""Targets of each kind below which nothing is concluded."""
_APART = 0.1
"""Share of the face's size; what is nearer together says nothing."""


def misplaced(rig: Rig, connection: Connection) -> str | None:
    """Return what is wrong with how a rig stands and what to do, in one line; None if nothing is.

    Where eyes and mouth, and the left and the right, are is told by what the targets of those
    names move. Such a rig is not turned about silently, because a game may rely on its axes.
    """
    middles = _middles(rig)
    if not middles:
        return None
    sides: dict[str, list[NDArray[np.float64]]] = {"Left": [], "Right": [], "eye": [], "mouth": []}
    for match in connection.matched:
        middle = middles.get(match.target)
        if middle is None:
            continue
        first = match.channels[0]
        for side in ("Left", "Right"):
            if len(match.channels) == 1 and first.endswith(side) and not first.startswith(_SLIDES):
                sides[side].append(middle)
        sides["eye"] += [middle] * first.startswith(("eye", "brow"))
        sides["mouth"] += [middle] * first.startswith(("mouth", "jaw"))
    apart = _APART * float(np.ptp(list(middles.values()), axis=0).max())
    if min(len(sides["eye"]), len(sides["mouth"])) >= _ENOUGH:
        upwards = np.mean(sides["eye"], axis=0) - np.mean(sides["mouth"], axis=0)
        if upwards[1] < 0.5 * np.linalg.norm(upwards) and np.linalg.norm(upwards) > apart:
            return "the head does not stand upright; export it with +Y up"
    if min(len(sides["Left"]), len(sides["Right"])) >= _ENOUGH:
        leftwards = np.mean(sides["Left"], axis=0) - np.mean(sides["Right"], axis=0)
        if leftwards[0] < -max(0.5 * float(np.linalg.norm(leftwards)), apart):
            if _outwards(rig)[2] < 0:
                return "the face looks along -z and would nod backwards; turn it to +z and export"
            return "targets named left move the subject's right side; swap the names"
    return None


def _middles(rig: Rig) -> dict[str, NDArray[np.float64]]:
    """Return the middle of what each target moves; targets that move nothing are left out."""
    found = {}
    for name, delta in zip(rig.targets, rig.deltas, strict=True):
        moved = np.linalg.norm(delta, axis=1).astype(np.float64)
        if moved.max(initial=0) > 1e-4:
            found[name] = moved @ rig.neutral / moved.sum()
    return found


def _outwards(rig: Rig) -> NDArray[np.float64]:
    """Return the mean direction in which the skin looks that targets move."""
    normals = vertex_normals(rig.neutral, rig.triangles) if rig.normals is None else rig.normals
    moved = np.abs(rig.deltas).max(axis=2).sum(axis=0)
    return np.asarray(moved @ normals, np.float64)
