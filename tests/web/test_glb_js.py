"""Heads that the page animates against those of Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_clips import assert_near, assert_same_floats, complaints, edited, make_clip, spoken_clip

from small_rig import small_rig
from voxface.face.visemes import VISEMES
from voxface.formats import load_clip, save_clip
from voxface.rig import load_rig, write_glb
from voxface.rig.accessors import read_accessor
from voxface.rig.gltf_file import read_gltf

NAMES = (
    "plain", "stiff", "visemes", "turned", "mirrored", "matrix", "vrm0", "again", "eyes",
    "headless", "shaped", "lossless", "filtered",
)  # fmt: skip
PACKED = Path(__file__).resolve().parents[1] / "rig" / "packed"
"""Heads compressed by gltfpack; see ``tests/rig/test_meshopt.py``."""


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
        "eyes": edited(visemes, _with_eyes),
        "headless": edited(stiff, _without_head),
        "shaped": edited(plain, _shaped),
        **{name: (PACKED / f"{name}.glb").read_bytes() for name in ("lossless", "filtered")},
    }
    for name, content in files.items():
        (folder / f"{name}.glb").write_bytes(content)
    return {name: folder / f"{name}.glb" for name in files}


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
        nodes = document["nodes"]
        nodes.append({"name": "a", "rotation": [0, 0, 0.6, 0.8]})
        nodes.append({"name": "b"})
        head = next(number for number, each in enumerate(nodes) if each.get("name") == "head")
        nodes[head]["children"] = [len(nodes) - 2, len(nodes) - 1]
        bones = [
            {"bone": "head", "node": head},
            {"bone": "leftEye", "node": len(nodes) - 2},
            {"bone": "rightEye", "node": len(nodes) - 1},
        ]
        document["extensions"] = {
            "VRM": {
                "humanoid": {"humanBones": bones},
                "firstPerson": {"lookAtVerticalUp": {"xRange": 90, "yRange": 10}},
                "blendShapeMaster": {"blendShapeGroups": groups},
            }
        }
        names = document["meshes"][0]["extras"]["targetNames"]
        document["meshes"][0]["extras"]["targetNames"] = [f"key {n}" for n in range(len(names))]

    return edited(content, change)


def _with_eyes(document: dict) -> None:
    """Add bones of eyes, and what only sounds like some."""
    nodes = document["nodes"]
    head = next(each for each in nodes if each.get("name") == "head")
    names = ("LeftEyeLid", "Armature:Eye_L", "CC_Base_R_Eye", "eye", "RightEye_end")
    head["children"] = [*range(len(nodes), len(nodes) + len(names))]
    nodes += [{"name": name, "rotation": [0, 0.6, 0, 0.8]} for name in names]


def _without_head(document: dict) -> None:
    next(each for each in document["nodes"] if each["name"] == "head")["name"] = "all"


def _shaped(document: dict) -> None:
    """Give one target a name that says nothing, and two targets weights at rest."""
    mesh = document["meshes"][0]
    mesh["extras"]["targetNames"][5] = "wide nose"
    mesh["weights"][4:6] = 0.5, 0.25


def animated(content: bytes) -> bytes:
    """Give a head an animation of its own and one of ours."""

    def change(document: dict) -> None:
        document["animations"] = [
            {"name": "own", "channels": [], "samplers": []},
            {"name": "old", "channels": [], "samplers": [], "extras": {"voxface": {}}},
        ]

    return edited(content, change)


@pytest.mark.parametrize("name", NAMES)
def test_a_head_is_animated_as_python_animates_it(clips, heads, tmp_path, name):
    head = heads[name]
    clip = make_clip(20, 30, 9, start=0.5, metadata={"source": "ü.wav"})
    save_clip(clip, tmp_path / "clip.npz")
    folder = clips("write", tmp_path / "clip.npz", head=head)
    save_clip(clip, tmp_path / "theirs.glb", rig=head)
    ours, theirs = read_gltf(folder / "glb.glb"), read_gltf(tmp_path / "theirs.glb")
    assert ours.json == theirs.json
    assert_same_floats(ours, theirs)
    if name != "filtered":  # its bounds are those from before the loss
        assert complaints(folder / "glb.glb") <= complaints(head)
    if name not in ("visemes", "eyes", "vrm0", "shaped", "lossless", "filtered"):
        assert_near(load_clip(folder / "glb.glb"), clip, head=2e-4)


def test_a_lean_head_of_ours_gets_what_light_needs(clips, tmp_path):
    (tmp_path / "lean.glb").write_bytes(write_glb(small_rig(), morph_normals=False))
    clip = make_clip(3)
    save_clip(clip, tmp_path / "clip.npz")
    folder = clips("write", tmp_path / "clip.npz", head=tmp_path / "lean.glb")
    (tmp_path / "theirs.glb").write_bytes(write_glb(load_rig(tmp_path / "lean.glb"), clip))
    ours, theirs = read_gltf(folder / "glb.glb"), read_gltf(tmp_path / "theirs.glb")
    meshes = [file.json["meshes"][0]["primitives"] for file in (ours, theirs)]
    for mine, other in zip(*meshes, strict=True):
        for target, wanted in zip(mine["targets"], other["targets"], strict=True):
            turn = read_accessor(ours, target["NORMAL"])
            assert np.abs(turn - read_accessor(theirs, wanted["NORMAL"])).max() < 1e-5
    assert not complaints(folder / "glb.glb")


@pytest.mark.parametrize("format", ["vrma", "vrma_perfect_sync"])
def test_a_vrm_animation_is_read_as_python_reads_it(clips, tmp_path, format):
    file = tmp_path / "clip.vrma"
    save_clip(spoken_clip(), file, format)
    assert_read_alike(clips, file)


@pytest.mark.parametrize("name", NAMES)
def test_an_animated_head_is_read_as_python_reads_it(clips, heads, tmp_path, name):
    clip = make_clip(31, "29.97", 9, start=0.5, tracked=[each != 14 for each in range(52)])
    file = tmp_path / "clip.glb"
    save_clip(clip, file, rig=heads[name])
    assert_read_alike(clips, file)


def test_another_tools_animation_is_read_as_python_reads_it(clips, heads, tmp_path):
    """Steps, splines and gaps, and no word of the frame rate."""
    clip = make_clip(40, 24, 9)
    save_clip(clip, tmp_path / "ours.glb", rig=heads["plain"])
    content = (tmp_path / "ours.glb").read_bytes()
    kinds = iter(["STEP", "LINEAR", "LINEAR"])

    def change(document: dict) -> None:
        animation = document["animations"][0]
        del animation["extras"]
        for sampler in animation["samplers"]:
            sampler["interpolation"] = next(kinds)

    (tmp_path / "other.glb").write_bytes(edited(content, change))
    assert_read_alike(clips, tmp_path / "other.glb")


def assert_read_alike(clips: Callable[..., Path], file: Path) -> None:
    ours = load_clip(clips("read", file) / f"{file.name}.npz")
    theirs = load_clip(file)
    assert_near(ours, theirs, head=1e-5)
    assert (ours.tracked == theirs.tracked).all()
    assert dict(ours.metadata) == dict(theirs.metadata)


def test_heads_without_a_face_clip_say_so(clips, heads, tmp_path):
    content = heads["plain"].read_bytes()
    files = {"still.glb": content, "cut.glb": content[:5000], "odd.glb": edited(content, _spoil)}
    for name, each in files.items():
        (tmp_path / name).write_bytes(each)
    folder = clips("read", *(tmp_path / name for name in files))
    for name in files:
        message = (folder / f"{name}.txt").read_text()
        assert name in message
        assert "\n" not in message


def _spoil(document: dict) -> None:
    document["animations"] = [{"channels": 3}]
