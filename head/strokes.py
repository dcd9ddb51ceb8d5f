"""Handles for the channels: what a gesture does to lips, lids and landmarks of the left half.

A gesture collects displacements of vertices on the left half. `Gesture.field` turns them into a
smooth field on the whole skin, either of the left side alone or of both sides alike.
"""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from lips import LipPoints, Motion, lip_points
from numpy.typing import NDArray

Points = NDArray[np.float64]


class Gesture:
    """Displacements of some vertices of the left half, in centimetres."""

    def __init__(self, spreader: Spreader, lips: LipPoints | None = None) -> None:
        self.spreader = spreader
        self.skin = spreader.skin
        self.moves: dict[int, Points] = {}
        self._lips = lips or lip_points(self.skin)

    def pull(self, moves: dict[int, tuple[float, float, float]]) -> Gesture:
        """Move landmarks of the left half (or of the middle)."""
        for index, move in moves.items():
            self.moves[index] = np.array(move, float)
        return self

    def hold(self, *indices: int) -> Gesture:
        """Keep landmarks where they are."""
        return self.pull({i: (0.0, 0.0, 0.0) for i in indices})

    def lips(self, motion: Motion) -> Gesture:
        """Move every ring vertex of both lips: motion(upper, along, ring, place) -> (N, 3)."""
        lip = self._lips
        place = self.skin.points[lip.index]
        moved = motion(lip.upper, lip.along, lip.ring, place)
        for index, move in zip(lip.index, moved, strict=True):
            self.moves[int(index)] = move
        # Behind the lips' roots the mouth stays.
        for row in range(3, 7):
            for side in ("upper", "lower"):
                self.hold(*(int(i) for i in self.skin.rows[f"mouth_{side}_{row}"]))
        return self

    def rows(self, moves: dict[int, Points]) -> Gesture:
        """Move vertices given by number."""
        self.moves.update({int(i): np.asarray(m, float) for i, m in moves.items()})
        return self

    def both(self, reach: float = 3.5) -> Points:
        """Return the field of both sides moving alike."""
        mirror, points = self.skin.mirror, self.skin.points
        total: dict[int, Points] = {}
        for index, move in self.moves.items():
            if mirror[index] == index:
                total[index] = move * (0.0, 1.0, 1.0)
            else:
                total[index] = move
                total[int(mirror[index])] = move * (-1.0, 1.0, 1.0)
        field = self._spread(total, reach)
        assert len(field) == len(points)
        return (field + field[mirror] * (-1.0, 1.0, 1.0)) / 2

    def left(self, reach: float = 3.5) -> Points:
        """Return the field of the left side alone.

        Near the middle both sides share the move, so that left and right together make the whole.
        """
        mirror, points = self.skin.mirror, self.skin.points
        total: dict[int, Points] = {}
        for index, move in self.moves.items():
            share = 0.5 + 0.5 * float(smooth_step(points[index, 0], 0.0, 0.9))
            total[index] = share * move
            other = int(mirror[index])
            if other != index and other not in self.moves:
                total[other] = (1 - share) * move * (-1.0, 1.0, 1.0)
        return self._spread(total, reach)

    def _spread(self, total: dict[int, Points], reach: float) -> Points:
        index = np.array(sorted(total))
        return self.spreader.spread(index, np.array([total[int(i)] for i in index]), reach)
