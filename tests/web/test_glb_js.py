"""Heads that the page animates against those of Python."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from page_clips import assert_near, assert_same_floats, complaints, make_clip

from small_rig import small_rig
from voxface.face.visemes import VISEMES
from voxface.formats import load_clip, save_clip
from voxface.rig import write_glb
from voxface.rig.gltf_file import glb_bytes, read_gltf
from voxface.rig.patch import animate_gltf


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return heads of many makes: skinned or not, turned, mirrored, with a matrix, as VRM 0."""
    folder = tmp_path_factory.mktemp("heads")
    plain = write_glb(small_rig())
    stiff = write_glb(replace(small_rig(), head_share=None))
    visemes = write_glb(small_rig(tuple(f"viseme_{name}" for name in VISEMES)))
    turned = {"name": "Armature", "rotation": [0.5, 0.5, -0.5, 0.5], "scale": [2, 2, 2]}
    files = {
        "plain": plain,
        "stiff": stiff,
        "visemes": visemes,
        "turned": below(plain, turned),
        "mirrored": below(stiff, {"scale": [-1, 1, 1], "translation": [1, 2, 3]}),
        "matrix": with_matrix(below(stiff, turned)),
        "vrm0": as_vrm0(below(plain, {"rotation": [0, 1, 0, 0]})),
        "again": animated(plain),
    }
    for name, content in files.items():
        (folder / f"{name}.glb").write_bytes(content)
    return {name: folder / f"{name}.glb" for name in files}


def edited(content: bytes, change: Callable[[dict], None]) -> bytes:
    length = struct.unpack_from("<I", content, 12)[0]
    document = json.loads(content[20 : 20 + length])
    change(document)
    return glb_bytes(document, content[28 + length :])


def below(content: bytes, node: dict) -> bytes:
    """Hang a whole scene below one node."""

    def change(document: dict) -> None:
        scene = document["scenes"][0]
        document["nodes"].append({**node, "children": scene["nodes"]})
        scene["nodes"] = [len(document["nodes"]) - 1]

    return edited(content, change)


def with_matrix(content: bytes) -> bytes:
    """Give the head's node its place as a matrix, turned and enlarged."""

    def change(document: dict) -> None:
        head = next(each for each in document["nodes"] if each["name"] == "head")
        x, y, z = head.pop("translation")
        head["matrix"] = [0, 2, 0, 0, -2, 0, 0, 0, 0, 0, 2, 0, x, y, z, 1]

    return edited(content, change)


def as_vrm0(content: bytes) -> bytes:
    """Turn a head into a VRM 0 avatar whose expressions pull two targets each."""

    def change(document: dict) -> None:
        binds = [{"mesh": 0, "index": 1, "weight": 50}, {"mesh": 0, "index": 3, "weight": 100}]
        groups = [{"presetName": "a", "binds": binds}, {"name": "tongueOut", "binds": binds[:1]}]
        document["extensionsUsed"] = ["VRM"]
        document["extensions"] = {"VRM": {"blendShapeMaster": {"blendShapeGroups": groups}}}
        names = document["meshes"][0]["extras"]["targetNames"]
        document["meshes"][0]["extras"]["targetNames"] = [f"key {n}" for n in range(len(names))]

    return edited(content, change)


def animated(content: bytes) -> bytes:
    """Give a head an animation of its own and one of ours."""

    def change(document: dict) -> None:
        document["animations"] = [
            {"name": "own", "channels": [], "samplers": []},
            {"name": "old", "channels": [], "samplers": [], "extras": {"voxface": {}}},
        ]

    return edited(content, change)


@pytest.mark.parametrize(
    "name", ["plain", "stiff", "visemes", "turned", "mirrored", "matrix", "vrm0", "again"]
)
def test_a_head_is_animated_as_python_animates_it(clips, heads, tmp_path, name):
    head = heads[name]
    clip = make_clip(20, 30, 9, start=0.5, metadata={"source": "ü.wav"})
    save_clip(clip, tmp_path / "clip.npz")
    folder = clips("write", tmp_path / "clip.npz", head=head)
    (tmp_path / "theirs.glb").write_bytes(animate_gltf(read_gltf(head), clip))
    ours, theirs = read_gltf(folder / "glb.glb"), read_gltf(tmp_path / "theirs.glb")
    assert ours.json == theirs.json
    assert_same_floats(ours, theirs)
    assert complaints(folder / "glb.glb") <= complaints(head)
    if name not in ("visemes", "vrm0"):
        assert_near(load_clip(folder / "glb.glb"), clip, head=2e-4)
