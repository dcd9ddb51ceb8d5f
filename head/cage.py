"""The control mesh: the mean face, with skull, neck, shoulders, lip insides and eye sockets added.

Everything is made on the left half (x >= 0) in symmetric pairs, so a mirror table comes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import landmarks as lm
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# The middle line of the skull behind the forehead, (y, z) in centimetres, over crown and occiput
# down to the nape; and beside each the end of that row at the neck's side, (x, y, z).
SKULL_ROWS = (
    ((8.1, -0.9), 7.65, (5.6, -8.1, -5.9)),
    ((10.3, -4.0), 7.95, (5.0, -8.7, -7.0)),
    ((11.1, -7.8), 8.1, (4.75, -9.1, -8.0)),
    ((10.3, -12.0), 8.0, (4.65, -9.4, -8.9)),
    ((7.6, -15.4), 7.6, (4.55, -9.7, -9.8)),
    ((3.6, -17.3), 6.9, (4.4, -10.0, -10.7)),
    ((-0.8, -17.2), 6.1, (4.1, -10.2, -11.4)),
    ((-5.2, -15.0), 5.3, (3.5, -10.3, -12.0)),
    ((-9.2, -12.8), 3.4, (2.3, -10.6, -12.4)),
)

# Rings of the neck and shoulders: half width, then (y, z) at the front and at the back.
NECK_RINGS = (
    (4.65, (-12.9, -4.0), (-11.8, -12.6)),
    (4.55, (-15.4, -4.7), (-13.8, -13.2)),
    (5.4, (-17.9, -4.9), (-15.9, -14.4)),
    (9.6, (-20.0, -3.4), (-17.8, -16.2)),
    (15.2, (-22.6, -0.6), (-20.8, -17.4)),
    (17.6, (-26.5, 1.2), (-26.0, -17.6)),
)


@dataclass
class Cage:
    """A growing symmetric mesh.

    `mirror[i]` is the vertex opposite i; vertices in the middle are their own.
    """

    points: list[Points]
    mirror: list[int]
    triangles: list[tuple[int, int, int]]
    marks: dict[str, list[int]] = field(default_factory=dict)

    def add(self, point: Points) -> int:
        """Add a vertex of the left half and its mirror image; return the left one's number."""
        x, y, z = point
        if abs(x) < 1e-6:
            self.points.append(np.array([0.0, y, z]))
            self.mirror.append(len(self.points) - 1)
            return len(self.points) - 1
        left = len(self.points)
        self.points += [np.array([x, y, z]), np.array([-x, y, z])]
        self.mirror += [left + 1, left]
        return left

    def triangle(self, a: int, b: int, c: int) -> None:
        """Add a triangle of the left half and its mirror image."""
        m = self.mirror
        self.triangles.append((a, b, c))
        if (m[a], m[b], m[c]) != (a, b, c):
            self.triangles.append((m[a], m[c], m[b]))

    def strip(self, one: list[int], other: list[int]) -> None:
        """Join two rows of as many vertices by triangles; `other` lies left of going along `one`.

        Each quad is cut along its shorter diagonal.
        """
        for a, b, c, d in zip(one, one[1:], other[1:], other, strict=False):
            p = self.points
            if np.linalg.norm(p[a] - p[c]) <= np.linalg.norm(p[b] - p[d]) * 1.02:
                cut = [(a, b, c), (a, c, d)]
            else:
                cut = [(a, b, d), (b, c, d)]
            for corner in cut:
                if len(set(corner)) == 3:
                    self.triangle(*corner)


def symmetric_triangles(points: Points, triangles: NDArray[np.int64]) -> list[tuple[int, ...]]:
    """Return the triangles of the left half, wound counter-clockwise seen from outside."""
    left = [t for t in triangles if (points[t, 0] > -1e-6).all()]
    return [tuple(int(i) for i in t) for t in left]


def face_cage(points: Points, mirror: NDArray[np.int64], triangles: NDArray[np.int64]) -> Cage:
    """Return the face alone as a cage: the 468 landmarks of the skin."""
    count = 468
    cage = Cage([p.copy() for p in points[:count]], [int(i) for i in mirror[:count]], [])
    for a, b, c in symmetric_triangles(points, triangles):
        u, v = points[b] - points[a], points[c] - points[a]
        flip = np.cross(u, v)[2] < 0
        cage.triangle(*((a, c, b) if flip else (a, b, c)))
    return cage


def add_skull(cage: Cage) -> list[list[int]]:
    """Add the rows of the skull as a hood behind the face's upper edge; return them."""
    start = [int(i) for i in lm.OVAL_LEFT[: lm.JAW_CORNER + 1]]
    rows = [start]
    first = np.array([cage.points[i] for i in start])
    steps = np.linalg.norm(np.diff(first, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)]) / steps.sum()
    for k, (middle, width, end) in enumerate(SKULL_ROWS):
        even = np.linspace(0, 1, len(start))
        blend = min(1.0, (k + 1) / 4)
        share = along * (1 - blend) + even * blend
        arch = skull_arch(np.array([0.0, *middle]), width, np.array(end))
        row = [cage.add(p) for p in resample(arch, share)]
        cage.strip(rows[-1], row)
        rows.append(row)
    return rows


def skull_arch(middle: Points, width: float, end: Points) -> Points:
    """Return a fine arch from the middle line of the skull down to the side of the neck."""
    down = np.linspace(0, 1, 200)[:, None]
    base = np.array([0.0, end[1], end[2]])
    line = middle + (base - middle) * down
    height = 1 - down[:, 0]
    waist = 0.5
    upper = np.sqrt(np.clip(1 - ((height - waist) / (1 - waist)) ** 2, 0, 1)) * width
    ease = np.clip(height / waist, 0, 1)
    ease = ease * ease * (3 - 2 * ease)
    lower = end[0] + (width - end[0]) * ease
    line[:, 0] = np.where(height > waist, upper, lower)
    return line


def resample(line: Points, share: Points) -> Points:
    """Return the points at the given shares (0..1) of a polyline's length."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    where = np.asarray(share) * length[-1]
    return np.stack([np.interp(where, length, line[:, i]) for i in range(3)], axis=1)


def add_neck(cage: Cage, skull: list[list[int]]) -> list[list[int]]:
    """Add the rings of neck and shoulders below the jaw and the nape; return them."""
    chin = [int(i) for i in lm.OVAL_LEFT[: lm.JAW_CORNER - 1 : -1]]  # chin to jaw corner
    ends = [row[-1] for row in skull[1:]]
    nape = skull[-1][::-1][1:]
    loop = chin + ends + nape
    place = np.array([cage.points[i] for i in loop])
    angle = np.arctan2(place[:, 0], place[:, 2] + 8.3)
    even = np.linspace(0, np.pi, len(loop))
    rings = [loop]
    for k, (width, front, back) in enumerate(NECK_RINGS):
        blend = min(1.0, (k + 1) / 3)
        turn = angle * (1 - blend) + even * blend
        ring = neck_ring(turn, width, front, back)
        if k == 0:
            between = 0.42 * place + 0.58 * ring
            between[:, 1] += 0.55 * np.cos(np.clip(turn * 0.8, 0, np.pi / 2))
            middle = [cage.add(p) for p in between]
            cage.strip(rings[-1], middle)
            rings.append(middle)
        row = [cage.add(p) for p in ring]
        cage.strip(rings[-1], row)
        rings.append(row)
    return rings


def neck_ring(
    turn: Points, width: float, front: tuple[float, float], back: tuple[float, float]
) -> Points:
    """Return a leaning ellipse around the neck; turn 0 is the throat, pi the nape."""
    share = (1 - np.cos(turn)) / 2
    y = front[0] + (back[0] - front[0]) * share
    z = front[1] + (back[1] - front[1]) * share
    x = width * np.sin(turn)
    x[np.sin(turn) < 1e-9] = 0
    return np.stack([x, y, z], axis=1)


def mouth_rows(cage: Cage) -> list[tuple[list[int], list[int]]]:
    """Shut the lips on their seal and add the rolled insides and the cavity behind them.

    Returns pairs of rows, upper and lower, from the seal inwards; each pair shares its corner.
    """
    upper, lower = list(lm.LIP_UPPER_SEAL), list(lm.LIP_LOWER_SEAL)
    for a, b in zip(upper, lower, strict=True):
        middle = (cage.points[a] + cage.points[b]) / 2
        for i in (a, b):
            cage.points[i] = middle.copy()
            cage.points[cage.mirror[i]] = middle * (-1.0, 1.0, 1.0)
    rows = [(upper, lower)]
    seal = np.array([cage.points[i] for i in upper])
    share = np.linspace(0, 1, len(upper))
    for up, down, back, width, round_back in MOUTH_ROWS:
        bow = np.cos(share * np.pi / 2)
        x = share * width
        z = seal[0, 2] - back - round_back * (1 - bow)
        z[-1] -= 0.0
        top = np.stack([x, seal[:, 1] + up * bow, z], axis=1)
        low = np.stack([x, seal[:, 1] - down * bow, z], axis=1)
        corner = cage.add(top[-1])
        one = [cage.add(p) for p in top[:-1]] + [corner]
        two = [cage.add(p) for p in low[:-1]] + [corner]
        cage.strip(rows[-1][0], one)
        cage.strip(two, rows[-1][1])
        rows.append((one, two))
    cage.strip(rows[-1][0], rows[-1][1])
    return rows


# The mouth from the lips' seal inwards: how far up and down, how far behind the seal, half width,
# and how much further back the corners lie, in centimetres.
MOUTH_ROWS = (
    (0.20, 0.20, 0.32, 2.36, 1.25),
    (0.62, 0.62, 0.46, 2.62, 1.7),
    (1.75, 1.85, 0.42, 3.10, 2.1),
    (2.35, 2.45, 1.50, 3.55, 1.9),
    (2.05, 2.35, 4.20, 3.40, 0.8),
    (0.50, 0.60, 6.00, 2.20, 0.0),
)


def socket_rows(cage: Cage, centre: Points, radius: float) -> list[list[int]]:
    """Add the lids' edge and the socket behind it to the left eye; return the closed rows."""
    rim = list(lm.EYE_UPPER) + list(lm.EYE_LOWER[::-1])[1:-1]
    rows = [[*rim, rim[0]]]
    place = np.array([cage.points[i] for i in rim])
    for distance, inwards in ((radius + 0.02, 0.99), (radius - 0.12, 0.98), (radius - 0.3, 1.05)):
        away = (place - centre) * (inwards, inwards, 1.0)
        away[:, 2] -= 0.15
        away *= distance / np.linalg.norm(away, axis=1, keepdims=True)
        row = [cage.add(p) for p in centre + away]
        row.append(row[0])
        cage.strip(row, rows[-1])
        rows.append(row)
    return rows


def oriented(triangles: NDArray[np.int64], first: int = 0) -> NDArray[np.int64]:
    """Wind all triangles of a connected mesh like the first one."""
    sides: dict[tuple[int, int], list[int]] = {}
    for t, (a, b, c) in enumerate(triangles):
        for edge in ((a, b), (b, c), (c, a)):
            sides.setdefault((min(edge), max(edge)), []).append(t)
    result = triangles.copy()
    done = np.zeros(len(triangles), bool)
    done[first] = True
    todo = [first]
    while todo:
        t = todo.pop()
        a, b, c = result[t]
        for edge in ((a, b), (b, c), (c, a)):
            for other in sides[min(edge), max(edge)]:
                if done[other]:
                    continue
                corners = [
                    tuple(x) for x in zip(result[other], np.roll(result[other], -1), strict=True)
                ]
                if (edge[0], edge[1]) in corners:
                    result[other] = result[other][::-1]
                done[other] = True
                todo.append(other)
    if not done.all():
        raise RuntimeError("the control mesh is in more than one piece")
    return result
