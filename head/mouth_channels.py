"""The channels of lips and cheeks, as gestures. Distances are centimetres at weight 1.

`upper` is 1 on the upper lip and 0 on the lower, `along` runs from 0 in the middle to 1 at the
corner, `ring` counts from the outline (0) over the seal (3) to the gums (5).
"""

from __future__ import annotations

import numpy as np
from cheek_fold import cheek_fold
from deform import Spreader, smooth_step
from lips import Motion, lip_points, towards_middle
from numpy.typing import NDArray
from strokes import Gesture

Points = NDArray[np.float64]


def stack(x: Points, y: Points, z: Points) -> Points:
    """Return vectors from their three components."""
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def still(upper: Points, along: Points, ring: Points, place: Points) -> Points:
    """Keep the lips where they are."""
    return np.zeros_like(place)


def inner(ring: Points) -> Points:
    """Return how far a ring follows the lips rather than the gums (1 to the seal, then less)."""
    return 1 - 0.9 * smooth_step(ring, 3.2, 5)


def drawn_in(ring: Points, along: Points) -> Points:
    """Return the same for lips drawn to the middle: at the corner the cheek's lining comes too."""
    return np.maximum(inner(ring), 0.6 * along**2)


def sides(upper: Points) -> Points:
    """Return +1 on the upper lip, -1 on the lower, 0 at the corner."""
    return 2 * upper - 1


class Studio:
    """Where gestures are made and their fields collected."""

    def __init__(self, spreader: Spreader) -> None:
        self.spreader = spreader
        self.lip = lip_points(spreader.skin)
        self.fields: dict[str, Points] = {}

    def gesture(self) -> Gesture:
        """Begin a gesture."""
        return Gesture(self.spreader, self.lip)

    def pair(self, name: str, field: Points) -> None:
        """Keep a field of the left side and its mirror image."""
        self.fields[f"{name}Left"] = field
        self.fields[f"{name}Right"] = mirrored_field(self.spreader, field)


def mouth_fields(spreader: Spreader) -> dict[str, Points]:
    """Return the displacement field of the skin for every lip and cheek channel."""
    studio = Studio(spreader)
    for make in (corners, edges, rounds, rolls, sides_of_mouth, cheeks):
        make(studio)
    return studio.fields


def pulled_corner(x: float, y: float, z: float, power: float) -> Motion:
    """Return a motion that pulls the corner and fades towards the middle by a power."""

    def motion(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        pull = along**power * inner(ring)
        return stack(x * pull, y * pull**1.3, z * pull)

    return motion


def corners(studio: Studio) -> None:
    """Make the corners of the mouth: smile, frown, dimple, stretch."""
    smile = studio.gesture().lips(pulled_corner(0.70, 0.88, -0.74, 1.8)).pull({
        425: (0.14, 0.46, 0.34), 280: (0.12, 0.44, 0.32), 322: (0.20, 0.22, -0.14),
        410: (0.52, 0.52, -0.52), 411: (0.34, 0.36, 0.06),
        427: (0.44, 0.46, 0.06), 436: (0.46, 0.50, -0.22), 432: (0.55, 0.52, -0.20),
        434: (0.34, 0.28, 0.06), 422: (0.30, 0.28, -0.16), 330: (0.04, 0.22, 0.10),
        426: (0.18, 0.30, -0.12), 391: (0.12, 0.14, -0.08), 347: (0.02, 0.12, 0.05),
    }).hold(348, 358, 18, 200, 262).left(4.2)  # fmt: skip
    studio.pair("mouthSmile", smile + cheek_fold(studio.spreader))
    studio.pair("mouthFrown", studio.gesture().lips(pulled_corner(0.14, -0.80, -0.24, 2.0)).pull({
        422: (0.10, -0.50, 0.08), 432: (0.08, -0.46, -0.04), 424: (0.04, -0.30, 0.12),
        436: (0.04, -0.40, -0.04), 430: (0.04, -0.16, 0.06), 18: (0, 0.10, 0.08),
    }).hold(425, 280, 358, 200).left(3.5))  # fmt: skip
    studio.pair("mouthDimple", studio.gesture().lips(pulled_corner(0.56, 0.18, -0.78, 2.4)).pull({
        432: (0.30, 0.08, -0.66), 436: (0.28, 0.06, -0.36), 427: (0.22, 0.08, 0.06),
        434: (0.16, 0.0, 0.18), 422: (0.24, 0.08, -0.34),
    }).hold(425, 358, 200, 262).left(3.2))  # fmt: skip
    studio.pair("mouthStretch", studio.gesture().lips(pulled_corner(0.86, -0.34, -0.62, 1.5)).pull({
        432: (0.62, -0.28, -0.34), 422: (0.52, -0.36, -0.20), 434: (0.32, -0.18, 0.0),
        430: (0.32, -0.30, 0.0), 436: (0.50, -0.14, -0.30),
    }).hold(425, 280, 358, 200).left(4.0))  # fmt: skip


def edges(studio: Studio) -> None:
    """Make the edges of the lips: press, lower lip down, upper lip up."""

    def press(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        where = (0.6 + 0.4 * smooth_step(along, 0.0, 0.45)) * (1 - 0.35 * along**3)
        thin = np.clip(1 - ring / 3, 0, 1)
        side = sides(upper)
        return stack(0.10 * along * inner(ring), -0.27 * side * thin * where
                     + 0.10 * where * inner(ring), -0.26 * where * inner(ring))  # fmt: skip

    studio.pair(
        "mouthPress",
        studio.gesture()
        .lips(press)
        .pull({432: (0.08, 0.06, 0.14), 422: (0.02, 0.10, 0.10), 424: (0.0, 0.10, 0.10)})
        .left(2.8),
    )

    def lower_down(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        where = (1 - upper) * np.where(upper < 0.4, 1, 0) * towards_middle(along) ** 0.8
        where = where * (0.75 + 0.5 * smooth_step(along, 0.0, 0.4)) * inner(ring)
        return stack(0.05 * where, -0.62 * where, (-0.04 + 0.10 * (ring == 3)) * where)

    studio.pair("mouthLowerDown", studio.gesture().lips(lower_down).pull({
        18: (0, -0.14, 0.0), 424: (0.02, -0.26, 0.0), 418: (0.0, -0.30, 0.02),
    }).hold(200, 262, 425).left(3.0))  # fmt: skip

    def upper_up(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        where = np.where(upper > 0.6, 1, 0) * towards_middle(along) ** 0.8
        where = where * (0.75 + 0.5 * smooth_step(along, 0.0, 0.4)) * inner(ring)
        return stack(0.04 * where, 0.54 * where, (0.02 + 0.08 * (ring == 3)) * where)

    studio.pair("mouthUpperUp", studio.gesture().lips(upper_up).pull({
        391: (0.04, 0.34, 0.04), 358: (0.05, 0.16, 0.02), 426: (0.05, 0.26, 0.06),
        425: (0.02, 0.16, 0.08), 327: (0.03, 0.10, 0.0),
    }).hold(2, 4, 348).left(3.0))  # fmt: skip


def rounds(studio: Studio) -> None:
    """Make rounded lips: pucker and funnel."""

    def pucker(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        side = sides(upper)
        forward = 0.98 * (1 - 0.22 * along**2) + 0.14 * (ring == 2) * (1 - along)
        forward = forward - 0.12 * (ring == 0) * (1 - along)
        # The lower lip stays round where it is drawn together.
        x = (0.16 * (upper < 0.4) * (ring < 2) * (1 - along**2) - 0.47) * place[:, 0]
        # The lips press on each other, so that they still nearly meet when the jaw gives way.
        full = np.array([0.16, 0.15, 0.07, -0.05, -0.05, -0.05])[ring.astype(int)]
        low = np.where(side < 0, 0.6, 1.0)
        y = side * full * low * (1 - along**3) + 0.03
        return stack(x * drawn_in(ring, along), y * inner(ring), forward * inner(ring))

    studio.fields["mouthPucker"] = studio.gesture().lips(pucker).pull({
        432: (-0.52, 0.02, 0.26), 422: (-0.38, 0.04, 0.28), 436: (-0.38, -0.02, 0.22),
        391: (-0.12, -0.02, 0.34), 426: (-0.16, -0.04, 0.14), 18: (0, 0.02, 0.44),
        164: (0, 0.02, 0.44), 424: (-0.18, 0.06, 0.22), 434: (-0.20, 0, -0.02),
    }).hold(2, 358, 200, 262, 425).both(3.6)  # fmt: skip

    def funnel(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        side = sides(upper)
        part = towards_middle(along) ** 1.1
        flare = np.array([0.30, 0.48, 0.62, 0.66, 0.52, 0.2])[ring.astype(int)]
        # At the corners the lining stays behind the skin.
        corner = np.array([0.30, 0.33, 0.35, 0.35, 0.22, 0.05])[ring.astype(int)]
        opening = np.array([0.18, 0.27, 0.33, 0.36, 0.32, 0.1])[ring.astype(int)]
        x = -0.40 * place[:, 0] * drawn_in(ring, along)
        y = side * part * opening * np.where(side > 0, 0.60, 1.2)
        return stack(x, y, flare + (corner - flare) * along**2)

    studio.fields["mouthFunnel"] = studio.gesture().lips(funnel).pull({
        432: (-0.36, 0.0, 0.14), 422: (-0.24, -0.06, 0.14), 436: (-0.26, 0.04, 0.12),
        391: (-0.06, 0.08, 0.18), 18: (0, -0.18, 0.18), 164: (0, 0.07, 0.22),
        424: (-0.10, -0.12, 0.10),
    }).hold(2, 358, 200, 262, 425).both(3.6)  # fmt: skip


def rolls(studio: Studio) -> None:
    """Make lips rolled in and shrugged."""

    def roll(upper_lip: bool):
        def motion(upper: Points, along: Points, ring: Points, place: Points) -> Points:
            side = sides(upper)
            mine = (
                np.where((upper > 0.6) == upper_lip, 1.0, 0.0)
                * np.where(np.abs(side) < 0.2, 0.0, 1.0)
                * towards_middle(along) ** 0.45
            )
            down = np.array([0.34, 0.40, 0.28, 0.02, -0.20, 0.0])[ring.astype(int)]
            back = np.array([0.18, 0.40, 0.52, 0.52, 0.24, 0.0])[ring.astype(int)]
            return stack(0 * mine, -side * down * mine, -back * mine)

        return motion

    studio.fields["mouthRollUpper"] = studio.gesture().lips(roll(True)).pull({
        164: (0, -0.18, -0.08), 391: (0, -0.16, -0.08)}).hold(2, 18).both(2.6)  # fmt: skip
    studio.fields["mouthRollLower"] = studio.gesture().lips(roll(False)).pull({
        18: (0, 0.20, 0.0), 418: (0, 0.16, 0.0)}).hold(2, 200).both(2.6)  # fmt: skip

    def shrug_lower(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        part = towards_middle(along) ** 0.8 * inner(ring)
        lower = np.where(upper < 0.4, 1, 0)
        rise = np.where(lower == 1, np.array([0.74, 0.64, 0.55, 0.48, 0.4, 0])[ring.astype(int)],
                        np.array([0.22, 0.34, 0.42, 0.48, 0.4, 0])[ring.astype(int)])  # fmt: skip
        return stack(0 * part, rise * part, np.where(lower == 1, 0.34, 0.10) * part)

    studio.fields["mouthShrugLower"] = studio.gesture().lips(shrug_lower).pull({
        18: (0, 0.74, 0.14), 200: (0, 0.66, 0.14), 199: (0, 0.50, 0.10), 418: (0, 0.54, 0.10),
        421: (0, 0.54, 0.14), 175: (0, 0.26, 0.04), 262: (0, 0.22, 0.04),
    }).hold(2, 425).both(3.2)  # fmt: skip

    def shrug_upper(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        part = towards_middle(along) ** 0.8 * inner(ring)
        on_upper = np.where(upper > 0.6, 1, 0)
        rise = np.where(on_upper == 1,
                        np.array([0.46, 0.47, 0.47, 0.47, 0.4, 0])[ring.astype(int)],
                        np.array([0.18, 0.30, 0.41, 0.47, 0.4, 0])[ring.astype(int)])  # fmt: skip
        return stack(0 * part, rise * part, np.where(on_upper == 1, 0.34, 0.14) * part)

    studio.fields["mouthShrugUpper"] = studio.gesture().lips(shrug_upper).pull({
        164: (0, 0.28, 0.14), 391: (0, 0.24, 0.08)}).hold(2, 18, 425).both(2.8)  # fmt: skip


def sides_of_mouth(studio: Studio) -> None:
    """Make the whole mouth to a side."""

    def shift(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        x = place[:, 0]
        # Around the teeth: back where the mouth leads, forward where it trails.
        return stack(0.95 * inner(ring), 0.05 * np.sign(x) * along * inner(ring),
                     -0.24 * x * inner(ring))  # fmt: skip

    studio.fields["mouthLeft"] = sideways(studio.spreader, studio.gesture().lips(shift).pull({
        18: (0.6, 0, 0), 164: (0.5, 0, 0), 391: (0.5, 0.0, 0), 422: (0.7, 0, -0.40),
        432: (0.62, 0.05, -0.48), 436: (0.5, 0.05, -0.36), 424: (0.55, 0, 0),
        200: (0.3, 0, 0), 425: (0.18, 0.04, 0.08), 2: (0.12, 0, 0),
    }).hold(4, 280, 358, 199))  # fmt: skip
    studio.fields["mouthRight"] = mirrored_field(studio.spreader, studio.fields["mouthLeft"])


def cheeks(studio: Studio) -> None:
    """Make cheeks and nose."""

    def puff(upper: Points, along: Points, ring: Points, place: Points) -> Points:
        side = sides(upper)
        front = np.clip(1 - ring / 3, 0, 1)
        return stack(-0.06 * place[:, 0] / 2.4 * inner(ring), side * 0.08 * front,
                     0.10 * (1 - along) * inner(ring) + 0.12 * along * front)  # fmt: skip

    studio.fields["cheekPuff"] = studio.gesture().lips(puff).pull({
        434: (0.90, -0.05, 0.62), 427: (0.76, 0.02, 0.74), 432: (0.46, -0.04, 0.62),
        411: (0.72, 0.05, 0.48), 416: (0.72, -0.1, 0.34), 422: (0.26, -0.10, 0.36),
        430: (0.45, -0.15, 0.36), 436: (0.30, 0.04, 0.42), 425: (0.35, 0.10, 0.36),
        391: (0.05, 0.04, 0.22), 164: (0, 0, 0.18), 18: (0, -0.05, 0.20), 435: (0.5, -0.1, 0.2),
    }).hold(280, 200, 358, 2, 361, 379).both(4.0)  # fmt: skip

    studio.pair("cheekSquint", studio.gesture().lips(still).pull({
        280: (0.08, 0.52, 0.32), 330: (0.05, 0.52, 0.26), 347: (0.05, 0.50, 0.22),
        346: (0.05, 0.46, 0.20), 425: (0.06, 0.30, 0.20), 348: (0.0, 0.40, 0.16),
        266: (0.02, 0.38, 0.16), 352: (0.06, 0.28, 0.18), 449: (0, 0.30, 0.09),
        450: (0, 0.32, 0.09), 451: (0, 0.27, 0.08), 448: (0, 0.21, 0.08),
    }).hold(454, 4, 374, 373, 380, 386, 263, 362).left(3.0))  # fmt: skip
    studio.pair("noseSneer", studio.gesture().lips(lambda u, a, r, p: stack(
        0 * u, 0.30 * (u > 0.6) * np.clip(1 - r / 3.5, 0, 1) * (1 - a) * smooth_step(a, 0, 0.2),
        0 * u,
    )).pull({
        358: (0.08, 0.58, 0.02), 327: (0.06, 0.44, 0.02), 279: (0.12, 0.60, 0.06),
        429: (0.08, 0.60, 0.12), 420: (0.03, 0.52, 0.14), 371: (0.08, 0.52, 0.14),
        355: (0.03, 0.44, 0.14), 437: (0.0, 0.34, 0.18), 391: (0.06, 0.40, 0.02),
        343: (0.0, 0.24, 0.14), 412: (-0.02, 0.08, 0.20), 426: (0.08, 0.42, 0.12),
        285: (-0.08, -0.26, 0.08), 417: (-0.05, -0.16, 0.12), 425: (0.04, 0.18, 0.10),
    }).hold(4, 168, 280, 386, 362).left(2.6))  # fmt: skip


def sideways(spreader: Spreader, gesture: Gesture) -> Points:
    """Return a field that moves both halves to the same side (x is not mirrored)."""
    mirror = spreader.skin.mirror
    moves = dict(gesture.moves)
    for index, move in gesture.moves.items():
        other = int(mirror[index])
        if other != index:
            moves[other] = move * (1.0, -1.0, -1.0)
    index = np.array(sorted(moves))
    return spreader.spread(index, np.array([moves[int(i)] for i in index]), 4.0)


def mirrored_field(spreader: Spreader, field: Points) -> Points:
    """Return the mirror image of a field."""
    return field[spreader.skin.mirror] * (-1.0, 1.0, 1.0)
