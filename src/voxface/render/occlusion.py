"""How light from each direction reaches each vertex: sockets, nostrils, under chin and nose."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import Rig
from voxface.render.harmonics import harmonics
from voxface.render.posing import Poser

FloatArray = NDArray[np.float32]
DIRECTIONS = 72
SIZE = 256
SMOOTHING = 2
_VERTEX = """
#version 330
uniform mat4 light;
in vec3 in_position;
void main() { gl_Position = light * vec4(in_position, 1.0); }
"""
_FRAGMENT = """
#version 330
void main() {}
"""


def transfer(context: Any, rig: Rig, poser: Poser, pose: ArrayLike) -> FloatArray:
    """Measure how each vertex answers to light from all around, in one pose.

    The rig is looked at from many directions; what is seen from one is lit from there.

    Parameters
    ----------
    context : moderngl.Context
    rig : Rig
    poser : Poser
        Of the same rig.
    pose : array_like, shape (N,)
        Target weights.

    Returns
    -------
    ndarray of float32, shape (V, 25)
        Products with light in `harmonics` give the light on each vertex, 1 for a vertex that faces
        a light of strength 1.
    """
    solid = [part for part in rig.parts if not part.material.transparent] or list(rig.parts)
    program = context.program(_VERTEX, _FRAGMENT)
    positions, normals = poser(pose)
    buffer = context.buffer(np.ascontiguousarray(positions).tobytes())
    arrays = []
    for two_sided in (False, True):
        shown = [part.triangles for part in solid if part.material.two_sided == two_sided]
        if shown:
            index = context.buffer(np.concatenate(shown).astype(np.int32).tobytes())
            array = context.vertex_array(program, [(buffer, "3f", "in_position")], index)
            arrays.append((two_sided, index, array))
    depth = context.depth_texture((SIZE, SIZE))
    target = context.framebuffer(depth_attachment=depth)
    context.enable(context.DEPTH_TEST)
    context.depth_func = "<="
    target.use()

    low, high = positions.min(axis=0), positions.max(axis=0)
    centre, reach = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 * 1.02
    # A vertex lies on the surface that it is tested against: it is tested a little above it.
    lifted = positions + normals * (reach * 0.010) - centre
    towards = _directions(DIRECTIONS)
    lit = np.empty((len(positions), DIRECTIONS), np.float32)
    for column, direction in enumerate(towards):
        frame = _looking_from(direction) / reach
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3], matrix[:3, 3] = frame, -frame @ centre
        program["light"].write(np.ascontiguousarray(matrix.T).tobytes())
        target.clear(depth=1.0)
        for two_sided, _, array in arrays:
            cull_backs(context, not two_sided)
            array.render()
        nearest = np.frombuffer(target.read(attachment=-1, dtype="f4"), np.float32)
        seen = lifted @ frame.T * 0.5 + 0.5
        pixel = np.clip((seen[:, :2] * SIZE).astype(np.int64), 0, SIZE - 1)
        lit[:, column] = seen[:, 2] <= nearest[pixel[:, 1] * SIZE + pixel[:, 0]]
    for thing in (*(held for each in arrays for held in each[1:]), target, depth, buffer, program):
        thing.release()
    lit *= np.maximum(normals @ towards.T, 0)
    found = lit @ harmonics(towards).T * np.float32(4 * np.pi / DIRECTIONS)
    return _smoothed(found, np.concatenate([part.triangles for part in solid]))


def cull_backs(context: Any, wanted: bool) -> None:
    """Have the backs of triangles left out, or drawn as well."""
    if wanted:
        context.enable(context.CULL_FACE)
    else:
        context.disable(context.CULL_FACE)


def _smoothed(values: FloatArray, triangles: NDArray[np.int32]) -> FloatArray:
    """Return the mean of every vertex and its neighbours, which takes out the pixels' noise."""
    for _ in range(SMOOTHING):
        pairs = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        count = np.bincount(pairs.ravel(), minlength=len(values)).astype(np.float32)
        sums = np.stack(
            [
                np.bincount(pairs[:, 0], column[pairs[:, 1]], len(values))
                + np.bincount(pairs[:, 1], column[pairs[:, 0]], len(values))
                for column in values.T
            ],
            axis=1,
        )
        values = ((values + sums / np.maximum(count, 1)[:, None]) / 2).astype(np.float32)
        values[count == 0] *= 2
    return values


def _looking_from(towards: FloatArray) -> FloatArray:
    """Return the rows right, up and forward of a look from a direction, shape (3, 3)."""
    side = np.cross([0.0, 1.0, 0.0] if abs(towards[1]) < 0.9 else [1.0, 0.0, 0.0], towards)
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(towards, side), -towards]).astype(np.float32)


def _directions(count: int) -> FloatArray:
    """Return unit vectors spread evenly over the sphere by the golden angle, shape (count, 3)."""
    number = np.arange(count) + 0.5
    height = 1 - 2 * number / count
    angle = np.pi * (1 + 5**0.5) * number
    radius = np.sqrt(1 - height**2)
    around = np.stack([radius * np.cos(angle), height, radius * np.sin(angle)], axis=1)
    return around.astype(np.float32)
