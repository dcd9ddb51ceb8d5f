"""A rig as a self-contained GLB file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, Material, Rig, RigPart
from voxface.rig.animation import MorphTrack, add_animation
from voxface.rig.connect import connect
from voxface.rig.gltf_file import Json
from voxface.rig.head_motion import HeadNode
from voxface.rig.normals import vertex_normals, weld
from voxface.rig.packer import INDICES, VERTICES, Packer, SparseRows, picture_type

METRES = np.float32(0.01)
"""A centimetre in glTF's unit."""

STILL = 1e-4
"""Displacements under a micrometre (in centimetres) are not written."""

STRAIGHT = 0.02
"""Changes of a unit normal under about one degree are not written: no light shows them."""

FloatRows = NDArray[np.float32]


def write_glb(rig: Rig, clip: FaceClip | None = None, *, morph_normals: bool = True) -> bytes:
    """Return a GLB file: the head, its materials and morph targets, and a clip if one is given.

    Units are metres, +y up, the face along +z. One mesh holds a primitive for each part, its
    target names in ``extras.targetNames``. The node ``head`` stands at the rig's pivot; where some
    vertices follow the head only in part, it is a joint of a skin beside a joint ``neck`` that
    does not move, otherwise the mesh hangs below it.

    Vertices are written part by part: what several parts share is doubled, what no part uses is
    left out. `load_rig` gives back the same rig where its parts hold their vertices in order.

    Parameters
    ----------
    rig : Rig
    clip : FaceClip, optional
        Becomes an animation of the morph weights and of ``head``; see `connect`.
    morph_normals : bool
        Whether targets carry changes of the normals too, which light needs; about as large again
        as the displacements.

    Raises
    ------
    VoxfaceError
        If a texture is no PNG or JPEG or has no coordinates, or the clip cannot be written.
    """
    packer = Packer({"asset": {"version": "2.0", "generator": "voxface"}})
    mesh: Json = {"name": rig.name, "primitives": _primitives(packer, rig, morph_normals)}
    if rig.targets:
        mesh["weights"] = [0.0] * len(rig.targets)
        mesh["extras"] = {"targetNames": list(rig.targets)}
    packer.add("meshes", mesh)
    mesh_node, head_node = _nodes(packer, rig)
    if clip is not None:
        track = MorphTrack(mesh_node, connect(rig).weights(clip))
        add_animation(packer, clip, [track], HeadNode.standing(head_node, rig.head_pivot))
    return packer.finish()


def _primitives(packer: Packer, rig: Rig, morph_normals: bool) -> list[Json]:
    sparse = SparseRows(packer)
    normals, turns = _normals(rig, morph_normals)
    materials: dict[Material, int] = {}
    primitives = []
    for part in rig.parts:
        used = np.unique(part.triangles)
        if not len(used):
            continue
        if part.material not in materials:
            materials[part.material] = _material(packer, part, rig.uv is not None)
        primitive: Json = {
            "attributes": _attributes(packer, rig, used, normals[used]),
            "indices": _indices(packer, np.searchsorted(used, part.triangles)),
            "material": materials[part.material],
            "extras": {"name": part.name},
        }
        if rig.targets:
            primitive["targets"] = [
                _target(sparse, rig.deltas[n, used], None if turns is None else turns[n][used])
                for n in range(len(rig.targets))
            ]
        primitives.append(primitive)
    if not primitives:
        raise VoxfaceError(f"rig {rig.name} has no triangles")
    sparse.close()
    return primitives


def _normals(rig: Rig, morphed: bool) -> tuple[FloatRows, list[FloatRows] | None]:
    """Return the normals at rest and, if wanted, their change by every target."""
    triangles = rig.triangles
    # Vertices in one place that move alike are one to the light; lips that only touch are not.
    mix = np.random.default_rng(0).uniform(0.5, 1.5, len(rig.targets)).astype(np.float32)
    welded = weld(rig.neutral, np.tensordot(mix, rig.deltas, axes=1).round(4))
    computed = vertex_normals(rig.neutral, triangles, welded)
    rest = computed if rig.normals is None else rig.normals
    if not morphed or not rig.targets:
        return rest, None
    turns = []
    for deltas in rig.deltas:
        turn = vertex_normals(rig.neutral + deltas, triangles, welded) - computed
        turn[np.abs(turn).max(axis=1) < STRAIGHT] = 0
        turns.append(turn)
    return rest, turns


def _attributes(packer: Packer, rig: Rig, used: NDArray[np.int32], normals: FloatRows) -> Json:
    attributes = {
        "POSITION": packer.accessor(rig.neutral[used] * METRES, target=VERTICES, bounds=True),
        "NORMAL": packer.accessor(normals, target=VERTICES),
    }
    if rig.uv is not None:
        attributes["TEXCOORD_0"] = packer.accessor(rig.uv[used], target=VERTICES)
    if rig.colors is not None:
        colors = np.rint(np.clip(rig.colors[used], 0, 1) * 65535).astype("<u2")
        attributes["COLOR_0"] = packer.accessor(colors, target=VERTICES, normalized=True)
    if _skinned(rig):
        share = np.rint(np.clip(rig.head_share[used], 0, 1) * 65535).astype("<u2")
        joints = np.zeros((len(used), 4), "<u1")
        weights = np.zeros((len(used), 4), "<u2")
        joints[:, 1] = share > 0  # a joint without weight must be number 0
        weights[:, 1], weights[:, 0] = share, 65535 - share
        attributes["JOINTS_0"] = packer.accessor(joints, target=VERTICES)
        attributes["WEIGHTS_0"] = packer.accessor(weights, target=VERTICES, normalized=True)
    return attributes


def _indices(packer: Packer, triangles: NDArray[np.int64]) -> int:
    # The largest number of a type is glTF's mark for a restart and must not be an index.
    kind = "<u2" if triangles.max() < 65535 else "<u4"
    return packer.accessor(triangles.reshape(-1).astype(kind), target=INDICES)


def _target(sparse: SparseRows, deltas: FloatRows, turn: FloatRows | None) -> Json:
    moved = np.where(np.abs(deltas).max(axis=1, keepdims=True) < STILL, 0, deltas) * METRES
    target = {"POSITION": sparse.accessor(moved.astype(np.float32), bounds=True)}
    if turn is not None:
        target["NORMAL"] = sparse.accessor(turn)
    return target


def _material(packer: Packer, part: RigPart, has_uv: bool) -> int:
    material = part.material
    surface: Json = {
        "baseColorFactor": list(material.color),
        "metallicFactor": material.metallic,
        "roughnessFactor": material.roughness,
    }
    if material.texture is not None:
        if not has_uv:
            raise VoxfaceError(f"part {part.name} has a texture, but the rig has no uv for it")
        kind = picture_type(material.texture)
        image = packer.add(
            "images", {"bufferView": packer.view(material.texture), "mimeType": kind}
        )
        surface["baseColorTexture"] = {"index": packer.add("textures", {"source": image})}
    entry: Json = {"name": material.name, "pbrMetallicRoughness": surface}
    if material.transparent:
        entry["alphaMode"] = "BLEND"
    elif material.cutoff > 0:
        entry |= {"alphaMode": "MASK", "alphaCutoff": material.cutoff}
    if material.two_sided:
        entry["doubleSided"] = True
    return packer.add("materials", entry)


def _skinned(rig: Rig) -> bool:
    return bool(np.any(rig.head_share != 1))


def _nodes(packer: Packer, rig: Rig) -> tuple[int, int]:
    """Add the nodes and the scene; return the numbers of the mesh's node and of the head."""
    pivot = [float(value) / 100 for value in rig.head_pivot]
    mesh_node: Json = {"name": rig.name, "mesh": 0}
    head = packer.add("nodes", {"name": "head", "translation": pivot})
    mesh = packer.add("nodes", mesh_node)
    roots = [head]
    if _skinned(rig):
        neck = packer.add("nodes", {"name": "neck", "children": [head]})
        binds = np.tile(np.eye(4, dtype=np.float32).reshape(16), (2, 1))
        binds[1, 12:15] = -np.asarray(pivot, np.float32)  # matrices are stored by columns
        skin = {"joints": [neck, head], "skeleton": neck}
        mesh_node["skin"] = packer.add(
            "skins", skin | {"inverseBindMatrices": packer.accessor(binds)}
        )
        roots = [neck, mesh]
    else:
        packer.document["nodes"][head]["children"] = [mesh]
        mesh_node["translation"] = [-value for value in pivot]
    packer.document["scene"] = packer.add("scenes", {"name": rig.name, "nodes": roots})
    return mesh, head
