"""Adding a clip to somebody's glTF or VRM file, all else in it kept."""

from __future__ import annotations

import copy
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import numpy as np

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, Rig
from voxface.rig.animation import EXTRAS, MorphTrack, add_animation
from voxface.rig.connect import Connection, connect
from voxface.rig.eyes import Eye, find_eyes
from voxface.rig.from_gltf import resting_weights
from voxface.rig.gltf_file import MESHOPT, GltfFile, Json, resolve_uri, understanding
from voxface.rig.head_motion import HeadNode
from voxface.rig.packer import Packer, picture_type
from voxface.rig.placing import CENTIMETRES
from voxface.rig.primitives import target_names
from voxface.rig.scene import Scene


def animate_gltf(file: GltfFile, rig: Rig, clip: FaceClip) -> bytes:
    """Return the file as a self-contained GLB with the clip as its first animation.

    Every node with morph targets that the clip drives gets a track of weights, the head's node
    (see `find_head`) one of rotation and one of translation, and where no target turns the eyes,
    their bones one of rotation. Where no node is a head's and there is
    no skeleton either, the whole scene is hung below a new node ``head``. Scene, materials,
    skeleton, other animations and extensions stay; buffers and pictures beside the file are taken
    in. An earlier animation by voxface is replaced.

    Parameters
    ----------
    file : GltfFile
    rig : Rig
        The same file, as `rig_from_gltf` returns it.
    clip : FaceClip

    Raises
    ------
    VoxfaceError
        As `add_animation`, or if nothing in the file can be driven.
    """
    connection = connect(rig)
    weights = connection.weights(clip)
    driven = {
        name: weights[:, column]
        for column, name in enumerate(rig.targets)
        if name not in connection.unused
    }
    packer = self_contained(file)
    scene = Scene.of(file)
    resting = resting_weights(scene, rig.expressions)
    tracks = []
    for number, _, mesh in scene.meshes():
        names = target_names(file, mesh)
        rows = np.zeros((len(clip), len(names)), np.float32)
        for column, name in enumerate(names):
            # Targets of points and lines are no part of a rig and stay at rest.
            rows[:, column] = driven.get(name, resting[number].get(name, 0.0))
        if names:
            tracks.append(MorphTrack(number, rows))
    head = _head(packer.document, scene, rig)
    _drop_earlier(packer.document)
    with understanding(file.name):
        eyes = _eyes(packer.document, scene, connection)
    add_animation(packer, clip, tracks, head, [(node, eye.turns(clip)) for eye, node in eyes])
    animations = packer.document["animations"]
    animations.insert(0, animations.pop())
    return packer.finish()


def _head(document: Json, scene: Scene, rig: Rig) -> HeadNode | None:
    """Return the node that turns the head; a scene that turns as a whole is given one."""
    if scene.head is not None:
        head = HeadNode.in_scene(scene.file, scene.head, scene.places)
        head.without_matrix(document["nodes"][scene.head])
        return head
    if not scene.turning:
        return None
    if not document.get("scenes"):
        children = {child for node in document["nodes"] for child in node.get("children", [])}
        roots = [number for number in range(len(document["nodes"])) if number not in children]
        document["scenes"] = [{"nodes": roots}]
    shown = document["scenes"][document.setdefault("scene", 0)]
    place = [float(value) / CENTIMETRES for value in rig.head_pivot]
    rest = {"translation": [-value for value in place], "children": shown["nodes"]}
    number = len(document["nodes"])
    document["nodes"] += [rest, {"name": "head", "translation": place, "children": [number]}]
    shown["nodes"] = [number + 1]
    return HeadNode.standing(number + 1, rig.head_pivot)


def _eyes(document: Json, scene: Scene, connection: Connection) -> list[tuple[Eye, HeadNode]]:
    """Return the bones of the eyes, where no morph target moves them."""
    driven = {channel for match in connection.matched for channel in match.channels}
    found = []
    for eye in find_eyes(scene.file):
        looks = {channel for channel in driven if channel.startswith("eyeLook")}
        if eye.node in scene.places and not looks:
            node = HeadNode.in_scene(scene.file, eye.node, scene.places)
            node.without_matrix(document["nodes"][eye.node])
            found.append((eye, node))
    return found


def self_contained(file: GltfFile) -> Packer:
    """Return a copy of the document whose buffers and pictures all lie in one buffer."""
    document = copy.deepcopy(file.json)
    begins = []
    binary = bytearray()
    for buffer in file.buffers:
        begins.append(len(binary))
        binary += buffer + b"\0" * (-len(buffer) % 4)
    for number, view in enumerate(document.get("bufferViews", [])):
        if view.get("extensions", {}).pop(MESHOPT, None) is not None:
            # Programs that animate heads seldom read this compression; unpacked, all do.
            view["byteOffset"] = len(binary)
            content = bytes(file.view(number))
            view["buffer"], view["byteLength"] = 0, len(content)
            binary += content + b"\0" * (-len(content) % 4)
            continue
        view["byteOffset"] = view.get("byteOffset", 0) + begins[view.get("buffer", 0)]
        view["buffer"] = 0
    if begins:
        document["buffers"] = [{}]
    for key in ("extensionsUsed", "extensionsRequired"):
        document[key] = [name for name in document.get(key, []) if name != MESHOPT]
        if not document[key]:
            del document[key]
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
