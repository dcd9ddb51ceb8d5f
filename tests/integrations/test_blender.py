"""The Blender script, run in a real Blender without a window."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from finding_blender import run_in_blender
from scipy.spatial.transform import Rotation

from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.formats import save_clip

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "integrations" / "blender" / "voxface_apply.py"
PROBE = Path(__file__).with_name("blender_probe.py")
TO_BLENDER = Rotation.from_euler("x", 90, degrees=True)
"""+y up becomes +z up; the face looks along -y."""


@pytest.fixture(scope="module")
def blender():
    """Return a function that runs a task (see blender_probe.py): what came out, what it printed."""

    def run(folder: Path, **task) -> tuple[dict, str]:
        work = folder / "work.json"
        work.write_text(json.dumps(task))
        printed = run_in_blender(PROBE, SCRIPT, work)
        return json.loads((folder / "answer.json").read_text()), printed

    return run


def clip_with(fps=60, frames: int = 61, **channels: np.ndarray) -> FaceClip:
    """Return a clip of a nodding, turning and shifting head that moves the channels given."""
    time = np.arange(frames) / float(fps if not isinstance(fps, str) else 30000 / 1001)
    weights = np.zeros((frames, len(ARKIT_CHANNELS)))
    for name, values in channels.items():
        weights[:, ARKIT_CHANNELS.index(name)] = values
    head = np.zeros((frames, 7))
    head[:, :3] = np.outer(np.sin(time), (1.0, 2.0, 3.0))
    turns = Rotation.from_euler("YXZ", np.outer(np.sin(2 * time), (0.4, 0.3, 0.2)))
    head[:, 3:] = turns.as_quat(canonical=True, scalar_first=True)
    return FaceClip(weights, fps, head=head)


KEYS = ["JawOpen", "mouthSmile_L", "ARKit.mouth_smile_right", "eyeBlink", "browInnerUp_R",
        "mouthClose", "Own"]  # fmt: skip


@pytest.mark.parametrize("name", ["clip.csv", "clip.json", "clip.npz"])
def test_keys_show_the_clip_at_every_frame_of_the_scene(tmp_path, blender, name):
    ramp = np.linspace(0, 1, 61)
    clip = clip_with(
        jawOpen=ramp, mouthSmileLeft=0.5 * ramp, mouthSmileRight=1 - ramp, eyeBlinkLeft=0.2 * ramp,
        eyeBlinkRight=0.8 * ramp, browInnerUp=0.3 * ramp, cheekPuff=ramp, mouthClose=0 * ramp,
    )  # fmt: skip
    save_clip(clip, tmp_path / name)
    arguments = [str(tmp_path / name), "--object", "Face"]
    answer, printed = blender(tmp_path, keys=KEYS, runs=[arguments, arguments], read=[1, 8, 25])
    assert answer["errors"] == []
    for frame, shown in zip((1, 8, 25), answer["frames"], strict=True):
        part = (frame - 1) / 24
        expected = {
            "JawOpen": part, "mouthSmile_L": 0.5 * part, "ARKit.mouth_smile_right": 1 - part,
            "eyeBlink": 0.8 * part, "browInnerUp_R": 0.3 * part, "Own": 0.25,
        }  # fmt: skip
        for key, value in expected.items():
            assert shown["values"][key] == pytest.approx(value, abs=2e-5)
    assert "6 shape keys of 'Face' driven, frames 1 to 25" in printed
    assert "cheekPuff" in printed.split("channels without a shape key:")[1].splitlines()[0]
    assert "shape keys left alone: Own" in printed
    assert "head left alone" in printed


def seen_turns(answer: dict, what: str) -> Rotation:
    return Rotation.from_quat([f[what] for f in answer["frames"]], scalar_first=True)


@pytest.mark.parametrize("spin", [0, 130])
def test_a_head_bone_turns_as_the_clip_says_whatever_its_axes(tmp_path, blender, spin):
    clip = clip_with(jawOpen=0.5)
    save_clip(clip, tmp_path / "a.npz")
    read = [1, 9, 17, 25]
    answer, printed = blender(
        tmp_path, keys=KEYS, runs=[[str(tmp_path / "a.npz")]] * 2, read=read, spin=spin, deform=True
    )
    assert "head on bone 'mixamorig:Head' of 'Body'" in printed
    at = [round((frame - 1) / 24 * 60) for frame in read]
    heading = Rotation.from_euler("z", spin, degrees=True) * TO_BLENDER
    ours = heading * Rotation.from_quat(clip.head[at, 3:], scalar_first=True) * heading.inv()
    assert (seen_turns(answer, "turn").inv() * ours).magnitude().max() < 2e-3
    moved = np.array([frame["moved"] for frame in answer["frames"]])
    assert np.abs(moved - heading.apply(clip.head[at, :3] / 100)).max() < 1e-4


def test_an_object_turns_about_its_rest_and_twice_is_once(tmp_path, blender):
    clip = clip_with(jawOpen=0.5)
    save_clip(clip, tmp_path / "a.json")
    arguments = [str(tmp_path / "a.json"), "--head", "Nod", "--start-frame", "11"]
    read = [11, 19, 35]
    answer, _ = blender(tmp_path, keys=KEYS, runs=[arguments] * 2, read=read, spin=90)
    at = [round((frame - 11) / 24 * 60) for frame in read]
    heading = Rotation.from_euler("z", 90, degrees=True)
    axes = heading * TO_BLENDER
    ours = axes * Rotation.from_quat(clip.head[at, 3:], scalar_first=True) * axes.inv() * heading
    assert (seen_turns(answer, "nod").inv() * ours).magnitude().max() < 2e-3
    place = np.array([frame["place"] for frame in answer["frames"]])
    assert np.abs(place - (5, 0, 1) - axes.apply(clip.head[at, :3] / 100)).max() < 1e-4


def test_a_jaw_without_lips_that_close_takes_the_closing_itself(tmp_path, blender):
    save_clip(clip_with(jawOpen=0.6, mouthClose=0.4), tmp_path / "a.npz")
    answer, _ = blender(
        tmp_path, keys=["jawOpen", "Own"], runs=[[str(tmp_path / "a.npz")]], read=[5]
    )
    assert answer["frames"][0]["values"]["jawOpen"] == pytest.approx(0.2, abs=1e-5)


def test_ntsc_scenes_and_clips_stay_in_step(tmp_path, blender):
    frames = 300
    ramp = np.linspace(0, 1, frames)
    save_clip(clip_with("29.97", frames, jawOpen=ramp), tmp_path / "a.npz")
    save_clip(clip_with("29.97", frames, jawOpen=ramp), tmp_path / "a.csv")
    for name, more in (("a.npz", []), ("a.csv", ["--fps", str(30000 / 1001)])):
        answer, _ = blender(
            tmp_path, keys=["jawOpen", "mouthClose"], runs=[[str(tmp_path / name), *more]],
            read=[1, 300], rate=[30, 1.001],
        )  # fmt: skip
        assert answer["frames"][0]["values"]["jawOpen"] == pytest.approx(0, abs=1e-4)
        assert answer["frames"][1]["values"]["jawOpen"] == pytest.approx(1, abs=1e-4)
        assert answer["end"] == 300


def test_from_the_menu_one_undo_takes_it_back(tmp_path, blender):
    save_clip(clip_with(jawOpen=np.linspace(0, 1, 61)), tmp_path / "a.npz")
    seen, printed = blender(tmp_path, keys=KEYS, runs=[], read=[], operator=str(tmp_path / "a.npz"))
    # One curve is somebody's own, and six are the clip's.
    assert seen == [1, ["FINISHED"], 7, pytest.approx(1.0, abs=1e-4), 1]
    assert "6 shape keys of 'Face' driven" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv"], "cannot read none.csv"),
        (["bad.csv"], "bad.csv"),
        (["bad.json"], "damaged"),
        (["a.npz", "--object", "Nobody"], "no object 'Nobody'"),
        (["a.npz", "--object", "Nod"], "mesh with shape keys"),
        (["a.npz", "--head", "Body:Tail"], "no bone 'Tail'"),
        (["a.glb"], "give a .csv, .json or .npz"),
    ],
)
def test_what_does_not_fit_is_one_line(tmp_path, blender, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "bad.json").write_text("{")
    save_clip(clip_with(jawOpen=0.5), tmp_path / "a.npz")
    answer, printed = blender(tmp_path, keys=KEYS, runs=[arguments], read=[1])
    assert answer["errors"] == [2]
    (complaint,) = [line for line in printed.splitlines() if line.startswith("voxface_apply:")]
    assert message in complaint
