"""Where the vertices of a mesh stand at rest: node transforms and skins applied."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.rig.accessors import read_accessor
from voxface.rig.gltf_file import Json
from voxface.rig.primitives import FloatRows, Vertices
from voxface.rig.scene import Scene

CENTIMETRES = 100.0
"""A glTF metre in a rig's unit."""


def place_vertices(
    scene: Scene, number: int, node: Json, stored: Vertices
) -> tuple[NDArray[np.float64], FloatRows]:
    """Return each vertex's transform at rest, (V or 1, 4, 4), and its share of the head."""
    file, nodes, turning = scene.file, scene.places, scene.turning
    if "skin" not in node or not stored.joints.shape[1]:
        share = np.full(len(stored.positions), number in turning, np.float32)
        return nodes[number][None], share
    skin = file.item("skins", node["skin"])
    joints = skin.get("joints", [])
    if stored.joints.size and stored.joints.max() >= len(joints):
        raise file.broken("a vertex hangs on a joint that its skin does not have")
    binds = np.tile(np.eye(4), (len(joints), 1, 1))
    if "inverseBindMatrices" in skin:
        given = read_accessor(file, skin["inverseBindMatrices"]).astype(np.float64)
        if given.shape[1:] != (16,) or len(given) < len(joints):
            raise file.broken("a skin has too few inverse bind matrices")
        binds = given[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
    places = np.stack([nodes.get(joint, np.eye(4)) for joint in joints]) @ binds
    mixed = np.zeros((len(stored.positions), 4, 4))
    share = np.zeros(len(stored.positions), np.float32)
    turns = np.array([joint in turning for joint in joints])
    for column in range(stored.joints.shape[1]):
        weight, joint = stored.weights[:, column], stored.joints[:, column]
        mixed += weight[:, None, None] * places[joint]
        share += weight * turns[joint]
    # At rest, most skins leave every vertex where it is, or move all alike.
    if len(mixed) and np.abs(mixed - mixed[:1]).max() < 1e-7:
        mixed = mixed[:1]
    return mixed, np.clip(share, 0, 1)


def in_place(stored: Vertices, places: NDArray[np.float64]) -> Vertices:
    """Return vertices moved to where `place_vertices` says, in centimetres."""
    turn = places[:, :3, :3]
    larger = float(turn[0, 0, 0])
    only_larger = len(turn) == 1 and np.allclose(turn[0], larger * np.eye(3), rtol=0, atol=1e-9)

    def turned(rows: FloatRows) -> NDArray[np.floating[Any]]:
        if only_larger:
            return rows * np.float32(larger)
        if len(turn) == 1:
            return np.asarray(np.einsum("ij,vj->vi", turn[0], rows))
        return np.asarray(np.einsum("vij,vj->vi", turn, rows))

    normals = stored.normals
    if normals is not None:
        # Normals turn by the inverse transpose; where scale 0 flattens all, any direction will do.
        flat = np.abs(np.linalg.det(turn)) < 1e-18
        inverse = np.linalg.inv(np.where(flat[:, None, None], np.eye(3), turn))
        rows = np.broadcast_to(inverse, (len(normals), 3, 3))
        moved = np.einsum("vji,vj->vi", rows, normals)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        normals = (moved / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    positions = (turned(stored.positions) + places[:, :3, 3]) * CENTIMETRES
    return Vertices(
        positions.astype(np.float32),
        {
            name: (turned(rows) * np.float32(CENTIMETRES)).astype(np.float32, copy=False)
            for name, rows in stored.deltas.items()
        },
        normals,
        stored.uv,
        stored.colors,
        stored.joints,
        stored.weights,
    )
