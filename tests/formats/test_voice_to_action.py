from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats import load_clip, save_clip

RATES = ["23.976", 24, 25, "29.97", 30, 50, "59.94", 60, 100, 12.5, "1000/33"]


@settings(max_examples=20, deadline=None)
@given(frames=st.integers(1, 90), fps=st.sampled_from(RATES), start=st.sampled_from([0, 0.5, 3.25]))
def test_a_clip_returns_to_six_decimals(
    tmp_path_factory, make_clip, assert_same_rotation, frames, fps, start
):
    path = tmp_path_factory.mktemp("json") / "a.json"
    clip = make_clip(frames, fps, start=start, metadata={"source": "a.wav", "gain": {"jaw": 1.5}})
    save_clip(clip, path)
    again = load_clip(path)
    assert again.fps == clip.fps
    assert again.start == pytest.approx(start, abs=1e-9)
    assert np.abs(again.weights - clip.weights).max() < 5.6e-7
    assert np.abs(again.head[:, :3] - clip.head[:, :3]).max() < 1.5e-6
    assert_same_rotation(again.head, clip.head, 4e-6)
    assert again.tracked.all()
    assert again.metadata["source"] == "a.wav"
    assert again.metadata["gain"] == {"jaw": 1.5}


def test_the_file_is_the_published_shape(tmp_path):
    clip = FaceClip([[0.5, 0.25]] * 2, 30, channels=("jawOpen", "mouthPucker"))
    save_clip(clip, tmp_path / "take.json")
    document = json.loads((tmp_path / "take.json").read_text())
    assert list(document) == ["sessionInfo", "frameCount", "frames"]
    session = document["sessionInfo"]
    assert (session["sessionId"], session["targetFPS"], session["originalFPS"]) == ("take", 30, 30)
    assert session["frameInterval"] == pytest.approx(1000 / 30)
    assert document["frameCount"] == 2
    assert document["frames"][1] == {
        "frame_index": 1,
        "timestamp": 33.333333,
        "blendshapes": {"jawOpen": 0.5, "mouthPucker": 0.25},
        "headPosition": {"x": 0, "y": 0, "z": 0},
        "headRotation": {"w": 1, "x": 0, "y": 0, "z": 0},
        "has_face": True,
    }


def test_lost_frames_and_negative_numbers_return(tmp_path, make_clip):
    tracked = np.ones((5, 52), bool)
    tracked[2] = False
    clip = make_clip(5, tracked=tracked)
    clip = FaceClip(clip.weights * tracked - 0.01 * tracked, 60, head=clip.head, tracked=tracked)
    save_clip(clip, tmp_path / "a.json")
    again = load_clip(tmp_path / "a.json")
    assert np.array_equal(again.tracked, tracked)
    assert np.abs(again.weights - clip.weights).max() < 1e-6


def test_an_empty_clip_is_still_json_but_not_a_face(tmp_path):
    save_clip(FaceClip(np.zeros((0, 52)), 30), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["frames"] == []
    with pytest.raises(VoxfaceError, match="no frames"):
        load_clip(tmp_path / "a.json")


def foreign(frames, **session):
    return {"sessionInfo": session, "frameCount": len(frames), "frames": frames}


def write(path, document):
    path.write_text(json.dumps(document))
    return path


def test_timestamps_win_over_a_false_claim(tmp_path):
    frames = [
        {"timestamp": 1000 * i * 1001 / 60000, "blendshapes": {"jawOpen": 0.5}} for i in range(100)
    ]
    clip = load_clip(write(tmp_path / "a.json", foreign(frames, targetFPS=30)))
    assert clip.fps == Fraction(60000, 1001)
    assert "claims 30" in clip.metadata["frame_rate"]


def test_media_pipe_names_and_rotations_that_are_none_are_read(tmp_path):
    shapes = {"_neutral": 0.9, "jawOpen": 0.5, "eyeBlink_L": 1}
    frames = [
        {"blendshapes": shapes, "headRotation": {"w": 0.2, "x": 0, "y": 0.2, "z": 0}},
        {"blendshapes": {}, "has_face": False},
    ]
    clip = load_clip(write(tmp_path / "a.json", foreign(frames)))
    assert clip["jawOpen"].tolist() == [0.5, 0]
    assert clip["eyeBlinkLeft"].tolist() == [1, 0]
    assert clip.tracked.any(axis=1).tolist() == [True, False]
    assert clip.metadata["unknown_columns"] == ["_neutral"]
    assert np.allclose(clip.head[0, 3:], [0.5**0.5, 0, 0.5**0.5, 0])


def test_missing_frames_are_gaps(tmp_path):
    frames = [
        {"timestamp": 40.0 * i, "blendshapes": {"jawOpen": 0.5}} for i in (0, 1, 2, 3, 6, 7, 8)
    ]
    clip = load_clip(write(tmp_path / "a.json", foreign(frames, targetFPS=25)))
    assert len(clip) == 9
    assert clip.tracked.any(axis=1).tolist() == [True] * 4 + [False] * 2 + [True] * 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"frames": [', "damaged or not JSON"),
        ('{"frames": 3}', "not Voice-to-Action"),
        ('{"frames": [1, 2]}', "not Voice-to-Action"),
        ('{"frames": [{"blendshapes": {"jawOpen": "wide"}}]}', "not Voice-to-Action"),
        ('{"hello": 1}', "not Voice-to-Action JSON: it lacks 'frames'"),
        ('{"frames": [{"blendshapes": {"smirk": 1}}]}', "no ARKit channel"),
        ('{"sessionInfo": {"targetFPS": -3}, "frames": [{"blendshapes": {"jawOpen": 1}}]}', "rate"),
        ('{"frames": ' + "[" * 100_000, "damaged or not JSON"),
    ],
)
def test_broken_files_say_what_is_wrong_in_one_line(tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(VoxfaceError, match=message) as caught:
        load_clip(path)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_is_refused(tmp_path, make_clip):
    path = tmp_path / "a.json"
    save_clip(make_clip(20), path)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(VoxfaceError, match="damaged"):
        load_clip(path)
