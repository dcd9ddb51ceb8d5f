"""FACEGOOD takes: sound with 116 blendshape curves of their own, told in ARKit's names.

The table is inferred from names and curves (the data set documents none): ``mouth_stretch_c`` opens
the jaw, ``mouth_oh`` and ``mouth_oo`` round the lips, ``suck`` rolls them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from voxface.corpus.archive import UNREADABLE
from voxface.errors import VoxfaceError
from voxface.face import FaceClip

ARKIT_FROM_FACEGOOD: Mapping[str, Mapping[str, float]] = {
    "jawOpen": {"mouth_stretch_c": 1.0},
    "mouthFunnel": {
        "mouth_funnel_ul": 0.25,
        "mouth_funnel_ur": 0.25,
        "mouth_funnel_dl": 0.25,
        "mouth_funnel_dr": 0.25,
        "mouth_oh_c": 0.5,
    },
    "mouthPucker": {
        "mouth_pucker_l": 0.5,
        "mouth_pucker_r": 0.5,
        "mouth_oh_c": 0.5,
        "mouth_oo_c": 1.0,
    },
    "mouthLowerDownLeft": {"mouth_lowerLipDepress_l": 1.0},
    "mouthLowerDownRight": {"mouth_lowerLipDepress_r": 1.0},
    "mouthUpperUpLeft": {"mouth_upperLipRaise_l": 1.0},
    "mouthUpperUpRight": {"mouth_upperLipRaise_r": 1.0},
    "mouthSmileLeft": {"mouth_lipCornerPull_l": 1.0},
    "mouthSmileRight": {"mouth_lipCornerPull_r": 1.0},
    "mouthStretchLeft": {"mouth_lipStretch_l": 1.0},
    "mouthStretchRight": {"mouth_lipStretch_r": 1.0},
    "mouthPressLeft": {"mouth_press_l": 1.0},
    "mouthPressRight": {"mouth_press_r": 1.0},
    "mouthRollLower": {"mouth_suck_dl": 0.5, "mouth_suck_dr": 0.5},
    "mouthRollUpper": {"mouth_suck_ul": 0.5, "mouth_suck_ur": 0.5},
}
"""For each ARKit channel the FACEGOOD curves that add up to it."""


def read_take(path: str | PathLike[str]) -> FaceClip:
    """Read a FACEGOOD ``.npz`` (``weights``, ``names``, ``fps``) as a clip of ARKit channels.

    Channels that the data set does not drive are not in the clip.

    Raises
    ------
    VoxfaceError
        If the file lacks an array or a curve.
    """
    try:
        with np.load(path) as held:
            weights, names, fps = held["weights"], [str(n) for n in held["names"]], held["fps"]
    except UNREADABLE as error:
        raise VoxfaceError(f"{path} is not a FACEGOOD take: {error}") from None
    curves = np.zeros((len(weights), len(ARKIT_FROM_FACEGOOD)), np.float32)
    for column, parts in enumerate(ARKIT_FROM_FACEGOOD.values()):
        for name, share in parts.items():
            if name not in names:
                raise VoxfaceError(f"{path} lacks the curve '{name}'")
            curves[:, column] += share * weights[:, names.index(name)]
    metadata: dict[str, Any] = {"source": Path(path).name, "licence": "MIT (FACEGOOD-Audio2Face)"}
    return FaceClip(
        np.clip(curves, 0, 1),
        Fraction(str(fps)).limit_denominator(1001),
        tuple(ARKIT_FROM_FACEGOOD),
        metadata=metadata,
    )
