"""The primitives of a glTF mesh as arrays: vertices, morph targets, triangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.rig.accessors import read_accessor, read_floats
from voxface.rig.gltf_file import GltfFile, Json
from voxface.rig.materials import UvUse

FloatRows = NDArray[np.float32]

_TRIANGLES, _STRIP, _FAN = 4, 5, 6


@dataclass(frozen=True)
class Vertices:
    """Vertices as they are stored, in the mesh's own space and unit.

    Parameters
    ----------
    positions : ndarray, shape (V, 3)
    deltas : dict of str to ndarray, shape (V, 3)
        By target name.
    normals : ndarray, shape (V, 3), optional
    uv : ndarray, shape (V, 2), optional
    colors : ndarray, shape (V, 4), optional
    joints : ndarray of int, shape (V, K)
        Numbers into the skin's joints; K is 0 without a skin.
    weights : ndarray, shape (V, K)
    """

    positions: FloatRows
    deltas: dict[str, FloatRows]
    normals: FloatRows | None
    uv: FloatRows | None
    colors: FloatRows | None
    joints: NDArray[np.int64]
    weights: FloatRows


def target_names(file: GltfFile, mesh: Json) -> list[str]:
    """Return the names of a mesh's morph targets, all different.

    They stand in the mesh's ``extras.targetNames`` or, in VRM 0.x files, in those of its
    primitives; what has no name is called ``target_0`` and so on.
    """
    primitives = mesh.get("primitives", [])
    count = max((len(each.get("targets", [])) for each in primitives), default=0)
    names: list[str] = []
    for holder in (mesh, *primitives):
        given = (holder.get("extras") or {}).get("targetNames")
        if isinstance(given, list) and given:
            names = [str(name) for name in given[:count]]
            break
    names += [f"target_{number}" for number in range(len(names), count)]
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[number] = f"{name} ({seen[name]})"
    return names


def vertex_key(primitive: Json) -> str:
    """Return what two primitives have in common that share their vertices."""
    return repr((sorted(primitive.get("attributes", {}).items()), primitive.get("targets")))


def read_vertices(file: GltfFile, primitive: Json, names: list[str], uv_use: UvUse) -> Vertices:
    """Read a primitive's vertices and morph targets.

    Raises
    ------
    VoxfaceError
        If they contradict the specification.
    """
    attributes = primitive.get("attributes", {})
    if "POSITION" not in attributes:
        raise file.broken("a mesh has no positions")
    positions = read_floats(file, attributes["POSITION"], 3)
    count = len(positions)

    def optional(name: str, width: int) -> FloatRows | None:
        if name not in attributes:
            return None
        values = read_floats(file, attributes[name], width)
        _check_length(file, values, count, name)
        return values

    deltas = {}
    for name, target in zip(names, primitive.get("targets", []), strict=False):
        if "POSITION" in target:
            moved = read_floats(file, target["POSITION"], 3)
            _check_length(file, moved, count, f"target {name}")
            deltas[name] = moved
        else:
            deltas[name] = np.zeros((count, 3), np.float32)
    uv = optional(f"TEXCOORD_{uv_use.number}", 2)
    joints, weights = _influences(file, attributes, count)
    return Vertices(
        positions,
        deltas,
        optional("NORMAL", 3),
        None if uv is None else uv_use.applied(uv),
        _colors(file, attributes, count),
        joints,
        weights,
    )


def read_triangles(file: GltfFile, primitive: Json, count: int) -> NDArray[np.int32] | None:
    """Return a primitive's triangles, shape (F, 3); None if it is made of points or lines."""
    mode = primitive.get("mode", _TRIANGLES)
    if mode not in (_TRIANGLES, _STRIP, _FAN):
        return None
    if primitive.get("indices") is None:
        order = np.arange(count, dtype=np.int32)
    else:
        order = read_accessor(file, primitive["indices"])[:, 0].astype(np.int64)
        if len(order) and (order.min() < 0 or order.max() >= count):
            raise file.broken("a triangle uses a vertex that does not exist")
        order = order.astype(np.int32)
    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if len(order) < 3:
        return np.zeros((0, 3), np.int32)
    if mode == _FAN:
        first = np.full(len(order) - 2, order[0], np.int32)
        return np.stack([order[1:-1], order[2:], first], axis=1)
    strip = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
    strip[1::2] = strip[1::2][:, [0, 2, 1]]
    return strip


def _colors(file: GltfFile, attributes: Json, count: int) -> FloatRows | None:
    if "COLOR_0" not in attributes:
        return None
    values = read_accessor(file, attributes["COLOR_0"]).astype(np.float32)
    _check_length(file, values, count, "COLOR_0")
    if values.shape[1] == 3:
        values = np.concatenate([values, np.ones((count, 1), np.float32)], axis=1)
    return values


def _influences(
    file: GltfFile, attributes: Json, count: int
) -> tuple[NDArray[np.int64], FloatRows]:
    joints: list[NDArray[np.int64]] = [np.zeros((count, 0), np.int64)]
    weights: list[FloatRows] = [np.zeros((count, 0), np.float32)]
    for number in range(8):
        if f"JOINTS_{number}" not in attributes or f"WEIGHTS_{number}" not in attributes:
            break
        given = read_accessor(file, attributes[f"JOINTS_{number}"]).astype(np.int64)
        shares = read_floats(file, attributes[f"WEIGHTS_{number}"], 4)
        for values in (given, shares):
            _check_length(file, values, count, f"skinning set {number}")
        joints.append(given)
        weights.append(shares)
    total = np.concatenate(weights, axis=1)
    sums = total.sum(axis=1, keepdims=True)
    total /= np.where(sums > 0, sums, 1)
    return np.concatenate(joints, axis=1), total


def _check_length(file: GltfFile, values: NDArray[Any], count: int, what: str) -> None:
    if len(values) != count:
        raise file.broken(f"{what} has {len(values)} entries for {count} vertices")
