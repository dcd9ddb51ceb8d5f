"""The soft light on every vertex of a posed rig."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import Rig
from voxface.render.eyes import Eyeballs
from voxface.render.harmonics import harmonics
from voxface.render.look import look_of
from voxface.render.measured import measured_light
from voxface.render.posing import Poser
from voxface.render.studio import irradiance, irradiance_numbers, light_numbers, times

FloatArray = NDArray[np.float32]
_SKY = np.zeros((25, 1), np.float32)
_SKY[0] = 2 / np.sqrt(np.pi)
"""Light from everywhere, of which a surface that sees all of its sky gets 1."""
ROAM = (0.8, 3.0)
"""Centimetres of way out of a dark place from which shade fades, and at which it is gone."""


class Lighting:
    """Works out the light on a rig's vertices.

    How light reaches a vertex is measured twice, with the mouth shut and open, and blended.

    Parameters
    ----------
    context : moderngl.Context
    rig : Rig
    poser : Poser
        Of the same rig.
    open_weights : array_like, shape (N,), optional
        Target weights that open the mouth. Default: the target ``jawOpen``.
    """

    def __init__(
        self, context: Any, rig: Rig, poser: Poser, open_weights: ArrayLike | None = None
    ) -> None:
        self._open = _open_row(rig, open_weights)
        measured = measured_light(context, rig, poser, self._open)
        dim = _dimmed(rig)[:, None]
        at_rest: FloatArray = dim * measured.shut
        self.openness_at_rest: FloatArray = (at_rest @ _SKY)[:, 0]
        """Share of an even sky that each vertex sees, shape (V,)."""
        # What the jaw does not uncover is lit as ever, and is worked out once a pose.
        self._uncovered = np.zeros(0, np.int64)
        self._change = np.zeros((25, 0), np.float32)
        if self._open.any():
            change = dim * measured.opened - at_rest
            _light_inside(rig, at_rest, change)
            self._uncovered = np.flatnonzero(np.abs(change).max(axis=1) > 0.02)
            self._change = np.ascontiguousarray(change[self._uncovered].T)
        self._shut_transfer = np.ascontiguousarray(at_rest.T)
        self._eyeballs = Eyeballs(rig, poser.moving, at_rest)
        # What lies in the dark and may come far out of it: a tongue.
        dark = np.flatnonzero((self.openness_at_rest < 0.6) & poser.moving)
        dark = np.setdiff1d(dark, self._eyeballs.vertices)
        others = rig.deltas[np.ix_(self._open == 0, dark)]
        self._roaming = dark[np.abs(others).max(axis=(0, 2), initial=0) > ROAM[0]]
        moves = rig.deltas[:, self._roaming]
        self._roaming_deltas = moves.reshape(len(rig.targets), 3 * len(self._roaming))
        # What follows the head in part, or not at all, is lit in part as where it stays.
        self._staying = np.flatnonzero(rig.head_share < 1)
        self._staying_share = rig.head_share[self._staying, None]
        self._staying_transfer = np.ascontiguousarray(at_rest[self._staying].T)

    def __call__(
        self,
        row: FloatArray,
        positions: FloatArray,
        normals: FloatArray,
        rotation: FloatArray,
        to_world: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Return the light that reaches each vertex, but for what its own turning does to it.

        Parameters
        ----------
        row : ndarray, shape (N,)
            Target weights.
        positions, normals : ndarray, shape (V, 3 or more)
            Of the pose, without the head's motion.
        rotation : ndarray, shape (3, 3)
            Of the head.
        to_world : ndarray, shape (3, 3)
            From the camera's frame, in which the lights stand.

        Returns
        -------
        light : ndarray of float32, shape (V, 4)
            Three colours, 1 on a surface that faces a light of strength 1, and openness: the share
            of an even sky that is seen. Either may be a little below 0.
        sky : ndarray of float32, shape (9, 3)
            What a matt surface that nothing shades gets of the same light; see `irradiance`.
        """
        on_head = light_numbers(rotation.T @ to_world)
        open_sky = np.concatenate([on_head, _SKY], axis=1)
        found = times(self._shut_transfer, open_sky)
        square = float(self._open @ self._open)
        if square:
            opened = min(max(float(row @ self._open) / square, 0.0), 1.0)
            # The first millimetres let in the most.
            opened = opened**0.5
            found[self._uncovered] += opened * times(self._change, open_sky)
        self._eyeballs.light(positions, open_sky, found)
        if len(self._staying):
            still = times(self._staying_transfer, light_numbers(to_world))
            turned = found[self._staying, :3]
            found[self._staying, :3] = still + self._staying_share * (turned - still)
        self._bring_to_light(row, normals, on_head, found)
        return np.ascontiguousarray(found), irradiance_numbers(on_head)

    def _bring_to_light(
        self, row: FloatArray, normals: FloatArray, numbers: FloatArray, found: FloatArray
    ) -> None:
        """Light what has moved far from where its shade was measured as if nothing shaded it."""
        other = np.where(self._open == 0, row, 0)
        if not len(self._roaming) or not other.any():
            return
        moved = np.einsum("n,nk->k", other, self._roaming_deltas).reshape(-1, 3)
        near, far = ROAM
        out = (np.sqrt(np.einsum("ij,ij->i", moved, moved)) - near) / (far - near)
        gone = np.flatnonzero(out > 0)
        if not len(gone):
            return
        place = self._roaming[gone]
        free = np.ones((len(gone), 4), np.float32)
        free[:, :3] = np.maximum(irradiance(harmonics(normals[place, :3], 9), numbers), 0)
        found[place] += np.minimum(out[gone], 1)[:, None] * (free - found[place])


def _light_inside(rig: Rig, at_rest: FloatArray, change: FloatArray) -> None:
    """Light teeth as in an open mouth, always: they are not seen in any other.

    Enamel is nearly white and passes light on; the front teeth read as teeth.
    """
    inside = [part.triangles for part in rig.parts if look_of(part).inside]
    if not inside:
        return
    behind = np.unique(np.concatenate(inside))
    lit = at_rest[behind] + change[behind]
    openness = np.clip(lit @ _SKY, 0.2, 1.0)
    at_rest[behind] = lit / np.sqrt(openness)
    change[behind] = 0


def _dimmed(rig: Rig) -> FloatArray:
    """Return how a photographer's light falls off below the face, shape (V,)."""
    height = rig.neutral[:, 1]
    head = height[rig.head_share > 0.9]
    if not len(head) or head.min() - height.min() < 1:
        return np.ones(len(height), np.float32)
    low, top = head.min() - 0.9 * (head.min() - height.min()), head.min()
    way = np.clip((height - low) / (top - low), 0, 1)
    dimmed: FloatArray = (0.4 + 0.6 * way * way * (3 - 2 * way)).astype(np.float32)
    return dimmed


def _open_row(rig: Rig, given: ArrayLike | None) -> FloatArray:
    row = np.zeros(len(rig.targets), np.float32)
    if given is not None:
        row[:] = np.asarray(given, np.float32)
    elif "jawOpen" in rig.targets:
        row[rig.targets.index("jawOpen")] = 1
    return row
