from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest

from planted_avatars import TARGETS, body, vrm0, vrm1
from planted_gltf import CUBE, Document, cube_file
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, Rig, RigPart
from voxface.face.rotation import quaternion_from_rotation_vector
from voxface.formats import load_clip, save_clip
from voxface.rig import load_rig
from voxface.rig.gltf_file import read_gltf
from voxface.rig.scene import Scene, local_transform
from voxface.rig.tracks import read_tracks


def planted_clip(frames=9, fps="30000/1001", start=0.5, tilt=0.4, **more):
    random = np.random.default_rng(0)
    turn = quaternion_from_rotation_vector(random.normal(size=(frames, 3)) * tilt)
    head = np.concatenate([random.normal(size=(frames, 3)), turn], axis=1)
    return FaceClip(random.random((frames, 52)), fps, head=head, start=start, **more)


def cube_rig(targets=ARKIT_CHANNELS):
    triangles = np.array([[0, 1, 2], [1, 2, 3]], np.int32)
    deltas = np.random.default_rng(1).normal(size=(len(targets), 8, 3))
    return Rig("cube", CUBE * 100, (RigPart("skin", triangles),), tuple(targets), deltas,
               head_pivot=(0.0, -5.0, -2.0))  # fmt: skip


def document(path):
    content = path.read_bytes()
    length = struct.unpack_from("<I", content, 12)[0]
    return json.loads(content[20 : 20 + length])


def assert_same_head(first, second, tolerance=1e-5):
    sign = np.sign((first[:, 3:] * second[:, 3:]).sum(axis=1, keepdims=True))
    assert np.allclose(first[:, :3], second[:, :3], atol=tolerance)
    assert np.allclose(first[:, 3:], second[:, 3:] * sign, atol=tolerance)


@pytest.mark.parametrize("start", [0.5, 0.0, -2.0])
@pytest.mark.parametrize("frames", [1, 2, 9])
def test_a_clip_comes_back_through_a_rig_with_every_channel(tmp_path, start, frames):
    tracked = np.ones((frames, 52), bool)
    tracked[:, ARKIT_CHANNELS.index("tongueOut")] = False
    clip = planted_clip(frames, start=start, tracked=tracked, metadata={"licence": "mine"})
    clip = replace(clip, weights=clip.weights * tracked)
    save_clip(clip, tmp_path / "a.glb", rig=cube_rig())
    again = load_clip(tmp_path / "a.glb")
    assert (again.fps, again.start, again.channels) == (clip.fps, clip.start, clip.channels)
    assert again.metadata == clip.metadata
    assert np.allclose(again.weights, clip.weights, atol=1e-6)
    assert np.array_equal(again.tracked, clip.tracked)
    assert_same_head(clip.head, again.head)


def test_channels_the_rig_lacks_come_back_untracked(tmp_path):
    save_clip(planted_clip(), tmp_path / "a.glb", rig=cube_rig(["jawOpen", "mouthClose"]))
    again = load_clip(tmp_path / "a.glb")
    seen = {name for name, column in zip(again.channels, again.tracked.T, strict=True)
            if column.any()}  # fmt: skip
    assert seen == {"jawOpen", "mouthClose"}


@pytest.mark.parametrize("make", [vrm0, vrm1, lambda: body(turned=True)[0]])
def test_an_avatar_keeps_its_own_scene_and_turns_its_head_in_the_world(tmp_path, make):
    made = make()
    made.json["nodes"].append({"name": "unused", "extras": {"mine": {}}, "custom": 1})
    made.json["animations"] = [
        {"name": "idle", "channels": [{"sampler": 0, "target": {"node": 3, "path": "translation"}}],
         "samplers": [{"input": made.accessor([0.0, 1.0]),
                       "output": made.accessor(np.zeros((2, 3)))}]}
    ]  # fmt: skip
    path = made.save(tmp_path / "own.vrm")
    before, clip = document(path), planted_clip()
    save_clip(clip, tmp_path / "a.glb", rig=path)
    after = document(tmp_path / "a.glb")
    for key in ("nodes", "meshes", "scenes", "asset"):
        assert after[key] == before[key]
    assert after.get("extensions") == before.get("extensions")
    assert [each["name"] for each in after["animations"]] == ["voxface", "idle"]
    assert_same_head(clip.head, load_clip(tmp_path / "a.glb").head, 1e-4)
    # What the node does, multiplied out, is the clip's turn about the head's own place.
    rig = load_rig(path)
    gltf = pytest.importorskip("pygltflib").GLTF2().load(str(tmp_path / "a.glb"))
    moved = {}
    for channel in gltf.animations[0].channels:
        accessor = gltf.accessors[gltf.animations[0].samplers[channel.sampler].output]
        view = gltf.bufferViews[accessor.bufferView]
        width = {"SCALAR": len(TARGETS), "VEC3": 3, "VEC4": 4}[accessor.type]
        values = np.frombuffer(gltf.binary_blob(), "<f4", -1, view.byteOffset)
        moved[channel.target.path] = values[: len(clip) * width].reshape(len(clip), width)
    parents = np.eye(4) if make is not vrm0 else np.diag([-1.0, 1, -1, 1])
    for name in ("Root", "J_Bip_C_Neck"):
        node = next(each for each in before["nodes"] if each.get("name") == name)
        parents = parents @ local_transform(node)
    for frame in range(len(clip)):
        local = {"rotation": moved["rotation"][frame], "translation": moved["translation"][frame]}
        whole = parents @ local_transform(local)
        turn = local_transform({"rotation": clip.head[frame, [4, 5, 6, 3]]})[:3, :3]
        rest = parents[:3, :3]
        assert np.allclose(whole[:3, :3], turn @ rest, atol=1e-5)
        place = (np.array(rig.head_pivot) + clip.head[frame, :3]) / 100
        assert np.allclose(whole[:3, 3], place, atol=1e-5)


def gaze_of_eyes(path, rig_path):
    """Return where the eyes of an export look, by node name, (T, 3) in the head's own axes."""
    file = read_gltf(path)
    nodes = file.items("nodes")
    scene = Scene.of(read_gltf(rig_path))
    gazes = {}
    for track in read_tracks(file, file.items("animations")[0]):
        name = nodes[track.node].get("name", "")
        if "Eye" in name:
            parent = next(n for n in scene.places if track.node in nodes[n].get("children", []))
            rest = scene.places[track.node]
            looks = []
            for turn in track.values:
                local = local_transform(nodes[track.node] | {"rotation": turn})
                whole = scene.places[parent] @ local @ np.linalg.inv(rest)
                looks.append(whole[:3, :3] @ [0, 0, 1])
            gazes[name] = np.array(looks)
    return gazes


@pytest.mark.parametrize("make", [vrm0, vrm1, lambda: body(turned=True)[0]])
def test_bones_turn_the_eyes_where_no_target_does(tmp_path, make):
    made = make()
    head = next(n for n in made.json["nodes"] if n["name"].endswith("Head"))
    bent = [0.5, 0.5, 0.5, 0.5]
    for side in "LR":
        head["children"].append(
            made.node(root=False, name=f"J_Adj_{side}_FaceEye", rotation=bent))  # fmt: skip
    left, right = head["children"][-2:]
    made.node(name="FaceEye_L_end")
    scale = 1.0
    extensions = made.json.get("extensions", {})
    if make is vrm1:
        vrm = extensions["VRMC_vrm"]
        vrm["humanoid"]["humanBones"] |= {"leftEye": {"node": left}, "rightEye": {"node": right}}
        narrow = {"inputMaxValue": 90.0, "outputScale": 9.0}
        vrm["lookAt"] = {
            f"rangeMap{name}": narrow
            for name in ("HorizontalInner", "HorizontalOuter", "VerticalDown", "VerticalUp")
        }
        scale = 0.1
    elif make is vrm0:
        bones = extensions["VRM"]["humanoid"]["humanBones"]
        bones += [{"bone": "leftEye", "node": left}, {"bone": "rightEye", "node": right}]
    path = made.save(tmp_path / "rig.vrm")
    weights = np.zeros((3, 52), np.float32)
    for row, names in ((1, ("eyeLookOutLeft", "eyeLookInRight")),
                       (2, ("eyeLookDownLeft", "eyeLookUpRight"))):  # fmt: skip
        weights[row, [ARKIT_CHANNELS.index(name) for name in names]] = 1
    save_clip(FaceClip(weights, 30), tmp_path / "a.glb", rig=path)
    gazes = gaze_of_eyes(tmp_path / "a.glb", path)
    assert set(gazes) == {"J_Adj_L_FaceEye", "J_Adj_R_FaceEye"}
    aside, down, up = (np.radians(angle * scale) for angle in (30, 30, 25))
    for name, dipped in (("J_Adj_L_FaceEye", -down), ("J_Adj_R_FaceEye", up)):
        expected = [[0, 0, 1], [np.sin(aside), 0, np.cos(aside)],
                    [0, np.sin(dipped), np.cos(dipped)]]  # fmt: skip
        assert np.allclose(gazes[name], expected, atol=1e-5)
    again = load_clip(tmp_path / "a.glb")
    for channel in ARKIT_CHANNELS:
        if channel.startswith("eyeLook"):
            column = ARKIT_CHANNELS.index(channel)
            assert np.allclose(again[channel], weights[:, column], atol=1e-4)
            assert again.tracked[:, column].all()


def test_an_avatar_that_says_little_or_nonsense_of_its_bones(tmp_path):
    made = vrm0()
    del made.json["extensions"]["VRM"]["humanoid"]
    save_clip(planted_clip(), tmp_path / "a.glb", rig=made.save(tmp_path / "rig.vrm"))
    made.json["extensions"]["VRM"]["firstPerson"] = []
    with pytest.raises(VoxfaceError, match="not valid glTF"):
        save_clip(planted_clip(), tmp_path / "b.glb", rig=made.save(tmp_path / "rig.vrm"))


def test_targets_that_turn_the_eyes_leave_their_bones_alone(tmp_path):
    made = Document()
    child = made.node(root=False, mesh=made.mesh(["eyeLookUp_L", "jawOpen"]))
    eye = made.node(root=False, name="LeftEye")
    made.node(name="Head", children=[child, eye])
    path = made.save(tmp_path / "rig.glb")
    save_clip(planted_clip(), tmp_path / "a.glb", rig=path)
    assert gaze_of_eyes(tmp_path / "a.glb", path) == {}


@pytest.mark.parametrize("with_scene", [True, False])
def test_a_scene_without_a_head_is_hung_below_one(tmp_path, with_scene):
    made = Document()
    made.node(name="face", mesh=made.mesh(["jawOpen"]), translation=[0, 0.2, 0])
    made.node(name="teeth", mesh=made.mesh([]))
    if not with_scene:
        del made.json["scene"], made.json["scenes"]
    path = tmp_path / "rig.glb"
    path.write_bytes(made.glb())
    clip = planted_clip()
    save_clip(clip, tmp_path / "a.glb", rig=path)
    rig, again = load_rig(path), load_rig(tmp_path / "a.glb")
    assert np.allclose(rig.neutral, again.neutral, atol=1e-4)
    assert np.allclose(rig.head_pivot, again.head_pivot, atol=1e-4)
    assert_same_head(clip.head, load_clip(tmp_path / "a.glb").head, 1e-4)


def test_weights_at_rest_of_other_targets_are_kept(tmp_path):
    made = Document()
    made.node(mesh=made.mesh(["wideNose", "jawOpen"], weights=[0.5, 0.25]))
    save_clip(planted_clip(), tmp_path / "a.glb", rig=made.save(tmp_path / "rig.glb"))
    gltf = pytest.importorskip("pygltflib").GLTF2().load(str(tmp_path / "a.glb"))
    track = gltf.accessors[gltf.animations[0].samplers[0].output]
    view = gltf.bufferViews[track.bufferView]
    values = np.frombuffer(gltf.binary_blob(), "<f4", track.count, view.byteOffset).reshape(-1, 2)
    assert (values[:, 0] == 0.5).all()
    clip = planted_clip()
    assert np.allclose(values[:, 1], np.maximum(clip["jawOpen"] - clip["mouthClose"], 0))


def test_an_animation_of_voxface_is_replaced_and_not_gathered(tmp_path):
    cube_file(tmp_path / "rig.glb", ["jawOpen"])
    save_clip(planted_clip(3), tmp_path / "a.glb", rig=tmp_path / "rig.glb")
    save_clip(planted_clip(5), tmp_path / "b.glb", rig=tmp_path / "a.glb")
    assert len(document(tmp_path / "b.glb")["animations"]) == 1
    assert len(load_clip(tmp_path / "b.glb")) == 5


def test_what_lies_beside_a_file_is_taken_into_the_export(tmp_path):
    made = Document()
    made.node(mesh=made.mesh(["jawOpen"]))
    made.json["images"] = [{"uri": "skin.png"}, {"uri": "data:image/webp;base64,UklGRg=="}]
    text = made.document()
    cut = 96  # two buffers: the first holds no more than the first target
    text["buffers"] = [{"byteLength": cut, "uri": "a.bin"},
                       {"byteLength": len(made.binary) - cut, "uri": "b.bin"}]  # fmt: skip
    for view in text["bufferViews"]:
        if view["byteOffset"] >= cut:
            view |= {"buffer": 1, "byteOffset": view["byteOffset"] - cut}
    (tmp_path / "a.bin").write_bytes(bytes(made.binary[:cut]))
    (tmp_path / "b.bin").write_bytes(bytes(made.binary[cut:]))
    (tmp_path / "skin.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "rig.gltf").write_text(json.dumps(text))
    save_clip(planted_clip(), tmp_path / "a.glb", rig=tmp_path / "rig.gltf")
    for name in ("a.bin", "b.bin", "skin.png", "rig.gltf"):
        (tmp_path / name).unlink()
    found = document(tmp_path / "a.glb")
    assert [each["mimeType"] for each in found["images"]] == ["image/png", "image/webp"]
    assert len(found["buffers"]) == 1
    assert np.allclose(load_rig(tmp_path / "a.glb").neutral, CUBE * 100)
    assert len(load_clip(tmp_path / "a.glb")) == 9


def test_a_head_given_by_a_matrix_can_be_animated(tmp_path):
    made = Document()
    child = made.node(root=False, mesh=made.mesh(["jawOpen"]))
    matrix = local_transform({"rotation": [0, 0.6, 0, 0.8], "translation": [1, 2, 3],
                              "scale": [2, 2, 2]})  # fmt: skip
    made.node(name="head", matrix=matrix.T.reshape(-1).tolist(), children=[child])
    path = made.save(tmp_path / "rig.glb")
    clip = planted_clip()
    save_clip(clip, tmp_path / "a.glb", rig=path)
    node = document(tmp_path / "a.glb")["nodes"][1]
    assert "matrix" not in node
    assert np.allclose(local_transform(node), matrix, atol=1e-6)
    assert_same_head(clip.head, load_clip(tmp_path / "a.glb").head, 1e-4)


def test_a_rig_that_was_changed_is_written_as_it_is(tmp_path):
    path = cube_file(tmp_path / "rig.glb", ["jawOpen"])
    rig = load_rig(path)
    larger = replace(rig, neutral=rig.neutral * 2)
    save_clip(planted_clip(), tmp_path / "a.glb", rig=larger)
    assert np.allclose(load_rig(tmp_path / "a.glb").neutral, rig.neutral * 2)


def animated(path, interpolation="LINEAR", times=(0.0, 0.5, 1.0), names=("jawOpen",), **more):
    """Write somebody else's animation of a cube: jawOpen 0, 1, 0."""
    made = Document()
    made.node(mesh=made.mesh(list(names)))
    values = np.array([0.0, 1.0, 0.0][: len(times)])
    if interpolation == "CUBICSPLINE":
        values = np.stack([np.zeros_like(values), values, np.zeros_like(values)], axis=1)
    made.json["animations"] = [
        {"channels": [{"sampler": 0, "target": {"node": 0, "path": "weights"}}],
         "samplers": [{"input": made.accessor(times), "interpolation": interpolation,
                       "output": made.accessor(values.reshape(-1))}], **more}
    ]  # fmt: skip
    return made.save(path)


@pytest.mark.parametrize("interpolation", ["LINEAR", "STEP", "CUBICSPLINE"])
def test_animations_of_other_tools_are_read(tmp_path, interpolation):
    times = np.arange(3) / 24
    clip = load_clip(animated(tmp_path / "a.glb", interpolation, times))
    assert (clip.fps, len(clip)) == (24, 3)
    assert clip["jawOpen"].tolist() == [0, 1, 0]
    assert clip.tracked.sum() == 3


def test_sparse_keys_are_filled_in(tmp_path):
    clip = load_clip(animated(tmp_path / "a.glb", times=(0.0, 0.5, 1.5)))
    seconds = clip.times - clip.start
    assert np.allclose(clip["jawOpen"], np.interp(seconds, [0, 0.5, 1.5], [0, 1, 0]), atol=1e-5)


def test_files_without_an_animated_face_are_refused(tmp_path):
    def refused(path, match):
        with pytest.raises(VoxfaceError, match=match) as caught:
            load_clip(path)
        assert "\n" not in str(caught.value)

    refused(cube_file(tmp_path / "a.glb", ["jawOpen"]), "holds no animation: it is a rig")
    refused(animated(tmp_path / "a.glb", names=("Key 1",)), r"no morph target .* \(Key 1\)")
    refused(animated(tmp_path / "a.glb", names=("jawOpen", "b")), "another number of weights")
    refused(animated(tmp_path / "a.glb", times=(0.5, 0.2, 0.1)), "do not fit together")
    refused(animated(tmp_path / "a.glb", samplers=[]), "no sampler")
    refused(animated(tmp_path / "a.glb", channels=[]), "animates no morph targets")
    whole = animated(tmp_path / "a.glb").read_bytes()
    (tmp_path / "a.glb").write_bytes(whole[:-40])
    refused(tmp_path / "a.glb", "cut off")


def test_a_failed_export_leaves_nothing_behind(tmp_path):
    path = cube_file(tmp_path / "rig.glb", ["Basis"])
    with pytest.raises(VoxfaceError, match="no morph target that voxface knows"):
        save_clip(planted_clip(), tmp_path / "a.glb", rig=path)
    assert [each.name for each in tmp_path.iterdir()] == ["rig.glb"]


@pytest.mark.parametrize("named", [str, load_rig], ids=["path", "rig"])
def test_a_rig_is_never_overwritten_by_its_own_animation(tmp_path, monkeypatch, named):
    rig = cube_file(tmp_path / "a.glb", list(ARKIT_CHANNELS))
    before = rig.read_bytes()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(VoxfaceError, match=r"a\.glb would overwrite the rig itself"):
        save_clip(planted_clip(), "../" + tmp_path.name + "/a.glb", rig=named(rig))
    assert rig.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.glb"]
