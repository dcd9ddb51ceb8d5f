"""Which vertices of a rig are lips, mouth, upper face and eyelids, by what its own targets move."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import MeshTopology, Rig
from voxface.face.regions import REGIONS, SPEECH_CHANNELS
from voxface.rig.connect import connect

UPPER_CHANNELS: tuple[str, ...] = REGIONS["eyes"] + REGIONS["brows"]
"""What moves above the mouth, whatever is said."""
ROLLS = ("mouthRollUpper", "mouthRollLower")
"""They turn the red of the lips in; skin around the lips may follow."""
PURSED = ("mouthPucker", "mouthFunnel")
"""They push the red of the lips forward, and less what is behind it or around it."""
MOVES = 0.3
"""Centimetres by which a vertex must move to belong to the face's motion wholly."""
LIPS = 0.4
"""From how far a vertex, as a share of what moves furthest, is of the lips."""
LIDS = 0.5
"""Share of the furthest lid's motion at which a vertex belongs to the eyelids wholly."""
DEPTH = 0.8
"""Centimetres behind the front of the lips beyond which a vertex is inside the mouth."""
FloatArray = NDArray[np.float32]


def rig_regions(rig: Rig) -> dict[str, FloatArray]:
    """Return the regions of a rig that losses and figures of meshes ask for.

    Each vertex is shared out between mouth and upper face as the channels of the two move it, so
    that the masks fade into each other over cheeks and nose. Teeth and tongue are of the mouth,
    eyes of the upper face. What no channel moves belongs to none.

    Parameters
    ----------
    rig : Rig
        With targets for ARKit channels, as `voxface.rig.connect` finds them.

    Returns
    -------
    dict of str to ndarray of float32, shape (V,)
        ``lips`` (0 or 1), ``mouth``, ``upper`` and ``eyelids`` (0 to 1).

    Raises
    ------
    VoxfaceError
        If the rig has no targets for the mouth's or the eyes' channels, or they move nothing.
    """
    moved = _moved(rig)
    speech = _together(moved, SPEECH_CHANNELS, "the mouth", rig)
    above = _together(moved, UPPER_CHANNELS, "eyes and brows", rig)
    total = speech + above
    reach = np.clip(np.sqrt(total) / MOVES, 0, 1)
    share = speech / np.maximum(total, 1e-12)
    blink = np.sqrt(_together(moved, ("eyeBlinkLeft", "eyeBlinkRight"), "the eyelids", rig))
    furthest = np.quantile(blink[blink > MOVES], 0.95) if (blink > MOVES).any() else np.inf
    masks = {
        "lips": _lips(rig, moved),
        "mouth": reach * share,
        "upper": reach * (1 - share),
        "eyelids": np.clip(blink / (LIDS * furthest), 0, 1) ** 2,
    }
    return {name: np.asarray(mask, np.float32) for name, mask in masks.items()}


def rig_topology(rig: Rig) -> MeshTopology:
    """Return a rig's mesh with its regions.

    Raises
    ------
    VoxfaceError
        If regions cannot be told; see `rig_regions`.
    """
    return MeshTopology(rig.name, rig.triangles, len(rig.neutral), rig_regions(rig))


def _moved(rig: Rig) -> dict[str, NDArray[np.float64]]:
    """Return how far each channel moves each vertex, squared, (V,), by channel."""
    rows = {name: number for number, name in enumerate(rig.targets)}
    moved: dict[str, NDArray[np.float64]] = {}
    for match in connect(rig).matched:
        pose = {match.target: 1.0} if match.target in rows else rig.expressions[match.target]
        way = np.zeros(rig.neutral.shape)
        for target, amount in pose.items():
            if target in rows:
                way += amount * rig.deltas[rows[target]]
        for channel in match.channels:
            # Halves of a channel move vertices of their own side: both count.
            moved[channel] = moved.get(channel, 0.0) + (way**2).sum(axis=1)
    return moved


def _together(
    moved: dict[str, NDArray[np.float64]], channels: Iterable[str], what: str, rig: Rig
) -> NDArray[np.float64]:
    rows = [moved[channel] for channel in channels if channel in moved]
    if not rows:
        raise VoxfaceError(
            f"the rig '{rig.name}' has no targets for {what}; regions of a mesh need ARKit "
            "channels: see 'voxface rig FILE'"
        )
    return np.asarray(np.sum(rows, axis=0))


def _lips(rig: Rig, moved: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    pursed = np.sqrt(_together(moved, PURSED, "the lips", rig))
    near = pursed / max(pursed.max(), 1e-9)
    if all(name in moved for name in ROLLS):
        # Red turns in and comes forward; skin beside it does but one of the two.
        rolled = [np.sqrt(moved[name]) for name in ROLLS]
        near = near * np.maximum(*(way / max(way.max(), 1e-9) for way in rolled))
    lips = near > LIPS
    if not lips.any():
        raise VoxfaceError(
            f"no vertex of the rig '{rig.name}' is of the lips: {' and '.join(PURSED)} move none"
        )
    depth = rig.neutral[:, 2]
    lips &= depth > np.quantile(depth[lips], 0.9) - DEPTH
    return np.asarray(lips, np.float64)
