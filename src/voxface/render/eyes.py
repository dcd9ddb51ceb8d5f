"""Light on eyeballs: told by where a point of the eye is between the lids, not by which it is."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from voxface.face import Rig
from voxface.render.look import look_of
from voxface.render.studio import times

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
DEGREE = 5
"""Of the polynomials in the three coordinates of a place about an eye's middle."""
_STIFFNESS = 1e-4


class Eyeballs:
    """The shade in which eyes turn.

    What is measured with the eyes straight ahead belongs to the lids: it is fitted by place, and
    what this says of the places where an eye's vertices have gone, less what it said of those
    where they were, is added to their light.

    Parameters
    ----------
    rig : Rig
    moving : ndarray of bool, shape (V,)
        Whether any target moves a vertex.
    transfer : ndarray, shape (V, 25)
        Of the rig at rest.
    """

    def __init__(self, rig: Rig, moving: NDArray[np.bool_], transfer: FloatArray) -> None:
        found = _vertices_of_eyes(rig, moving)
        self._balls = [_Ball(rig.neutral, vertices, transfer) for vertices in found]
        self.vertices: IntArray = np.concatenate([np.zeros(0, np.int64), *found])

    def light(self, positions: FloatArray, numbers: FloatArray, found: FloatArray) -> None:
        """Change the light at rest, `found`, to that of posed eyes.

        Parameters
        ----------
        positions : ndarray, shape (V, 3 or more)
            Posed vertices in centimetres, without the head's motion.
        numbers : ndarray, shape (25, M)
            Light as seen from the head.
        found : ndarray, shape (V, M)
            Changed in place.
        """
        for ball in self._balls:
            found[ball.vertices] += ball.change(positions, numbers)


class _Ball:
    def __init__(self, neutral: FloatArray, vertices: IntArray, transfer: FloatArray) -> None:
        self.vertices = vertices
        rest = neutral[vertices]
        low, high = rest.min(axis=0), rest.max(axis=0)
        self._centre: FloatArray = (low + high) / 2
        self._reach = float((high - low).max()) / 2
        self._rest = self._terms(neutral)
        terms = self._rest.astype(np.float64)
        # The back of an eye is never seen.
        front = np.where(rest[:, 2] > self._centre[2] - 0.2 * self._reach, 1.0, 0.02)
        square = (terms * front) @ terms.T + _STIFFNESS * len(vertices) * np.eye(len(terms))
        fitted = np.linalg.solve(square, (terms * front) @ transfer[vertices])
        self._fitted = np.ascontiguousarray(fitted.T, np.float32)

    def change(self, positions: FloatArray, numbers: FloatArray) -> FloatArray:
        moved = self._terms(positions) - self._rest
        return times(moved, np.ascontiguousarray(times(self._fitted, numbers)))

    def _terms(self, positions: FloatArray) -> FloatArray:
        place = (positions[self.vertices, :3] - self._centre) / self._reach
        columns = np.clip(place.T, -1.1, 1.1)
        terms = [np.ones_like(columns[0])]
        found: dict[tuple[int, ...], FloatArray] = {(): terms[0]}
        for degree in range(1, DEGREE + 1):
            for axes in combinations_with_replacement(range(3), degree):
                found[axes] = found[axes[:-1]] * columns[axes[-1]]
                terms.append(found[axes])
        return np.stack(terms)


def _vertices_of_eyes(rig: Rig, moving: NDArray[np.bool_]) -> list[IntArray]:
    """Return the moving vertices of each eye."""
    of_eyes = np.zeros(len(rig.neutral), bool)
    for part in rig.parts:
        if look_of(part).eye:
            of_eyes[part.triangles] = True
    left = rig.neutral[:, 0] > 0
    sides = (np.flatnonzero(of_eyes & moving & side) for side in (left, ~left))
    return [side for side in sides if len(side) > 3]
