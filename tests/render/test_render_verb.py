"""voxface render as a user runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import av
import numpy as np
import pytest
from film_props import jaw_clip

from media import click, tone, write_media
from voxface.errors import VoxfaceError
from voxface.render import context, perform
from voxface.render.performance import Performance, at_times
from voxface.rig import write_glb

SMALL = ("--size", "64x96")


@pytest.fixture
def rig_file(ball_head, tmp_path):
    path = tmp_path / "ball.glb"
    path.write_bytes(write_glb(ball_head))
    return path


@pytest.fixture
def clip_file(tmp_path):
    path = tmp_path / "clip.npz"
    jaw_clip(np.linspace(0, 1, 20), 30).save(path)
    return path


@pytest.fixture
def sound_file(tmp_path):
    return write_media(tmp_path / "tone.wav", tone(0.8), 16_000, "pcm_s16le", "s16")


def tracks(path):
    with av.open(str(path)) as container:
        return {
            stream.type: float(stream.duration * stream.time_base) for stream in container.streams
        }


@pytest.mark.usefixtures("drawing")
def test_a_recording_becomes_a_video_with_its_sound(voxface, rig_file, sound_file, tmp_path):
    code, out, err = voxface("render", sound_file, "--rig", rig_file, *SMALL, "--fps", "25")
    assert (code, err) == (0, "")
    assert "tone.mp4: 20 pictures, 0.80 s" in out
    assert tracks(tmp_path / "tone.mp4") == pytest.approx({"video": 0.8, "audio": 0.8}, abs=1e-3)
    with av.open(str(tmp_path / "tone.mp4")) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (64, 96)


@pytest.mark.usefixtures("drawing")
def test_clips_stand_side_by_side_with_captions(voxface, rig_file, clip_file, sound_file, tmp_path):
    pytest.importorskip("PIL", reason="Pillow is not installed")
    path = tmp_path / "both.mp4"
    base = ("render", clip_file, sound_file, "-o", path, "--rig", rig_file, "--size", "128x96")
    assert voxface(*base)[0] == 0
    assert tracks(path) == pytest.approx({"video": 0.8, "audio": 0.8}, abs=1e-3)

    def first_picture():
        with av.open(str(path)) as container:
            return next(container.decode(video=0)).to_ndarray(format="gray").astype(int)

    named = first_picture()
    assert voxface(*base, "--caption", "", "--caption", "predicted")[0] == 0
    given = first_picture()
    changed = np.abs(named - given)[76:].max(axis=0) > 40
    assert changed[:64].any()
    assert changed[64:].any()
    assert np.abs(named - given)[:60].max() < 25


@pytest.mark.usefixtures("drawing")
def test_a_still_shows_its_time(voxface, rig_file, clip_file, tmp_path):
    image_module = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    lower = []
    for name, seconds in (("a.png", 0.0), ("b.png", 0.63)):
        words = ("-o", tmp_path / name, "--frame-time", seconds, "--background", "#102030")
        code, out, err = voxface("render", clip_file, "--rig", rig_file, *SMALL, *words)
        assert (code, err) == (0, "")
        assert f"{name}: 64x96" in out
        lower.append(np.asarray(image_module.open(tmp_path / name))[64:].mean())
    assert lower[1] > lower[0] + 10


@pytest.mark.usefixtures("drawing")
def test_a_clip_without_sound_is_silent_and_says_so(voxface, rig_file, clip_file, tmp_path):
    code, _, err = voxface("render", clip_file, "--rig", rig_file, *SMALL)
    assert code == 0
    assert "--sound" in err
    assert list(tracks(tmp_path / "clip.mp4")) == ["video"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["CLIP", "-o", "a.avi"], "rendered to .mp4"),
        (["CLIP", "-o", "none/a.mp4"], "does not exist"),
        (["CLIP", "--size", "huge"], "a size is"),
        (["CLIP", "--size", "63x64"], "even"),
        (["CLIP", "--fps", "0"], "frame rate"),
        (["CLIP", "--fps", "1000"], "pictures a second"),
        (["CLIP", "--view", "bak"], "view"),
        (["CLIP", "--zoom", "0"], "zoom"),
        (["CLIP", "--background", "sky"], "background"),
        (["CLIP", "--quality", "99"], "quality"),
        (["CLIP", "--caption", "a", "--caption", "b"], "--caption"),
        (["CLIP", "CLIP", "CLIP", "CLIP", "CLIP"], "1 to 4"),
        (["CLIP", "--rig", "CLIP"], "clip.npz"),
        (["CLIP", "--rig", "gone.glb"], "gone.glb"),
        (["gone.npz"], "gone.npz"),
        (["gone.wav"], "gone.wav"),
        (["EMPTY"], "empty.wav"),
        (["CLIP", "--rig", "RIG", "--sound", "gone.wav"], "gone.wav"),
        (["CLIP", "--rig", "RIG", "--sound", "RIG"], "ball.glb"),
        (["CLIP", "--rig", "RIG", "-o", "a.png", "--frame-time", "99"], "0 to 0.67 s"),
        (["CLIP", "--rig", "RIG", "-o", "a.mp4", "--frame-time", "1"], "for a picture"),
    ],
)
@pytest.mark.usefixtures("drawing")
def test_bad_input_is_one_line_and_leaves_nothing(
    voxface, rig_file, clip_file, tmp_path, monkeypatch, words, message
):
    monkeypatch.chdir(tmp_path)
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    before = sorted(tmp_path.iterdir())
    names = {"CLIP": clip_file, "RIG": rig_file, "EMPTY": empty}
    code, out, err = voxface("render", *(names.get(word, word) for word in words))
    assert (code, out) == (2, "")
    lines = [line for line in err.splitlines() if "no sound is known" not in line]
    assert len(lines) == 1
    assert lines[0].startswith("voxface: ")
    assert message in lines[0]
    assert sorted(tmp_path.iterdir()) == before


def test_a_machine_without_opengl_is_told_what_to_install(monkeypatch):
    class Refusing:
        @staticmethod
        def create_standalone_context(**_):
            raise OSError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(context.importlib, "import_module", lambda _: Refusing)
    with pytest.raises(VoxfaceError, match="libegl1 libgl1-mesa-dri") as told:
        context.open_context()
    assert "\n" not in str(told.value)

    def missing(_):
        raise ImportError

    monkeypatch.setattr(context.importlib, "import_module", missing)
    with pytest.raises(VoxfaceError, match=r"voxface\[render\]"):
        context.open_context()


@pytest.mark.skipif(sys.platform != "linux", reason="libEGL.so.1 is Linux's name for it")
@pytest.mark.usefixtures("drawing")
def test_the_two_debian_packages_are_enough(monkeypatch):
    """Without the -dev packages there is no libEGL.so and no libGL.so."""
    monkeypatch.setattr(context, "_LIBRARIES", context._LIBRARIES[1:])
    opened = context.open_context()
    target = opened.framebuffer([opened.renderbuffer((4, 4))])
    target.use()
    target.clear(1.0, 0.0, 0.0)
    assert target.read(components=3)[:3] == b"\xff\0\0"


def test_a_clip_is_read_at_the_times_of_the_pictures():
    clip = jaw_clip([0.0, 0.5, 1.0], 10, start=0.2)
    found = at_times(clip, np.array([0.0, 0.2, 0.25, 0.4, 0.9]))
    np.testing.assert_allclose(found["jawOpen"], [0, 0, 0.25, 1, 1], atol=1e-6)


def test_clips_and_recordings_are_told_apart(clip_file, sound_file):
    fps = jaw_clip([0.0], 30).fps
    clip = perform(clip_file, fps)
    assert (clip.caption, clip.sound, len(clip.clip)) == ("clip", None, 20)
    recording = perform(sound_file, fps, "mine")
    assert (recording.caption, recording.sound) == ("mine", sound_file)
    assert recording.clip.duration == pytest.approx(0.8, abs=0.02)
    with pytest.raises(VoxfaceError, match="no frames"):
        Performance(jaw_clip([], 30))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.usefixtures("drawing")
def test_ctrl_c_stops_at_once_and_leaves_nothing(rig_file, tmp_path):
    sound = click(60, 1.0, 16_000)
    source = write_media(tmp_path / "long.wav", sound, 16_000, "pcm_s16le", "s16")
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-m", "voxface", "render", source, "--rig", rig_file, *SMALL]
    process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while sorted(tmp_path.iterdir()) == before or not any(
        file.suffix == ".part" and file.stat().st_size for file in tmp_path.iterdir()
    ):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines() in ([], ["voxface: stopped"])
    assert sorted(tmp_path.iterdir()) == before
