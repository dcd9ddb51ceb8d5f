"""Recordings into files: whole or not at all, one after another."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest

import voxface.rig
from media import tone, write_media
from small_rig import small_rig
from voxface.audio import MediaWarning
from voxface.engine import Controls, Model, animate
from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats import save_clip
from voxface.pipeline import Job, animate_file, animate_files


@pytest.fixture(scope="module")
def tiny(tiny_model_file) -> Model:
    return Model(tiny_model_file)


@pytest.fixture
def recording(tmp_path):
    return write_media(tmp_path / "speech.wav", tone(25), 16_000, "pcm_s16le", "s16")


def test_every_output_holds_the_animation(tmp_path, recording, tiny):
    outputs = tuple(tmp_path / name for name in ("a.csv", "a.json", "a.npz"))
    done = animate_file(Job(recording, outputs), fps=30, model=tiny)
    assert (done.frames, done.seconds, done.error) == (750, 25.0, None)
    whole = animate(recording, fps=30, model=tiny)
    for output, places in zip(outputs, (9, 4, 7), strict=True):
        clip = FaceClip.load(output)
        assert clip.fps == 30
        known = clip.select(whole.channels)
        np.testing.assert_allclose(known.weights, whole.weights, atol=10.0**-places)
    assert FaceClip.load(outputs[2]).metadata["source"] == "speech.wav"


def test_options_reach_the_engine(tmp_path, recording, tiny):
    output = tmp_path / "a.npz"
    controls = Controls(offset={"browInnerUp": 0.25}, strength={"mouth": 0})
    animate_file(Job(recording, (output,)), fps="29.97", controls=controls, model=tiny)
    clip = FaceClip.load(output)
    assert clip["mouthFunnel"].max() == 0
    assert clip["browInnerUp"].min() >= 0.25
    assert len(clip) == 749
    assert clip.metadata["controls"]["strength"] == {"mouth": 0.0}


def test_a_rig_is_read_once_and_goes_to_the_outputs_that_show_one(
    tmp_path, recording, tiny, monkeypatch
):
    pytest.importorskip("pxr", reason="USD files need usd-core")
    from pxr import Usd, UsdGeom  # noqa: PLC0415

    save_clip(FaceClip(np.zeros((2, 52)), 30), tmp_path / "rig.glb", rig=small_rig())
    read: list[object] = []
    load_rig = voxface.rig.load_rig
    monkeypatch.setattr(voxface.rig, "load_rig", lambda path: read.append(path) or load_rig(path))
    outputs = tuple(tmp_path / name for name in ("a.csv", "a.usdc", "b.glb"))
    jobs = [Job(recording, outputs), Job(recording, (tmp_path / "c.csv", tmp_path / "c.usda"))]
    done = list(animate_files(jobs, fps=30, model=tiny, rig=tmp_path / "rig.glb"))
    assert [each.error for each in done] == [None, None]
    assert read == [tmp_path / "rig.glb"]
    whole = FaceClip.load(outputs[0])
    for output in (*outputs[1:], tmp_path / "c.usda"):
        np.testing.assert_allclose(FaceClip.load(output).weights, whole.weights, atol=1e-6)
    stage = Usd.Stage.Open(str(outputs[1]))
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Head/Face"))
    assert len(mesh.GetFaceVertexCountsAttr().Get()) == len(small_rig().triangles)


def test_a_rig_that_nothing_shows_or_that_cannot_be_read_is_refused_first(tmp_path, tiny):
    job = Job(tmp_path / "none.wav", (tmp_path / "a.csv",))
    with pytest.raises(VoxfaceError, match="shows no head"):
        list(animate_files([job], model=tiny, rig="head.glb"))
    job = Job(tmp_path / "none.wav", (tmp_path / "a.glb",))
    with pytest.raises(VoxfaceError, match=r"head\.glb"):
        list(animate_files([job], model=tiny, rig=tmp_path / "head.glb"))


def test_progress_is_told(tmp_path, recording, tiny):
    told: list[float] = []
    animate_file(Job(recording, (tmp_path / "a.csv",)), model=tiny, on_progress=told.append)
    assert told == sorted(told)
    assert len(told) >= 3
    assert told[-1] == pytest.approx(25)


def test_a_bad_recording_leaves_nothing_behind(tmp_path, tiny):
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    with pytest.raises(VoxfaceError, match=r"bad\.wav"):
        animate_file(Job(bad, (tmp_path / "bad.csv", tmp_path / "bad.npz")), model=tiny)
    assert [file.name for file in tmp_path.iterdir()] == ["bad.wav"]


def test_sound_that_goes_bad_late_leaves_nothing_behind(tmp_path, tiny):
    sound = tone(40)
    sound[-100] = np.nan
    bad = write_media(tmp_path / "bad.wav", sound, 16_000, "pcm_f32le", "flt")
    with pytest.raises(VoxfaceError, match="not finite"):
        animate_file(Job(bad, (tmp_path / "bad.csv",)), model=tiny)
    assert [file.name for file in tmp_path.iterdir()] == ["bad.wav"]
    assert not [t for t in threading.enumerate() if t.name == "voxface-ahead"]


def test_damage_that_shows_late_leaves_nothing_behind(tmp_path, tiny):
    source = tmp_path / "a.flac"
    write_media(source, tone(40), 16_000, "flac", "s16")
    data = source.read_bytes()
    source.write_bytes(data[: len(data) * 9 // 10])
    job = Job(source, (tmp_path / "a.csv",))
    with pytest.raises(VoxfaceError, match=r"of 40\.0 s can be decoded: use that much"):
        animate_file(job, model=tiny)
    assert [file.name for file in tmp_path.iterdir()] == ["a.flac"]
    with pytest.warns(MediaWarning, match="damaged"):
        done = animate_file(job, model=tiny, salvage=True)
    assert 30 < done.seconds < 37
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.flac"]


def test_an_old_output_survives_a_failure(tmp_path, tiny):
    bad, old = tmp_path / "bad.wav", tmp_path / "bad.csv"
    bad.write_text("no sound")
    old.write_text("precious")
    with pytest.raises(VoxfaceError):
        animate_file(Job(bad, (old,)), model=tiny)
    assert old.read_text() == "precious"


def test_an_interrupt_leaves_nothing_half_written(tmp_path, recording, tiny):
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        animate_file(Job(recording, (tmp_path / "a.csv",)), model=tiny, on_progress=interrupt)
    assert [file.name for file in tmp_path.iterdir()] == ["speech.wav"]
    assert not [t for t in threading.enumerate() if t.name == "voxface-ahead"]


@pytest.mark.parametrize(
    ("output", "message"),
    [("none/a.csv", "none"), ("a.fbx", "suffix"), ("taken", "taken")],
)
def test_outputs_that_cannot_be_written(tmp_path, recording, tiny, output, message):
    (tmp_path / "taken").mkdir()
    with pytest.raises(VoxfaceError, match=message):
        animate_file(Job(recording, (tmp_path / output,)), model=tiny)


def test_a_bad_start_timecode(tmp_path, recording, tiny):
    with pytest.raises(VoxfaceError, match="timecode"):
        animate_file(Job(recording, (tmp_path / "a.csv",)), model=tiny, start_timecode="noon")
    assert [file.name for file in tmp_path.iterdir()] == ["speech.wav"]


def test_one_bad_file_does_not_stop_the_rest(tmp_path, recording, tiny):
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    jobs = [Job(file, (file.with_suffix(".csv"),)) for file in (bad, recording)]
    first, second = animate_files(jobs, model=tiny)
    assert "bad.wav" in first.error
    assert second.error is None
    assert (tmp_path / "speech.csv").is_file()
    assert not (tmp_path / "bad.csv").exists()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length(tmp_path, tiny):
    path = write_media(tmp_path / "long.flac", tone(600, 8_000), 8_000, "flac", "s16")
    tracemalloc.start()
    animate_file(Job(path, (tmp_path / "long.csv",)), model=tiny)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
