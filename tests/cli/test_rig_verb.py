"""voxface rig, and rigs given to animate and convert, as a user runs them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from planted_gltf import cube_file
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.visemes import VISEMES
from voxface.formats import load_clip
from voxface.rig.load import DEFAULT_HEAD


def test_the_report_says_what_is_matched_missed_and_done_without(voxface, tmp_path):
    names = ["JawOpen", "mouthSmile_L", "browInnerUp_R", "eyeBlink", "Key 1"]
    code, text, error = voxface("rig", cube_file(tmp_path / "a.glb", names))
    assert (code, error) == (0, "")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for expected in (
        "vertices 8",
        "triangles 12",
        "size 20.0 x 20.0 x 20.0 cm",
        "targets 5",
        "channels 5 of 52 matched",
        "jawOpen JawOpen minus mouthClose",
        "mouthSmileLeft mouthSmile_L",
        "browInnerUp browInnerUp_R half",
        "eyeBlinkLeft, eyeBlinkRight eyeBlink max",
        "Unused: Key 1",
        "no mouthClose: the jaw closes instead (p, b, m)",
        "no tongueOut: the tongue stays in",
        "no mouthSmileRight, mouthFrownLeft, mouthFrownRight, mouthDimpleLeft, mouthDimpleRight,",
    ):
        assert any(line.startswith(expected) for line in lines), expected
    assert text.count("tongueOut") == 2, "missed, and what follows from it"


def test_the_report_as_json(voxface, tmp_path):
    names = [f"viseme_{name}" for name in VISEMES]
    code, text, _ = voxface("rig", cube_file(tmp_path / "a.glb", names), "--json")
    found = json.loads(text)
    assert (code, found["kind"], found["unused"]) == (0, "visemes", ["viseme_sil"])
    assert found["visemes"]["aa"] == "viseme_aa"
    assert found["targets"] == names
    assert "no eyeBlink…: no blinks" in found["without"]
    assert not any(line.startswith("no jawOpen") for line in found["without"])


def test_without_a_file_the_default_head_is_shown(voxface):
    if not DEFAULT_HEAD.is_file():
        pytest.skip("the default head is not built yet")
    code, text, _ = voxface("rig")
    assert code == 0
    assert "52 of 52 matched" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read"),
        (b"", "is empty"),
        (b"; FBX 7.7.0", "is not a glTF file"),
        (b"glTF\2\0\0\0\xff\0\0\0", "is cut off"),
    ],
)
def test_a_bad_file_is_one_line_and_exit_code_2(voxface, tmp_path, content, message):
    path = tmp_path / "a.glb"
    if content is not None:
        path.write_bytes(content)
    code, text, error = voxface("rig", path)
    assert (code, text, error.count("\n")) == (2, "", 1)
    assert message in error


def test_a_clip_is_put_on_a_rig_and_back(voxface, tmp_path):
    clip = FaceClip(np.random.default_rng(0).random((12, 52)), 25)
    clip.save(tmp_path / "a.npz")
    rig = cube_file(tmp_path / "rig.glb", list(ARKIT_CHANNELS))
    assert voxface("convert", tmp_path / "a.npz", tmp_path / "a.glb", "--rig", rig)[0] == 0
    again = load_clip(tmp_path / "a.glb")
    assert np.allclose(again.weights, clip.weights, atol=1e-6)
    code, text, _ = voxface("inspect", tmp_path / "a.glb")
    assert code == 0
    assert "12 at 25 fps" in text
    (tmp_path / "b.csv").write_text("no clip")
    code, _, error = voxface("convert", tmp_path / "a.npz", tmp_path / "b.glb", "--rig",
                             tmp_path / "b.csv")  # fmt: skip
    assert (code, error.count("\n")) == (2, 1)
    assert not (tmp_path / "b.glb").exists()
