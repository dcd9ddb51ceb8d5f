"""The jaw: a hinge in front of the ears, and how much of it each vertex follows."""

from __future__ import annotations

import numpy as np
from deform import Spreader
from lips import lip_points, seal_pairs
from numpy.typing import NDArray
from strokes import Gesture

Points = NDArray[np.float64]

HINGE = np.array([0.0, -2.6, -7.6])
OPEN_ANGLE = np.radians(15.8)
SLIDE = np.array([0.0, -0.15, 0.35])  # the condyles glide forward as the mouth opens


def opened(points: Points, share: Points | float = 1.0) -> Points:
    """Return how points move as the jaw opens, each by its own share of the angle."""
    angle = OPEN_ANGLE * np.broadcast_to(share, len(points))
    away = points - HINGE
    c, s = np.cos(angle), np.sin(angle)
    y = away[:, 1] * c - away[:, 2] * s
    z = away[:, 1] * s + away[:, 2] * c
    turned = np.stack([away[:, 0], y, z], axis=1)
    return turned - away + SLIDE * np.broadcast_to(share, len(points))[:, None]


def jaw_share(spreader: Spreader) -> Points:
    """Return for every vertex of the skin how far it goes along with the jaw, 0 to 1."""
    skin = spreader.skin
    points, mirror = skin.points, skin.mirror
    lip = lip_points(skin)
    share: dict[int, float] = {}
    for index, upper, along in zip(lip.index, lip.upper, lip.along, strict=True):
        # At the corners the lips part evenly; between, the lower lip hangs on the jaw.
        low = 1 - 0.66 * along**4.0
        high = 0.34 * along**4.0
        share[int(index)] = high if upper > 0.6 else low if upper < 0.4 else 0.34
    for row in range(3, 7):
        for side, value in (("upper", 0.0), ("lower", 1.0)):
            ends = skin.rows[f"mouth_{side}_{row}"]
            for k, index in enumerate(ends):
                corner = (k / (len(ends) - 1)) ** 3
                share[int(index)] = value * (1 - corner) + 0.4 * corner
    for index in (18, 200, 199, 175, 152, 377, 400, 378, 379, 396, 428, 262, 369, 395, 421, 418,
                  424, 431, 394, 365):  # fmt: skip
        share[index] = 1.0
    for index, value in {397: 0.86, 364: 0.86, 430: 0.88, 422: 0.72, 432: 0.46, 434: 0.45,
                         367: 0.62, 288: 0.55, 435: 0.35, 416: 0.40, 427: 0.22, 436: 0.20,
                         361: 0.22, 401: 0.18, 411: 0.12}.items():  # fmt: skip
        share[index] = value
    for index in (323, 454, 352, 280, 425, 358, 2, 164, 391, 326, 376, 366, 447):
        share[index] = 0.0
    for index in (int(i) for i in skin.rows["neck_1"]):
        depth = points[index, 2]
        share[index] = float(np.clip((depth + 7.0) / 7.0, 0, 1)) * 0.72
    for index in (int(i) for i in skin.rows["neck_2"]):
        share[index] = float(np.clip((points[index, 2] + 7.0) / 6.0, 0, 1)) * 0.20
    for index in (*skin.rows["neck_3"], *skin.rows["skull_1"]):
        share[int(index)] = 0.0
    total = dict(share)
    for index, value in share.items():
        total[int(mirror[index])] = value
    index = np.array(sorted(total))
    moves = np.array([[total[int(i)]] for i in index])
    field = spreader.spread(index, moves, reach=5.0)[:, 0]
    field = (field + field[mirror]) / 2
    return np.clip(field, 0, 1)


def jaw_fields(spreader: Spreader) -> dict[str, Points]:
    """Return the fields of the skin for the jaw channels and `mouthClose`."""
    points = spreader.skin.points
    share = jaw_share(spreader)
    across = np.outer(share, [0.75, 0.0, 0.0])
    across[:, 1] += 0.05 * share * points[:, 0] / 3
    forward = np.outer(share, [0.0, -0.06, 0.85])
    fields = {
        "jawOpen": opened(points, share),
        "jawForward": forward,
        "jawLeft": across,
        "jawRight": across[spreader.skin.mirror] * (-1.0, 1.0, 1.0),
    }
    fields["mouthClose"] = closing(spreader, fields["jawOpen"])
    return fields


def closing(spreader: Spreader, jaw_open: Points) -> Points:
    """Return what brings the lips together while the jaw is open.

    Displacements are linear in the weight, so the seal holds for every weight w of both channels
    if it holds at 1: upper + jaw(upper) + close(upper) = lower + jaw(lower) + close(lower).
    """
    skin = spreader.skin
    lip = lip_points(skin)
    partner = dict(seal_pairs(skin))
    partner |= {b: a for a, b in partner.items()}
    by_place = {(round(float(a), 6), bool(u > 0.5)): int(i) for i, u, a, r in
                zip(lip.index, lip.upper, lip.along, lip.ring, strict=True) if r == 3}  # fmt: skip
    seal_along = np.array(sorted({k[0] for k in by_place}))
    moves: dict[int, Points] = {}
    for index, upper, along, ring in zip(lip.index, lip.upper, lip.along, lip.ring, strict=True):
        near = float(seal_along[np.abs(seal_along - along).argmin()])
        one = by_place.get((near, True), by_place.get((near, False)))
        assert one is not None
        other = partner.get(one, one)
        gap = jaw_open[other] - jaw_open[one]
        share = 0.42
        full = np.array([0.66, 0.86, 0.97, 1.0, 1.0, 0.45])[int(ring)]
        lower_full = np.array([0.80, 0.92, 0.98, 1.0, 1.0, 0.45])[int(ring)]
        if upper > 0.6:
            moves[int(index)] = gap * share * full
        elif upper < 0.4:
            moves[int(index)] = -gap * (1 - share) * lower_full
        else:
            moves[int(index)] = np.zeros(3)
    gesture = Gesture(spreader, lip)
    gesture.rows(moves)
    gesture.pull({18: tuple(-0.22 * (jaw_open[18] - jaw_open[164]))})
    gesture.hold(2, 200, 199, 425, 358, 262)
    field = gesture.both(3.2)
    for one, other in seal_pairs(skin):
        # Exactly, not only as well as the solver's last digits.
        middle = jaw_open[one] + field[one] + jaw_open[other] + field[other]
        field[one], field[other] = middle / 2 - jaw_open[one], middle / 2 - jaw_open[other]
    return field
