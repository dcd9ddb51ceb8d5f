"""How open to light each vertex lies: what makes sockets, nostrils and a mouth's inside dark."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import Rig
from voxface.render.posing import Poser

FloatArray = NDArray[np.float32]
DIRECTIONS = 96
SIZE = 256
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


def openness(
    context: Any, rig: Rig, poser: Poser, poses: list[ArrayLike]
) -> FloatArray:
    """Measure how much of the light of an even sky reaches each vertex, in some poses.

    The rig is looked at from many directions; what is seen from one is lit from there.

    Parameters
    ----------
    context : moderngl.Context
    rig : Rig
    poser : Poser
        Of the same rig.
    poses : list of array_like, each of shape (N,)
        Target weights.

    Returns
    -------
    ndarray of float32, shape (V, number of poses)
        0 (nothing) to 1 (all).
    """
    parts = [part.triangles for part in rig.parts if not part.material.transparent]
    triangles = np.concatenate(parts) if parts else rig.triangles
    program = context.program(_VERTEX, _FRAGMENT)
    buffer = context.buffer(reserve=len(rig.neutral) * 12)
    index = context.buffer(np.ascontiguousarray(triangles, np.int32).tobytes())
    array = context.vertex_array(program, [(buffer, "3f", "in_position")], index)
    depth = context.depth_texture((SIZE, SIZE))
    target = context.framebuffer(depth_attachment=depth)
    columns = []
    for pose in poses:
        positions, normals = poser(pose)
        buffer.write(np.ascontiguousarray(positions))
        columns.append(_openness(context, program, array, target, positions, normals))
    for thing in (array, target, depth, index, buffer, program):
        thing.release()
    return np.stack(columns, axis=1)


def _openness(
    context: Any, program: Any, array: Any, target: Any, positions: FloatArray, normals: FloatArray
) -> FloatArray:
    low, high = positions.min(axis=0), positions.max(axis=0)
    centre, reach = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 * 1.02
    # A vertex lies on the surface that it is tested against: it is tested a little above it.
    lifted = positions + normals * (reach * 0.012)
    context.enable(context.DEPTH_TEST)
    context.disable(context.CULL_FACE)
    target.use()
    got = np.zeros(len(positions), np.float32)
    possible = np.full(len(positions), 1e-6, np.float32)
    for towards in _directions(DIRECTIONS):
        side = np.cross([0.0, 1.0, 0.0] if abs(towards[1]) < 0.9 else [1.0, 0.0, 0.0], towards)
        side /= np.linalg.norm(side)
        frame = (np.stack([side, np.cross(towards, side), -towards]) / reach).astype(np.float32)
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3], matrix[:3, 3] = frame, -frame @ centre
        program["light"].write(np.ascontiguousarray(matrix.T).tobytes())
        target.clear(depth=1.0)
        array.render()
        nearest = np.frombuffer(target.read(attachment=-1, dtype="f4"), np.float32)
        seen = (lifted - centre) @ frame.T * 0.5 + 0.5
        column = np.clip((seen[:, 0] * SIZE).astype(np.int64), 0, SIZE - 1)
        row = np.clip((seen[:, 1] * SIZE).astype(np.int64), 0, SIZE - 1)
        lit = seen[:, 2] <= nearest[row * SIZE + column]
        weight = np.maximum(normals @ towards.astype(np.float32), 0)
        got += weight * lit
        possible += weight
    return got / possible


def _directions(count: int) -> NDArray[np.float64]:
    """Return unit vectors spread evenly over the sphere by the golden angle, shape (count, 3)."""
    number = np.arange(count) + 0.5
    height = 1 - 2 * number / count
    angle = np.pi * (1 + 5**0.5) * number
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(angle), height, radius * np.sin(angle)], axis=1)
