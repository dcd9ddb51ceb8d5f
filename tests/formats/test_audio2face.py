from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.formats import load_clip, save_clip


@settings(max_examples=20, deadline=None)
@given(
    frames=st.integers(2, 90),
    fps=st.sampled_from([24, 25, "29.97", 30, 60, "59.94", 100]),
    suffix=st.sampled_from(["csv", "json"]),
)
def test_weights_return_to_six_decimals(tmp_path_factory, make_clip, frames, fps, suffix):
    path = tmp_path_factory.mktemp("a2f") / f"a.{suffix}"
    clip = make_clip(frames, fps)
    save_clip(clip, path, "audio2face")
    again = load_clip(path)
    assert again.metadata["format"] == "audio2face"
    assert np.abs(again.weights - clip.weights).max() < 5.6e-7
    # A few rows of rounded times cannot tell 29.97 from 30.
    if suffix == "json" or frames > 30:
        assert again.fps == clip.fps
    assert np.allclose(again.head, FaceClip(np.zeros((frames, 52)), 30).head)


def test_the_csv_is_as_the_samples_write_it(tmp_path):
    clip = FaceClip([[0.5], [0.25]], 30, channels=("eyeBlinkLeft",), start=1.0)
    save_clip(clip, tmp_path / "a.csv", "audio2face")
    assert (tmp_path / "a.csv").read_text() == (
        ",timeCode,blendShapes.EyeBlinkLeft\n0,1.000000,0.500000\n1,1.033333,0.250000\n"
    )
    assert load_clip(tmp_path / "a.csv").start == 1.0


def test_the_json_is_the_legacy_export(tmp_path):
    clip = FaceClip([[0.5, 0.0]], "29.97", channels=("jawOpen", "jawLeft"))
    save_clip(clip, tmp_path / "a.json", "audio2face")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document == {
        "exportFps": 30000 / 1001,
        "trackPath": "",
        "numPoses": 2,
        "facsNames": ["jawOpen", "jawLeft"],
        "numFrames": 1,
        "weightMat": [[0.5, 0.0]],
    }
    assert load_clip(tmp_path / "a.json").fps == Fraction(30000, 1001)


def test_absent_channels_are_untracked_and_strange_ones_reported(tmp_path):
    (tmp_path / "a.csv").write_text(
        "timeCode,blendShapes.TongueTipUp,blendShapes.JawOpen\n0.0,1,0.5\n0.04,1,0.75\n0.08,1,1\n"
    )
    clip = load_clip(tmp_path / "a.csv")
    assert clip["jawOpen"].tolist() == [0.5, 0.75, 1]
    assert clip.fps == 25
    assert clip.tracked.sum() == 3
    assert clip.metadata["unknown_columns"] == ["blendShapes.TongueTipUp"]
    assert clip.channels == ARKIT_CHANNELS


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "timeCode,blendShapes.JawOpen\n", "no frames"),
        ("a.csv", "timeCode,blendShapes.JawOpen\n0.0,0.5,3\n", "line 2"),
        ("a.csv", "timeCode,blendShapes.Smirk\n0.0,0.5\n", "no ARKit channel"),
        ("a.json", '{"exportFps": 30, "facsNames": ["jawOpen"]}', "weightMat"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": [[1, 2]]}', "damaged"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": [[1], [1, 2]]}', "not Audio2Face"),
        ("a.json", '{"facsNames": ["jawOpen"], "weightMat": []}', "damaged"),
        ("a.json", '{"exportFps": "x", "facsNames": ["jawOpen"], "weightMat": [[1]]}', "rate"),
    ],
)
def test_broken_files_say_what_is_wrong_in_one_line(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(VoxfaceError, match=message) as caught:
        load_clip(tmp_path / name)
    assert "\n" not in str(caught.value)
