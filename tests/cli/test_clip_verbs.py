"""inspect, convert and plot as a user runs them."""

from __future__ import annotations

import numpy as np
import pytest

from small_rig import small_rig
from voxface.face import FaceClip
from voxface.face.euler import quaternion_from_euler
from voxface.formats import load_clip, save_clip


@pytest.fixture
def clip_file(tmp_path):
    head = np.zeros((90, 7))
    head[:, 3:] = quaternion_from_euler(np.outer(np.linspace(-0.1, 0.1, 90), [1, 0, 0]))
    weights = np.zeros((90, 52), np.float32)
    clip = FaceClip(weights, "29.97", head=head)
    weights[:, clip.channels.index("jawOpen")] = np.linspace(0, 0.8, 90)
    tracked = np.ones((90, 52), bool)
    tracked[30:60] = False
    path = tmp_path / "a.npz"
    FaceClip(weights * tracked, "29.97", head=head, tracked=tracked).save(path)
    return path


def test_inspect_says_what_a_clip_is(voxface, clip_file):
    code, out, err = voxface("inspect", clip_file)
    assert (code, err) == (0, "")
    for part in (
        "90 at 29.97 fps (30000/1001)", "3.003 s", "1.00–2.00 s", "jawOpen", "0.800", "head yaw",
        "51 more channels",
    ):  # fmt: skip
        assert part in out
    assert any("⠁" <= character <= "⣿" for character in out)
    _, longer, _ = voxface("inspect", clip_file, "--all")
    assert "cheekPuff" in longer
    assert "cheekPuff" not in out


def test_inspect_goes_on_after_a_bad_file(voxface, clip_file, tmp_path):
    (tmp_path / "bad.csv").write_text("nothing\n")
    code, out, err = voxface("inspect", tmp_path / "bad.csv", clip_file)
    assert code == 2
    assert err.count("\n") == 1
    assert "not a face clip" in err
    assert "90 at 29.97 fps" in out


def test_convert_changes_format_rate_and_timecode(voxface, clip_file, tmp_path):
    target = tmp_path / "b.csv"
    arguments = ("convert", clip_file, target, "--fps", "60", "--start-timecode", "01:00:00:30")
    code, out, _ = voxface(*arguments)
    assert code == 0
    assert "Live Link Face CSV, 180 frames at 60 fps" in out
    assert target.read_text().splitlines()[1].startswith("01:00:00:30.000,61,")
    assert voxface("convert", target, tmp_path / "c.json", "--format", "audio2face")[0] == 0
    again = load_clip(tmp_path / "c.json")
    assert again.metadata["format"] == "audio2face"
    assert again.fps == 60
    assert again["jawOpen"].max() == pytest.approx(0.8, abs=1e-5)


def test_convert_puts_a_clip_on_a_rig(voxface, clip_file, tmp_path):
    save_clip(load_clip(clip_file), tmp_path / "rig.glb", rig=small_rig(("jawOpen", "mouthClose")))
    code, out, _ = voxface("convert", clip_file, tmp_path / "b.glb", "--rig", tmp_path / "rig.glb")
    assert code == 0
    assert "90 frames at 29.97 fps" in out
    again = load_clip(tmp_path / "b.glb")
    assert again["jawOpen"].max() == pytest.approx(0.8, abs=1e-5)
    assert not again.tracked[:, again.channels.index("cheekPuff")].any()


def test_the_true_rate_of_a_file_can_be_told(voxface, clip_file, tmp_path):
    voxface("convert", clip_file, tmp_path / "b.csv")
    voxface("convert", tmp_path / "b.csv", tmp_path / "c.npz", "--source-fps", "29.97")
    assert load_clip(tmp_path / "c.npz").fps == load_clip(clip_file).fps
    assert len(load_clip(tmp_path / "c.npz")) == 90


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", "A", "b.xyz"], "no format"),
        (["convert", "A", "none/b.csv"], "does not exist"),
        (["convert", "gone.csv", "b.csv"], "cannot read"),
        (["convert", "A", "b.csv", "--fps", "fast"], "frame rate"),
        (["convert", "A", "b.csv", "--start-timecode", "soon"], "timecode"),
        (["convert", "A", "b.csv", "--rig", "head.glb"], "shows no head"),
        (["convert", "A", "b.glb", "--rig", "none.glb"], "none.glb"),
        (["convert", "A", "b.csv", "--format", "livelnk"], "did you mean 'livelink'"),
        (["inspect", "gone.csv"], "cannot read"),
        (["plot", "gone.csv"], "cannot read"),
        (["plot", "A", "-o", "a.bmp"], "pictures"),
        (["plot", "A", "--sound", "gone.wav"], "gone.wav"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    voxface, clip_file, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    code, out, err = voxface(*(clip_file if word == "A" else word for word in arguments))
    assert (code, out) == (2, "")
    assert err.startswith("voxface: ")
    assert err.count("\n") == 1
    assert message in err
    assert [file.name for file in tmp_path.iterdir()] == [clip_file.name]


def test_plot_draws_and_says_why_there_is_no_sound(voxface, clip_file, tmp_path):
    pytest.importorskip("matplotlib")
    code, out, err = voxface("plot", clip_file, "-o", tmp_path / "curves.png")
    assert code == 0
    assert "--sound" in err
    assert "curves.png" in out
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
