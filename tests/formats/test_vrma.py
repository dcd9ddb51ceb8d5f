"""VRM animations, read by three.js's VRM library and checked by Khronos's validator."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.visemes import VOWELS
from voxface.formats import load_clip, save_clip
from voxface.formats.vrma import BONES, PRESETS
from voxface.rig.connect import connect_names
from voxface.rig.gltf_file import read_gltf
from voxface.rig.packer import Packer

MODULES = Path(__file__).parents[2] / "web" / "node_modules"


def run_node(script: str, *arguments: object) -> dict:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    if not (MODULES / "@pixiv" / "three-vrm-animation").is_dir():
        pytest.skip("needs three-vrm-animation: npm ci in web/")
    command = [node, Path(__file__).with_name(script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def read():
    """Return a function that reads a file as a web page would."""
    return lambda path: run_node("read_vrma.mjs", path, MODULES)


def avatar(path: Path, expressions: tuple[str, ...]) -> Path:
    """Write a VRM 1.0 avatar of bones and one triangle, with a morph target per expression."""
    packer = Packer({"asset": {"version": "2.0"}})
    nodes = {}
    for name, parent, place in BONES:
        # A head that rests aslant, as avatars' bones do.
        aslant = {"rotation": [0.6, 0, 0, 0.8]} if name == "head" else {}
        nodes[name] = packer.add("nodes", {"name": name, "translation": list(place)} | aslant)
        if parent:
            packer.document["nodes"][nodes[parent]].setdefault("children", []).append(nodes[name])
    corners = packer.accessor(np.eye(3, dtype=np.float32), bounds=True)
    mesh = packer.add("meshes", {"primitives": [
        {"attributes": {"POSITION": corners}, "targets": [{"POSITION": corners}] * len(expressions)}
    ]})  # fmt: skip
    face = packer.add("nodes", {"mesh": mesh})
    binds = {
        name: {"morphTargetBinds": [{"node": face, "index": number, "weight": 1.0}]}
        for number, name in enumerate(expressions)
    }
    kind = "custom" if "jawOpen" in expressions else "preset"
    packer.document |= {
        "scene": 0,
        "scenes": [{"nodes": [nodes["hips"], face]}],
        "extensionsUsed": ["VRMC_vrm"],
        "extensions": {"VRMC_vrm": {
            "specVersion": "1.0",
            "meta": {"name": "a", "authors": ["b"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
            "humanoid": {"humanBones": {name: {"node": node} for name, node in nodes.items()}},
            "expressions": {kind: binds},
            "lookAt": {"type": "bone"},
        }},
    }  # fmt: skip
    path.write_bytes(packer.finish())
    return path


def gentle_clip(frames: int = 30, fps="29.97", start: float = 0.5) -> FaceClip:
    """Return a clip whose eyes look one way together, as look-at can say."""
    random = np.random.default_rng(3)
    head = np.zeros((frames, 7))
    head[:, :3] = random.normal(0, 2, (frames, 3))
    turns = Rotation.from_rotvec(random.normal(0, 0.2, (frames, 3)))
    head[:, 3:] = turns.as_quat(canonical=True, scalar_first=True)
    weights = random.random((frames, 52))
    columns = {name: weights[:, i] for i, name in enumerate(ARKIT_CHANNELS)}
    side, height = random.uniform(-1, 1, (2, frames))
    columns["eyeLookOutLeft"][:] = columns["eyeLookInRight"][:] = np.maximum(side, 0)
    columns["eyeLookInLeft"][:] = columns["eyeLookOutRight"][:] = np.maximum(-side, 0)
    for eye in ("Left", "Right"):
        columns[f"eyeLookDown{eye}"][:] = np.maximum(height, 0)
        columns[f"eyeLookUp{eye}"][:] = np.maximum(-height, 0)
    return FaceClip(weights, fps, head=head, start=start)


def check_head(document: dict, clip: FaceClip) -> None:
    track = document["rotations"]["head"]
    assert np.allclose(track["times"], clip.times, atol=1e-6)
    turn = Rotation.from_quat(np.reshape(track["values"], (-1, 4)))
    ours = Rotation.from_quat(clip.head[:, 3:], scalar_first=True)
    assert (turn.inv() * ours).magnitude().max() < 1e-6
    assert list(document["rotations"]) == ["head"]
    assert document["translations"] == {}
    assert document["hips"][1] == pytest.approx(0.95)
    assert document["duration"] == pytest.approx(clip.times[-1])


def test_an_avatar_of_any_kind_moves_its_mouth_lids_and_eyes(tmp_path, read):
    clip = gentle_clip()
    save_clip(clip, tmp_path / "a.vrma")
    document = read(tmp_path / "a.vrma")
    assert document["issues"]["numErrors"] == document["issues"]["numWarnings"] == 0
    assert document["warnings"] == []
    check_head(document, clip)
    assert document["custom"] == {}
    assert set(document["preset"]) == {"aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight"}
    assert np.allclose(document["preset"]["blinkLeft"]["values"], clip["eyeBlinkLeft"], atol=1e-6)
    assert np.allclose(document["preset"]["blinkRight"]["values"], clip["eyeBlinkRight"], atol=1e-6)
    # Along the eyes lies +z: a positive yaw takes it to the subject's left (+x), pitch down (-y).
    gaze = Rotation.from_quat(np.reshape(document["lookAt"]["values"], (-1, 4))).apply([0, 0, 1])
    left = clip["eyeLookOutLeft"] - clip["eyeLookInLeft"]
    down = clip["eyeLookDownLeft"] - clip["eyeLookUpLeft"]
    assert np.allclose(np.arctan2(gaze[:, 0], gaze[:, 2]), np.radians(30) * left, atol=1e-5)
    assert np.allclose(-np.arcsin(gaze[:, 1]), np.radians(30) * down, atol=1e-5)


def test_vowels_are_the_expressions_that_are_named_after_them(tmp_path, read):
    names = list(VOWELS)
    rows = [[0.8 * VOWELS[name].get(channel, 0) for channel in ARKIT_CHANNELS] for name in names]
    save_clip(FaceClip(rows, 30), tmp_path / "a.vrma")
    preset = read(tmp_path / "a.vrma")["preset"]
    shown = np.array([preset[name]["values"] for name in names])
    assert np.allclose(shown, 0.8 * np.eye(5), atol=0.02)
    again = load_clip(tmp_path / "a.vrma")
    assert np.allclose(
        again["jawOpen"], [row[ARKIT_CHANNELS.index("jawOpen")] for row in rows], atol=0.05
    )


def test_an_avatar_for_perfect_sync_gets_all_channels_and_nothing_twice(tmp_path, read, make_clip):
    clip = make_clip(20, 60)
    save_clip(clip, tmp_path / "a.vrma", "vrma_perfect_sync")
    document = read(tmp_path / "a.vrma")
    assert document["issues"]["numErrors"] == document["issues"]["numWarnings"] == 0
    assert document["warnings"] == []
    check_head(document, clip)
    assert document["preset"] == {}
    assert document["lookAt"] is None
    assert set(document["custom"]) == set(ARKIT_CHANNELS)
    for name in ARKIT_CHANNELS:
        assert np.array_equal(np.float32(document["custom"][name]["values"]), clip[name])


@pytest.mark.parametrize(
    ("format", "expressions"),
    [("vrma", PRESETS), ("vrma_perfect_sync", ARKIT_CHANNELS)],
)
def test_an_avatar_plays_it(tmp_path, format, expressions):
    clip = gentle_clip(start=0.0)
    body = avatar(tmp_path / "a.vrm", expressions)
    save_clip(clip, tmp_path / "a.vrma", format)
    seen = (3, 12, 25)
    times = [clip.times[frame] for frame in seen]
    played = run_node("play_vrma.mjs", body, tmp_path / "a.vrma", MODULES, *times)
    assert played["warnings"] == []
    weights = clip.weights if expressions == ARKIT_CHANNELS else None
    if weights is None:
        weights = connect_names(PRESETS).weights(clip)
    slant = Rotation.from_quat([0.6, 0, 0, 0.8])
    for frame, shown in zip(seen, played["frames"], strict=True):
        assert np.allclose(shown["morphs"], weights[frame], atol=1e-4)
        ours = Rotation.from_quat(clip.head[frame, 3:], scalar_first=True) * slant
        assert (Rotation.from_quat(shown["head"]).inv() * ours).magnitude() < 1e-3
        if format == "vrma":
            left = clip["eyeLookOutLeft"][frame] - clip["eyeLookInLeft"][frame]
            down = clip["eyeLookDownLeft"][frame] - clip["eyeLookUpLeft"][frame]
            assert np.allclose(shown["look"], (30 * left, 30 * down), atol=0.01)


def test_a_clip_returns_by_names(tmp_path, make_clip, assert_same_rotation):
    clip = make_clip(40, "29.97", start=0.25, metadata={"source": "a.wav"})
    save_clip(clip, tmp_path / "a.vrma", "vrma_perfect_sync")
    again = load_clip(tmp_path / "a.vrma")
    assert (again.fps, again.start, len(again)) == (clip.fps, clip.start, 40)
    assert np.allclose(again.weights, clip.weights, atol=1e-6)
    assert_same_rotation(again.head, clip.head, 1e-5)
    assert not again.head[:, :3].any()
    assert again.metadata["source"] == "a.wav"


def test_what_the_common_expressions_say_returns(tmp_path):
    clip = gentle_clip()
    save_clip(clip, tmp_path / "a.vrma")
    again = load_clip(tmp_path / "a.vrma")
    for what in ("BlinkLeft", "BlinkRight", "LookOutLeft", "LookInRight", "LookUpLeft"):
        name = f"eye{what}"
        assert np.allclose(again[name], clip[name], atol=1e-5)
    assert again.tracked[:, ARKIT_CHANNELS.index("browInnerUp")].sum() == 0


def test_gltf_as_text_is_known_too(tmp_path, make_clip):
    clip = make_clip(5)
    save_clip(clip, tmp_path / "a.vrma", "vrma_perfect_sync")
    file = read_gltf(tmp_path / "a.vrma")
    data = base64.b64encode(file.buffers[0]).decode()
    file.json["buffers"][0]["uri"] = f"data:application/octet-stream;base64,{data}"
    (tmp_path / "a.gltf").write_text(json.dumps(file.json))
    assert np.allclose(load_clip(tmp_path / "a.gltf").weights, clip.weights, atol=1e-6)


def test_a_clip_that_begins_before_its_sound_keeps_its_start(tmp_path, read):
    clip = FaceClip(np.full((5, 52), 0.5), 10, start=-0.2)
    save_clip(clip, tmp_path / "a.vrma", "vrma_perfect_sync")
    assert read(tmp_path / "a.vrma")["issues"]["numErrors"] == 0
    assert load_clip(tmp_path / "a.vrma").start == -0.2


def test_a_clip_without_frames_is_refused(tmp_path):
    with pytest.raises(VoxfaceError, match="without frames"):
        save_clip(FaceClip(np.zeros((0, 52)), 30), tmp_path / "a.vrma")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"glTF", "cut off|damaged|not"),
        (b'{"asset": {"version": "2.0"}}', "not a VRM animation"),
        (b'{"asset": {"version": "2.0"}, "extensions": {"VRMC_vrm_animation": {}}}', "animation"),
    ],
)
def test_broken_files_are_one_clear_line(tmp_path, content, message):
    (tmp_path / "a.vrma").write_bytes(content)
    with pytest.raises(VoxfaceError, match=message) as caught:
        load_clip(tmp_path / "a.vrma", "vrma")
    assert "\n" not in str(caught.value)
