"""ARKit shapes of MediaPipe's 468-point face, learned from captured takes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import Rig, RigPart, face_mesh

FACE_MESH_RIG = Path(__file__).with_name("face_mesh_rig.npz")
"""Names, deltas and where they come from; `scripts/fit_face_mesh_rig` writes it."""
EVEN = 0.02
"""Centimetres of noise that every vertex is taken to have beside its own: no few decide alone."""


@cache
def face_mesh_rig() -> Rig:
    """Return the 468-point average face with the ARKit shapes that speech and blinks show.

    Raises
    ------
    VoxfaceError
        If this installation lacks its file.
    """
    topology, neutral = face_mesh()
    arrays = _arrays()
    names = tuple(json.loads(str(arrays["names"])))
    part = RigPart("face", topology.triangles)
    return Rig(topology.name, neutral, (part,), names, arrays["deltas"].astype(np.float32))


def usual_weights() -> dict[str, float]:
    """Return how large each channel is in the captured takes, root mean square about rest."""
    arrays = _arrays()
    return dict(zip(json.loads(str(arrays["names"])), map(float, arrays["usual"]), strict=True))


def trusted_vertices() -> NDArray[np.float64]:
    """Return how much each vertex counts, (V,): less where the shapes explain it less; mean 1."""
    trust = 1 / np.hypot(_arrays()["noise"].astype(np.float64), EVEN)
    return np.asarray(trust / trust.mean())


def face_mesh_rig_about() -> dict[str, Any]:
    """Return where the shapes come from: data, licence, speakers, channels left out."""
    about: dict[str, Any] = json.loads(str(_arrays()["about"]))
    return about


@cache
def _arrays() -> dict[str, Any]:
    try:
        with np.load(FACE_MESH_RIG, allow_pickle=False) as file:
            return {name: file[name] for name in ("names", "deltas", "usual", "noise", "about")}
    except (OSError, ValueError, KeyError) as error:
        raise VoxfaceError(
            f"cannot read {FACE_MESH_RIG} ({error}); install voxface again"
        ) from None
