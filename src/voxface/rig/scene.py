"""Where the nodes of a glTF scene stand, and which of them is the head."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.rig.gltf_file import GltfFile, Json

Matrix = NDArray[np.float64]

FACES_BACK = np.diag([-1.0, 1.0, -1.0, 1.0])
"""VRM 0.x avatars look along -z; half a turn about y puts them as glTF has it."""


@dataclass(frozen=True)
class Scene:
    """The nodes of a file that are shown.

    Parameters
    ----------
    file : GltfFile
    places : dict of int to ndarray, shape (4, 4)
        Global transform of every node at rest, in metres, the face towards +z; parents first.
    head : int, optional
        The node that turns the head.
    turning : frozenset of int
        The nodes that turn with it. Without a head, all of them, or none where there is a skin: a
        whole body is no head.
    """

    file: GltfFile
    places: dict[int, Matrix]
    head: int | None
    turning: frozenset[int]

    @classmethod
    def of(cls, file: GltfFile) -> Scene:
        """Return the scene of a file."""
        places = scene_nodes(file)
        head = find_head(file)
        if head is not None and head in places:
            return cls(file, places, head, frozenset(below(file, head)))
        skinned = any("skin" in file.item("nodes", number) for number in places)
        return cls(file, places, None, frozenset() if skinned else frozenset(places))

    def meshes(self) -> list[tuple[int, Json, Json]]:
        """Return number, node and mesh of every node that shows one."""
        nodes = ((number, self.file.item("nodes", number)) for number in self.places)
        return [
            (number, node, self.file.item("meshes", node["mesh"]))
            for number, node in nodes
            if "mesh" in node
        ]


def is_vrm0(file: GltfFile) -> bool:
    """Tell whether a file is a VRM 0.x avatar."""
    return "VRM" in file.json.get("extensions", {})


def scene_nodes(file: GltfFile) -> dict[int, Matrix]:
    """Return the nodes of the scene that is shown, with their global transforms at rest.

    Parents come before their children. A file without a scene shows all its nodes.

    Returns
    -------
    dict of int to ndarray, shape (4, 4)
        In metres, the face towards +z.
    """
    nodes = file.items("nodes")
    if file.items("scenes"):
        roots = file.item("scenes", file.json.get("scene", 0)).get("nodes", [])
    else:
        children = {child for node in nodes for child in node.get("children", [])}
        roots = [number for number in range(len(nodes)) if number not in children]
    start = FACES_BACK if is_vrm0(file) else np.eye(4)
    found: dict[int, Matrix] = {}
    waiting = [(root, start) for root in reversed(roots)]
    while waiting:
        number, parent = waiting.pop()
        node = file.item("nodes", number)
        if number in found:
            raise file.broken(f"nodes[{number}] has two parents")
        found[number] = parent @ local_transform(node)
        waiting += [(child, found[number]) for child in reversed(node.get("children", []))]
    return found


def local_transform(node: Json) -> Matrix:
    """Return a node's transform from its matrix, or from its translation, rotation and scale."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = _unit(node.get("rotation", (0.0, 0.0, 0.0, 1.0)))
    transform = np.eye(4)
    transform[:3, :3] = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    ) * np.array(node.get("scale", (1.0, 1.0, 1.0)), np.float64)
    transform[:3, 3] = node.get("translation", (0.0, 0.0, 0.0))
    return transform


def below(file: GltfFile, number: int) -> set[int]:
    """Return a node and all nodes below it."""
    found: set[int] = set()
    waiting = [number]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += file.item("nodes", each).get("children", [])
    return found


def find_head(file: GltfFile) -> int | None:
    """Return the node that turns the head: the VRM humanoid's, or the one called so.

    ``Head``, ``head``, ``mixamorig:Head``, ``CC_Base_Head``, ``J_Bip_C_Head``, ``DEF-head`` and
    the like count; joints of a skin come first, and a node that is itself a mesh never counts,
    because it need not turn where a neck is.
    """
    extensions = file.json.get("extensions", {})
    bones: Any = extensions.get("VRMC_vrm", {}).get("humanoid", {}).get("humanBones")
    if isinstance(bones, dict) and "node" in bones.get("head", {}):
        return int(bones["head"]["node"])
    bones = extensions.get("VRM", {}).get("humanoid", {}).get("humanBones")
    if isinstance(bones, list):
        for bone in bones:
            if bone.get("bone") == "head" and "node" in bone:
                return int(bone["node"])
    nodes = file.items("nodes")
    joints = {joint for skin in file.items("skins") for joint in skin.get("joints", [])}
    named = [
        number
        for number, node in enumerate(nodes)
        if "mesh" not in node and name_words(str(node.get("name", "")))[-1:] == ["head"]
    ]
    return min(named, key=lambda number: (number not in joints, number), default=None)


def name_words(name: str) -> list[str]:
    """Return the words of a node's name, small, without numbers."""
    words = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())
    return [word for word in words if word and not word.isdigit()]


def _unit(rotation: Any) -> NDArray[np.float64]:
    values = np.array(rotation, np.float64)
    length = float(np.linalg.norm(values))
    return values / length if length > 0 else np.array((0.0, 0.0, 0.0, 1.0))
