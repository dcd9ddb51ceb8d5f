"""Lids, gaze and brows."""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from lids import THICKNESS, behind_lids, fill_between, lid_depth, lid_halves, near_eye, onto_ball
from numpy.typing import NDArray
from skin_mesh import EYE_CENTRE, EYE_RADIUS, SkinMesh
from strokes import Gesture

Points = NDArray[np.float64]

LOOK = {"Up": (0.0, 25.0), "Down": (0.0, -30.0), "In": (-30.0, 0.0), "Out": (30.0, 0.0)}
"""Yaw (towards the left, +x) and pitch of the left eye at weight 1, in degrees."""


def lid_motion(skin: SkinMesh, spreader: Spreader, upper_share: float, lower_share: float,
               out: float = 0.0) -> Points:  # fmt: skip
    """Return the field of the left lids closing by shares of the opening (1: they meet).

    The lids' skin is led over the eyeball rather than through it.
    """
    upper, lower = lid_halves(skin)
    top, bottom = skin.points[upper], skin.points[lower]
    along = np.linspace(0, 1, len(upper))[:, None]
    meet = bottom + 0.18 * (top - bottom)
    moves: dict[int, Points] = {}
    for row, edge, share in ((upper, top, upper_share), (lower, bottom, lower_share)):
        target = edge + (meet - edge) * share
        clearance = THICKNESS + out * np.sin(along[:, 0] * np.pi)
        target[:, 2] = EYE_CENTRE[2] + lid_depth(target - EYE_CENTRE, clearance)
        for index, move in zip(row, target - edge, strict=True):
            moves[int(index)] = move
    closed = skin.points.copy()
    gesture = Gesture(spreader).rows(moves)
    gesture.hold(*lid_frame(skin))
    field = gesture.left(1.5)
    closed += field
    rim = np.zeros(len(closed), bool)
    for row in ("socket_0", "socket_1", "socket_2", "socket_3"):
        rim[skin.rows[row]] = True
    rim[behind_lids(skin)] = True
    chosen = near_eye(skin.points) & (skin.points[:, 0] > 0.6) & ~rim
    moving = chosen & (np.linalg.norm(field, axis=1) > 1e-4)
    before = onto_ball(skin.points[moving], THICKNESS)
    extra = onto_ball(closed[moving], THICKNESS + out) - closed[moving]
    extra -= (before - skin.points[moving]) * 0.0
    closed[moving] += extra
    field = closed - skin.points
    carry_sockets(skin, field)
    return field


def lid_frame(skin: SkinMesh) -> list[int]:
    """Return vertices that stay still when the lids move."""
    return [int(i) for name in ("eye_upper_3", "eye_lower_3") for i in skin.rows[name]]


def carry_sockets(skin: SkinMesh, field: Points) -> None:
    """Let the lids' undersides follow their edges."""
    rim = skin.rows["socket_0"]
    start = skin.points[rim] - EYE_CENTRE
    end = start + field[rim]
    for row in (1, 2, 3):
        below = skin.rows[f"socket_{row}"]
        place = skin.points[below] - EYE_CENTRE
        distance = np.linalg.norm(place, axis=1, keepdims=True)
        leaning = place / distance + (
            end / np.linalg.norm(end, axis=1, keepdims=True)
            - start / np.linalg.norm(start, axis=1, keepdims=True)
        )
        leaning /= np.linalg.norm(leaning, axis=1, keepdims=True)
        moved = leaning * distance - place
        loose = smooth_step(np.linalg.norm(start, axis=1), EYE_RADIUS + 0.14, EYE_RADIUS + 0.3)
        # At the inner corner nothing is behind: the lining draws back, or it would show below.
        back = np.abs(field[rim, 1:2]) * (0.0, 0.0, -0.45)
        field[below] = moved * (1 - loose[:, None]) + (field[rim] + back) * loose[:, None]
    fill_between(skin, field)


def eye_fields(spreader: Spreader) -> dict[str, Points]:
    """Return the fields of the skin for lids, gaze and brows, both sides."""
    skin = spreader.skin
    fields: dict[str, Points] = {}

    def pair(name: str, field: Points) -> None:
        fields[f"{name}Left"] = field
        fields[f"{name}Right"] = field[skin.mirror] * (-1.0, 1.0, 1.0)

    pair("eyeBlink", lid_motion(skin, spreader, 1.0, 1.0, out=0.10))
    squint = lid_motion(skin, spreader, 0.22, 2.0)
    cheek = Gesture(spreader).pull({
        450: (0, 0.24, 0.10), 449: (0, 0.22, 0.10), 451: (0, 0.20, 0.10), 448: (-0.03, 0.15, 0.06),
        347: (0, 0.28, 0.14), 348: (0, 0.25, 0.14), 280: (0, 0.16, 0.12), 261: (-0.05, 0.05, 0.02),
        446: (-0.04, 0, 0), 443: (0, -0.14, 0.04), 444: (0, -0.14, 0.04), 442: (0, -0.12, 0.04),
    }).hold(*(int(i) for i in skin.rows["socket_0"]), 454, 4, 425).left(2.4)  # fmt: skip
    pair("eyeSquint", squint + cheek)
    pair("eyeWide", lid_motion(skin, spreader, -0.36, -0.8))
    pair("eyeLookUp", lid_motion(skin, spreader, -0.42, 0.25))
    # Both lids sink with the gaze, such that they still just meet in a blink.
    pair("eyeLookDown", lid_motion(skin, spreader, 0.40, -1.4, out=0.06))
    side = np.zeros_like(skin.points)
    pair("eyeLookIn", side)
    pair("eyeLookOut", side.copy())

    lids = tuple(int(i) for i in skin.rows["socket_0"])
    pair("browDown", Gesture(spreader).pull({
        285: (-0.22, -0.52, 0.16), 336: (-0.20, -0.48, 0.12), 295: (-0.16, -0.54, 0.14),
        296: (-0.14, -0.48, 0.09), 282: (-0.10, -0.46, 0.10), 334: (-0.08, -0.40, 0.06),
        283: (-0.04, -0.24, 0.04), 293: (-0.03, -0.20, 0.03), 276: (0, -0.10, 0), 300: (0, -.08, 0),
        442: (-0.02, -0.22, 0.05), 443: (-0.02, -0.20, 0.05), 441: (-0.04, -0.20, 0.04),
        8: (0, -0.16, 0.06), 9: (0, -0.14, 0.03), 444: (0, -0.12, 0.03), 417: (-0.03, -0.06, 0.03),
    }).hold(*lids, 337, 299, 6).left(3.2))  # fmt: skip
    fields["browInnerUp"] = Gesture(spreader).pull({
        285: (-0.05, 0.88, 0.04), 336: (-0.04, 0.92, 0.03), 295: (-0.03, 0.62, 0.04),
        296: (-0.02, 0.70, 0.03), 282: (0, 0.28, 0.03), 334: (0, 0.36, 0.0), 9: (0, 0.74, 0.05),
        8: (0, 0.48, 0.03), 337: (0, 0.40, 0.04), 151: (0, 0.36, 0.05), 283: (0, 0.04, 0),
        441: (0, 0.16, 0), 442: (0, 0.12, 0.0), 417: (0, 0.14, 0), 299: (0, 0.18, 0),
    }).hold(*lids, 276, 300, 10, 297, 6).both(3.2)  # fmt: skip
    pair("browOuterUp", Gesture(spreader).pull({
        276: (0.02, 0.58, 0), 300: (0.02, 0.56, 0), 283: (0.02, 0.84, 0.03), 293: (0.02, 0.84, 0),
        282: (0.0, 0.58, 0.03), 334: (0.0, 0.62, 0), 295: (0, 0.14, 0), 296: (0, 0.18, 0),
        285: (0, 0.02, 0), 336: (0, 0.03, 0), 333: (0, 0.30, 0), 298: (0, 0.26, 0),
        444: (0, 0.22, 0), 445: (0, 0.20, 0), 443: (0, 0.18, 0), 299: (0, 0.16, 0),
    }).hold(*lids, 389, 332, 297, 8, 9).left(3.2))  # fmt: skip
    return fields
