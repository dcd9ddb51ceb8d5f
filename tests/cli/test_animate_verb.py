"""`voxface animate`, as it is typed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from media import tone, write_media
from voxface.cli import main
from voxface.face import FaceClip


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return a working folder with a recording of one second in it."""
    monkeypatch.chdir(tmp_path)
    write_media(tmp_path / "a b.wav", tone(1), 16_000, "pcm_s16le", "s16")
    return tmp_path


@pytest.fixture
def voxface(monkeypatch, capsys, tiny_model_file):
    """Return a function that runs the command line: code, lines of stdout and of stderr."""

    def run(*words: str):
        monkeypatch.setattr(
            sys, "argv", ["voxface", "animate", *words, "--model", str(tiny_model_file)]
        )
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out.splitlines(), printed.err.splitlines()

    return run


def names(folder) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())


def test_a_csv_beside_the_input(work, voxface):
    code, out, err = voxface("a b.wav")
    assert (code, err) == (0, [])
    assert out == ["a b.csv: 60 frames, 1.00 s"]
    assert len(FaceClip.load("a b.csv")) == 60


def test_several_outputs_and_controls(work, voxface):
    code, _, err = voxface(
        "a b.wav", "-o", "x.csv", "-o", "y.npz", "--fps", "29.97", "--gain", "jawOpen=0",
        "--offset", "browInnerUp=0.2,jawLeft=0.1", "--strength", "eyes=0", "--smoothing", "30",
        "--no-silence-gate", "--start-timecode", "01:00:00:00",
    )  # fmt: skip
    assert (code, err) == (0, [])
    clip = FaceClip.load("y.npz")
    assert str(clip.fps) == "30000/1001"
    assert clip["jawOpen"].max() == 0
    assert clip["eyeBlinkLeft"].max() == 0
    assert clip["browInnerUp"].min() >= 0.2
    assert clip.metadata["controls"]["silence_gate"] is False
    assert "\n01:00:00:" in (work / "x.csv").read_text()


def test_a_batch_goes_on_after_a_bad_file(work, voxface):
    (work / "bad.wav").write_text("no sound at all")
    write_media(work / "z.mp3", tone(1, 44_100), 44_100, "libmp3lame", "fltp")
    code, out, err = voxface("bad.wav", "a b.wav", "none.wav", "z.mp3", "-o", "out")
    assert code == 2
    assert len(out) == 2
    assert len(err) == 2
    assert err[0].startswith("voxface: bad.wav is not a sound or video file")
    assert err[1] == "voxface: none.wav does not exist"
    assert names(work / "out") == ["a b.csv", "z.csv"]


def test_a_folder(work, voxface):
    (work / "takes/deep").mkdir(parents=True)
    for name in ("one.wav", "deep/two.wav"):
        write_media(work / "takes" / name, tone(0.5), 16_000, "pcm_s16le", "s16")
    code, _, err = voxface("takes", "-o", "out", "--format", "audio2face")
    assert (code, err) == (0, [])
    assert names(work / "out") == ["deep/two.csv", "one.csv"]
    assert FaceClip.load("out/one.csv").duration == pytest.approx(0.5, abs=0.02)


def test_a_cut_off_file_is_refused_or_salvaged(work, voxface):
    data = (work / "a b.wav").read_bytes()
    (work / "cut.wav").write_bytes(data[: len(data) // 2])
    code, out, err = voxface("cut.wav")
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith("voxface: cut.wav is cut off")
    assert err[0].endswith(
        "0.5 s can be decoded: use that much by --salvage (Python: salvage=True)"
    )
    assert names(work) == ["a b.wav", "cut.wav"]
    code, out, err = voxface("cut.wav", "--salvage")
    assert (code, out) == (0, ["cut.csv: 30 frames, 0.50 s"])
    assert len(err) == 1
    assert err[0].startswith("voxface: warning: cut.wav is cut off")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.wav"], "none.wav does not exist"),
        (["a b.wav", "-o", "x.fbx"], "no format for the suffix '.fbx'"),
        (["a b.wav", "-o", "none/x.csv"], "folder none does not exist"),
        (["a b.wav", "--gain", "jawOpn=1"], "unknown channel 'jawOpn'; did you mean 'jawOpen'?"),
        (["a b.wav", "--strength", "mouht=1"], "unknown region 'mouht'; did you mean 'mouth'?"),
        (["a b.wav", "--gain", "jawOpen"], "is not NAME=NUMBER"),
        (["a b.wav", "--offset", "jawOpen=nan"], "offset jawOpen is nan"),
        (["a b.wav", "--smoothing", "-1"], "smoothing is -1"),
        (["a b.wav", "--fps", "0"], "frame rate"),
        (["a b.wav", "--fps", "quick"], "'quick' is not a frame rate"),
        (["a b.wav", "--format", "maya"], "unknown format 'maya'"),
        (["a b.wav", "--start-timecode", "noon"], "timecode"),
        (["."], None),
    ],
)
def test_bad_input_is_one_line_and_exit_2(work, voxface, words, message):
    if message is None:
        (work / "a b.wav").unlink()
        message = "holds no sound or video files"
    before = names(work)
    code, out, err = voxface(*words)
    assert code == 2
    assert out == []
    assert len(err) == 1
    assert message in err[0]
    assert err[0].startswith("voxface: ")
    assert names(work) == before


def test_a_missing_model(work, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["voxface", "animate", "a b.wav", "--model", "none.onnx"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err == "voxface: there is no model file none.onnx\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_an_unwritable_folder(work, voxface):
    (work / "locked").mkdir(mode=0o500)
    code, _, err = voxface("a b.wav", "-o", "locked/x.csv")
    assert code == 2
    assert "not writable" in err[0]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_device_is_no_output(work, voxface):
    (work / "full.csv").symlink_to("/dev/full")
    code, _, err = voxface("a b.wav", "-o", "full.csv")
    assert code == 2
    assert len(err) == 1


@pytest.mark.slow
def test_an_interrupted_batch_keeps_what_is_done(work, tiny_model_file):
    for number in range(40):
        sound = np.tile(tone(1), 60)
        write_media(work / f"{number:02}.wav", sound, 16_000, "pcm_s16le", "s16")
    process = subprocess.Popen(
        [sys.executable, "-m", "voxface", "animate", ".", "-o", "out", "--model", tiny_model_file],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(work.glob("out/*.csv")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err in ("", "voxface: stopped\n")
    done = names(work / "out")
    assert 1 <= len(done) < 41
    for name in done:
        assert len(FaceClip.load(work / "out" / name)) == 3600 or name == "a b.csv"


@pytest.mark.slow
def test_starting_loads_nothing_heavy(work, tiny_model_file):
    script = (
        "import sys; sys.argv = ['voxface', 'animate', 'a b.wav', '--model', sys.argv[1]]\n"
        "from voxface.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'scipy', 'torch', 'matplotlib', 'rich', 'onnx', 'librosa'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, tiny_model_file], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
