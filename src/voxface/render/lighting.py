"""The soft light on every vertex of a posed rig."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import Rig
from voxface.render.harmonics import harmonics
from voxface.render.look import look_of
from voxface.render.occlusion import transfer
from voxface.render.posing import Poser
from voxface.render.studio import irradiance, light_numbers, times

FloatArray = NDArray[np.float32]
_SKY = np.zeros((25, 1), np.float32)
_SKY[0] = 2 / np.sqrt(np.pi)
"""Light from everywhere, of which a surface that sees all of its sky gets 1."""
_THROUGH_FLESH = np.array([0.055, 0.022, 0.016], np.float32)
ROAM = (0.8, 3.0)
"""Centimetres of way out of a dark place from which shade fades, and at which it is gone."""
BEND = (0.4, 1.8)
"""How far a turned surface may get darker or brighter than it was at rest."""


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
        shut = np.zeros(len(rig.targets), np.float32)
        dim = _dimmed(rig)[:, None]
        at_rest: FloatArray = dim * transfer(context, rig, poser, shut)
        self.openness_at_rest: FloatArray = (at_rest @ _SKY)[:, 0]
        """Share of an even sky that each vertex sees, shape (V,)."""
        # What the jaw does not uncover is lit as ever, and is worked out once a pose.
        self._uncovered = np.zeros(0, np.int64)
        self._change = np.zeros((25, 0), np.float32)
        if self._open.any():
            change = dim * transfer(context, rig, poser, self._open) - at_rest
            _light_inside(rig, at_rest, change)
            self._uncovered = np.flatnonzero(np.abs(change).max(axis=1) > 0.02)
            self._change = np.ascontiguousarray(change[self._uncovered].T)
        self._shut_transfer = np.ascontiguousarray(at_rest.T)
        # What lies in the dark and may come far out of it: a tongue.
        others = np.abs(rig.deltas).max(axis=2, initial=0) * (self._open == 0)[:, None]
        dark = self.openness_at_rest < 0.6
        self._roaming = np.flatnonzero(dark & (others.max(axis=0, initial=0) > ROAM[0]))
        self._roaming_deltas = rig.deltas[:, self._roaming]
        self._turning = poser.turning
        self._rest_around = harmonics(poser(shut)[1][self._turning], 9)
        # What follows the head in part, or not at all, is lit in part as where it stays.
        self._staying = np.flatnonzero(rig.head_share < 1)
        self._staying_share = rig.head_share[self._staying, None]
        self._staying_transfer = np.ascontiguousarray(at_rest[self._staying].T)

    def __call__(
        self, row: FloatArray, normals: FloatArray, rotation: FloatArray, to_world: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return light and openness.

        Parameters
        ----------
        row : ndarray, shape (N,)
            Target weights.
        normals : ndarray, shape (V, 3)
            Of the pose, without the head's motion.
        rotation : ndarray, shape (3, 3)
            Of the head.
        to_world : ndarray, shape (3, 3)
            From the camera's frame, in which the lights stand.

        Returns
        -------
        light : ndarray of float32, shape (V, 3)
            1 on a surface that faces a light of strength 1.
        openness : ndarray of float32, shape (V,)
            Share of an even sky that is seen, 0 to 1.
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
        light, openness = found[:, :3], found[:, 3]
        if len(self._staying):
            still = times(self._staying_transfer, light_numbers(to_world))
            turned = light[self._staying]
            light[self._staying] = still + self._staying_share * (turned - still)
        np.maximum(light, 0.0, out=light)
        self._bring_to_light(row, normals, on_head, light, openness)
        around = harmonics(normals[self._turning], 9)
        before = irradiance(self._rest_around, on_head)
        after = irradiance(around, on_head)
        bent = np.maximum(after, 0.05) / np.maximum(before, 0.05)
        light[self._turning] *= np.clip(bent, *BEND)
        openness = np.clip(openness, 0.0, 1.0)
        # More shade than there is: the eye reads form from it. Yet flesh lets some red through.
        light *= (0.6 + 0.4 * openness)[:, None]
        light += (1 - openness)[:, None] * _THROUGH_FLESH
        return light, openness

    def _bring_to_light(
        self,
        row: FloatArray,
        normals: FloatArray,
        numbers: FloatArray,
        light: FloatArray,
        openness: FloatArray,
    ) -> None:
        """Light what has moved far from where its shade was measured as if nothing shaded it."""
        other = np.where(self._open == 0, row, 0)
        if not len(self._roaming) or not other.any():
            return
        moved = np.einsum("n,nvk->vk", other, self._roaming_deltas)
        near, far = ROAM
        out = np.clip((np.linalg.norm(moved, axis=1) - near) / (far - near), 0, 1)
        free = irradiance(harmonics(normals[self._roaming], 9), numbers)
        light[self._roaming] += out[:, None] * (np.maximum(free, 0) - light[self._roaming])
        openness[self._roaming] += out * (1 - openness[self._roaming])


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
