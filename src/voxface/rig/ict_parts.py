"""The parts of the ICT-FaceKit head, by vertex number, and how they look without textures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.face import Material, RigPart

VERTICES = 26719
"""Vertices of the head to which the numbers below belong."""

_SKIN = Material("skin", (0.52, 0.3, 0.22, 1.0), 0.55)
_EYE = Material("eyeball", (1.0, 1.0, 1.0, 1.0), 0.3)
_CORNEA = Material("cornea", (1.0, 1.0, 1.0, 0.08), 0.05, transparent=True)
_TEAR = Material("tear", (1.0, 1.0, 1.0, 0.1), 0.05, transparent=True)
_SHADE = Material("eye shade", (0.1, 0.03, 0.02, 0.25), 0.9, transparent=True)
_LASH = Material("lashes", (0.02, 0.012, 0.01, 0.3), 0.8, transparent=True, two_sided=True)

_PARTS: tuple[tuple[int, str, Material], ...] = (
    (0, "face", _SKIN),
    (9409, "head and neck", _SKIN),
    (11248, "mouth", Material("mouth", (0.18, 0.04, 0.04, 1.0), 0.6)),
    (13294, "eye sockets", Material("eye sockets", (0.45, 0.2, 0.16, 1.0), 0.5)),
    (14062, "gums and tongue", Material("tongue", (0.55, 0.18, 0.17, 1.0), 0.4)),
    (17039, "teeth", Material("teeth", (0.78, 0.73, 0.64, 1.0), 0.25)),
    (21451, "left cornea", _CORNEA),
    (22221, "left eyeball", _EYE),
    (23021, "right cornea", _CORNEA),
    (23791, "right eyeball", _EYE),
    (24591, "tears", _TEAR),
    (24999, "eye corners", _SHADE),
    (25047, "eye shade", _SHADE),
    (25351, "lashes", _LASH),
)
"""First vertex, name and look. The bounds are those of the FaceKit's documentation, but for eyeball
and cornea, which it counts as one."""

_IRIS, _PUPIL = 0.40, 0.16
"""Angles from the direction of gaze, in radians."""

_UNDER_CHIN = -12.0
"""Height of the highest vertices that do not turn wholly with the head, in centimetres."""


def ict_parts(triangles: NDArray[np.int32]) -> tuple[RigPart, ...]:
    """Return the triangles of the FaceKit's head by part."""
    bounds = [first for first, _, _ in _PARTS]
    owner = np.searchsorted(bounds, triangles.max(axis=1), side="right") - 1
    return tuple(
        RigPart(name, triangles[owner == number], material)
        for number, (_, name, material) in enumerate(_PARTS)
    )


def ict_colors(neutral: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vertex colours: irises and pupils on the eyeballs, white elsewhere."""
    colors = np.ones((len(neutral), 4), np.float32)
    for begin, end in ((22221, 23021), (23791, 24591)):
        ball = neutral[begin:end]
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        ray = (ball - centre) / np.linalg.norm(ball - centre, axis=1, keepdims=True)
        off_axis = np.arccos(np.clip(ray[:, 2], -1, 1))
        colors[begin:end, :3] = (0.85, 0.82, 0.78)
        colors[begin:end][off_axis < _IRIS, :3] = (0.10, 0.16, 0.20)
        colors[begin:end][off_axis < _PUPIL, :3] = (0.005, 0.005, 0.005)
    return colors


def ict_head_share(neutral: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each vertex follows the head: the neck bends, its lower end stays."""
    low = float(neutral[:, 1].min())
    rise = np.clip((neutral[:, 1] - low) / (_UNDER_CHIN - low), 0, 1)
    return np.asarray(rise * rise * (3 - 2 * rise), np.float32)
