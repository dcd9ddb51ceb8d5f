"""A glTF or VRM scene as a `Rig`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import Rig, RigPart
from voxface.rig.connect import connect_names
from voxface.rig.gltf_file import MESHOPT, GltfFile, Json, understanding
from voxface.rig.materials import read_material
from voxface.rig.normals import vertex_normals
from voxface.rig.pivot import guess_pivot
from voxface.rig.placing import CENTIMETRES, in_place, place_vertices
from voxface.rig.primitives import (
    FloatRows,
    Vertices,
    read_triangles,
    read_vertices,
    target_names,
    vertex_key,
)
from voxface.rig.scene import Scene
from voxface.rig.vrm import read_expressions

_HARMLESS = (
    MESHOPT, "KHR_mesh_quantization", "KHR_materials", "KHR_texture", "EXT_texture",
    "VRM", "KHR_lights", "KHR_animation_pointer", "KHR_node_visibility", "KHR_xmp",
)  # fmt: skip
"""Beginnings of extensions that a file may require: they leave the geometry as it is read here."""


@dataclass(frozen=True)
class _Block:
    """Vertices in the rig's space, with the triangles of all primitives that use them."""

    vertices: Vertices
    share: FloatRows
    parts: list[RigPart]


def rig_from_gltf(file: GltfFile) -> Rig:
    """Return all meshes of the file's scene as one rig, at rest, in centimetres.

    Node transforms and skins at rest are applied. Targets of several meshes that have one name
    become one target.

    Raises
    ------
    VoxfaceError
        If there is no mesh or no morph target, or the file needs an extension that is not read.
    """
    check_extensions(file)
    with understanding(file.name):
        return _read_scene(file)


def _read_scene(file: GltfFile) -> Rig:
    scene = Scene.of(file)
    expressions = read_expressions(file)
    resting = resting_weights(scene, expressions)
    blocks: dict[str, _Block] = {}
    for number, node, mesh in scene.meshes():
        _read_mesh(scene, number, node, mesh, resting.get(number, {}), blocks)
    names = list(dict.fromkeys(name for each in blocks.values() for name in each.vertices.deltas))
    if not blocks:
        raise VoxfaceError(f"{file.name} holds no mesh of triangles; a rig is a mesh of a head")
    if not names:
        raise VoxfaceError(
            f"{file.name} has no morph targets; export it with its shape keys (blend shapes)"
        )
    pivot = None if scene.head is None else scene.places[scene.head][:3, 3] * CENTIMETRES
    rig = _assemble(_name(file), list(blocks.values()), names, pivot)
    return replace(rig, expressions=expressions, source=Path(file.name))


def resting_weights(
    scene: Scene, expressions: Mapping[str, Mapping[str, float]]
) -> dict[int, dict[str, float]]:
    """Return weights at rest, by node and target, of targets that no clip drives.

    People shape avatars by such weights (a wider nose); they stay. Targets that a clip drives
    begin at zero.
    """
    given: dict[int, dict[str, float]] = {}
    names: dict[str, None] = {}
    for number, node, mesh in scene.meshes():
        targets = target_names(scene.file, mesh)
        names |= dict.fromkeys(targets)
        weights = node.get("weights") or mesh.get("weights") or ()
        given[number] = {name: float(w) for name, w in zip(targets, weights, strict=False) if w}
    unused = set(connect_names(tuple(names), expressions).unused)
    return {
        number: {name: weight for name, weight in each.items() if name in unused}
        for number, each in given.items()
    }


def check_extensions(file: GltfFile) -> None:
    """Refuse a file that cannot be understood without an extension that is not read here."""
    required = file.json.get("extensionsRequired", [])
    for extension in required if isinstance(required, list) else ():
        if not str(extension).startswith(_HARMLESS):
            raise VoxfaceError(
                f"{file.name} requires the extension {extension}, which voxface does not read; "
                "export it without"
            )


def _read_mesh(
    scene: Scene,
    number: int,
    node: Json,
    mesh: Json,
    resting: Mapping[str, float],
    blocks: dict[str, _Block],
) -> None:
    file = scene.file
    names = target_names(file, mesh)
    for primitive in mesh.get("primitives", []):
        material, uv_use = read_material(file, primitive)
        key = f"{number} {uv_use} {vertex_key(primitive)}"
        if key not in blocks:
            stored = read_vertices(file, primitive, names, uv_use)
            for name, weight in resting.items():
                stored.positions[:] += np.float32(weight) * stored.deltas.get(name, 0)
            places, share = place_vertices(scene, number, node, stored)
            blocks[key] = _Block(in_place(stored, places), share, [])
        triangles = read_triangles(file, primitive, len(blocks[key].share))
        if triangles is None or not len(triangles):
            if not blocks[key].parts:
                del blocks[key]
            continue
        if np.linalg.det(scene.places[number][:3, :3]) < 0 and "skin" not in node:
            triangles = triangles[:, ::-1]
        name = str(
            (primitive.get("extras") or {}).get("name")
            or node.get("name") or mesh.get("name") or f"mesh_{node['mesh']}"
        )  # fmt: skip
        blocks[key].parts.append(RigPart(name, triangles, material))


def _assemble(
    name: str, blocks: list[_Block], names: list[str], pivot: NDArray[np.float64] | None
) -> Rig:
    sizes = [len(each.share) for each in blocks]
    begins = np.concatenate([[0], np.cumsum(sizes)])
    deltas = np.zeros((len(names), begins[-1], 3), np.float32)
    rows = {name: number for number, name in enumerate(names)}
    parts = []
    normals = []
    for block, begin, end in zip(blocks, begins[:-1], begins[1:], strict=True):
        for target, moved in block.vertices.deltas.items():
            deltas[rows[target], begin:end] = moved
        given = block.vertices.normals
        triangles = np.concatenate([part.triangles for part in block.parts])
        normals.append(
            vertex_normals(block.vertices.positions, triangles) if given is None else given
        )
        for part in block.parts:
            moved_up = (part.triangles + begin).astype(np.int32)
            parts.append(RigPart(part.name, moved_up, part.material))
    neutral = np.concatenate([each.vertices.positions for each in blocks])
    where = guess_pivot(neutral, deltas) if pivot is None else pivot
    return Rig(
        name,
        neutral,
        tuple(parts),
        tuple(names),
        deltas,
        uv=_joined([each.vertices.uv for each in blocks], sizes, (0.0, 0.0)),
        colors=_joined([each.vertices.colors for each in blocks], sizes, (1.0,) * 4),
        normals=np.concatenate(normals),
        head_share=np.concatenate([each.share for each in blocks]),
        head_pivot=(float(where[0]), float(where[1]), float(where[2])),
    )


def _joined(
    given: list[FloatRows | None], sizes: list[int], empty: tuple[float, ...]
) -> FloatRows | None:
    if all(each is None for each in given):
        return None
    filled = [
        np.tile(np.array(empty, np.float32), (size, 1)) if each is None else each
        for each, size in zip(given, sizes, strict=True)
    ]
    return np.concatenate(filled)


def _name(file: GltfFile) -> str:
    if file.json["asset"].get("generator") == "voxface" and file.items("scenes"):
        return str(file.items("scenes")[0].get("name", "head"))
    return Path(file.name).stem
