"""Adding a clip to somebody's glTF or VRM file, all else in it kept."""

from __future__ import annotations

import copy
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import numpy as np

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.rig.animation import EXTRAS, MorphTrack, add_animation
from voxface.rig.connect import connect
from voxface.rig.from_gltf import rig_from_gltf
from voxface.rig.gltf_file import GltfFile, Json, resolve_uri
from voxface.rig.head_motion import HeadNode
from voxface.rig.packer import Packer, picture_type
from voxface.rig.primitives import target_names
from voxface.rig.scene import find_head, scene_nodes


def animate_gltf(file: GltfFile, clip: FaceClip) -> bytes:
    """Return the file as a self-contained GLB with the clip as its first animation.

    Every node with morph targets that the clip drives gets a track of weights, the head's node
    (see `find_head`) one of rotation and one of translation. Scene, materials, skeleton, other
    animations and extensions stay; buffers and pictures beside the file are taken in. An earlier
    animation by voxface is replaced.

    Raises
    ------
    VoxfaceError
        As `rig_from_gltf` and `add_animation`, or if nothing in the file can be driven.
    """
    rig = rig_from_gltf(file)
    weights = connect(rig).weights(clip)
    columns = {name: column for column, name in enumerate(rig.targets)}
    packer = self_contained(file)
    nodes = scene_nodes(file)
    tracks = []
    for number in nodes:
        node = file.item("nodes", number)
        if "mesh" not in node:
            continue
        names = target_names(file, file.item("meshes", node["mesh"]))
        # Targets of points and lines are no part of a rig and stay at rest.
        rows = np.zeros((len(clip), len(names)), np.float32)
        for column, name in enumerate(names):
            if name in columns:
                rows[:, column] = weights[:, columns[name]]
        if names:
            tracks.append(MorphTrack(number, rows))
    head = find_head(file)
    motion = None
    if head in nodes and head is not None:
        motion = HeadNode.in_scene(file, head, nodes)
        motion.without_matrix(packer.document["nodes"][head])
    _drop_earlier(packer.document)
    add_animation(packer, clip, tracks, motion)
    animations = packer.document["animations"]
    animations.insert(0, animations.pop())
    return packer.finish()


def self_contained(file: GltfFile) -> Packer:
    """Return a copy of the document whose buffers and pictures all lie in one buffer."""
    document = copy.deepcopy(file.json)
    begins = []
    binary = bytearray()
    for buffer in file.buffers:
        begins.append(len(binary))
        binary += buffer + b"\0" * (-len(buffer) % 4)
    for view in document.get("bufferViews", []):
        view["byteOffset"] = view.get("byteOffset", 0) + begins[view.get("buffer", 0)]
        view["buffer"] = 0
    if begins:
        document["buffers"] = [{}]
    packer = Packer(document, bytes(binary))
    for number, image in enumerate(document.get("images", [])):
        uri = image.get("uri")
        if isinstance(uri, str) and "://" not in uri:
            content = resolve_uri(file, uri, f"images[{number}]")
            image["mimeType"] = image.get("mimeType") or _mime(uri, content)
            image["bufferView"] = packer.view(content)
            del image["uri"]
    return packer


def _mime(uri: str, content: bytes) -> str:
    try:
        return picture_type(content)
    except VoxfaceError:
        if uri.startswith("data:"):
            return uri[5:].partition(",")[0].partition(";")[0]
        return f"image/{PurePosixPath(unquote(uri)).suffix.lower().lstrip('.') or 'unknown'}"


def _drop_earlier(document: Json) -> None:
    def ours(animation: Any) -> bool:
        return EXTRAS in (animation.get("extras") or {})

    document["animations"] = [each for each in document.get("animations", []) if not ours(each)]
