"""voxface animate --method visemes: every way to say what is said, and what goes wrong."""

from __future__ import annotations

import json
import wave

import numpy as np
import pytest

import voxface as package
from voxface.face import FaceClip
from voxface.phones.read import phones_json
from voxface.phones.times import TimedPhone

PHONES = [TimedPhone("sil", 0.0, 0.5), TimedPhone("ɑ", 0.5, 0.8), TimedPhone("m", 0.8, 0.9)]
PHONES += [TimedPhone("u", 0.9, 1.2), TimedPhone("sil", 1.2, 2.0)]


@pytest.fixture
def folder(tmp_path):
    time = np.arange(32000) / 16000
    tone = 0.3 * np.sin(2 * np.pi * 180 * time) * ((time > 0.5) & (time < 1.2))
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.int16(tone * 32767).tobytes())
    (tmp_path / "a.json").write_text(phones_json(PHONES))
    return tmp_path


def visemes(*rest):
    return ("--method", "visemes", *rest)


def test_phones_move_the_mouth_in_every_format(voxface, folder):
    outputs = [folder / f"out.{suffix}" for suffix in ("csv", "npz", "glb")]
    named = [word for output in outputs for word in ("-o", output)]
    code, out, err = voxface(
        "animate",
        folder / "a.wav",
        *visemes("--phones", folder / "a.json"),
        *named,
        "--life",
        0,
        "--fps",
        50,
    )
    assert (code, err) == (0, "")
    assert "100 frames" in out
    for output in outputs:
        clip = FaceClip.load(output)
        assert clip["jawOpen"][32] > 0.4
        assert clip["jawOpen"][42] - clip["mouthClose"][42] < 0.04
        assert clip["mouthPucker"][52] > 0.4
        assert clip["jawOpen"][5] < 1e-6  # the silence gate shuts to nothing


def test_controls_and_life_work_as_with_a_model(voxface, folder):
    given = ("animate", folder / "a.wav", *visemes("--phones", folder / "a.json"), "--fps", 100)
    voxface(*given, "-o", folder / "plain.npz", "--life", 0)
    voxface(*given, "-o", folder / "wide.npz", "--life", 0, "--gain", "jawOpen=0.5")
    voxface(*given, "-o", folder / "alive.npz", "--expression", "joy=1")
    plain, wide, alive = (
        FaceClip.load(folder / f"{name}.npz") for name in ("plain", "wide", "alive")
    )
    np.testing.assert_allclose(wide["jawOpen"], plain["jawOpen"] * 0.5, atol=1e-4)
    assert alive["mouthSmileLeft"].max() > plain["mouthSmileLeft"].max() + 0.1
    assert alive.metadata["model"].startswith("visemes")


def test_a_folder_of_recordings_and_one_of_phones(voxface, folder):
    (folder / "in").mkdir()
    for name in ("one", "two"):
        (folder / "in" / f"{name}.wav").write_bytes((folder / "a.wav").read_bytes())
    (folder / "said").mkdir()
    (folder / "said" / "one.json").write_text(phones_json(PHONES))
    code, out, err = voxface(
        "animate", folder / "in", *visemes("--phones", folder / "said"), "-o", folder / "out"
    )
    assert code == 2  # one of them lacks its phones; the other is done
    assert "lacks what belongs to two.wav: two.TextGrid" in (out + err).replace("\n", " ")
    assert [p.name for p in (folder / "out").iterdir()] == ["one.csv"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (visemes("--language", "de"), "phones can be heard in English only"),
        (visemes("--text", "... !"), "the text holds no letters"),
        (visemes("--text", ""), "the text holds no letters"),
        (visemes("--text", "hallo", "--language", ""), "the language has no name"),
        (visemes("--text", "a", "--phones", "a.json"), "not both"),
        (visemes("--phones", "none.json"), "cannot read none.json"),
        (visemes("--phones", "a.wav"), "no file of phones"),
        (visemes("--phones", "late.json"), "are they of another recording?"),
        (visemes("--model", "m.onnx"), "visemes need none"),
        (("--method", "magic"), "unknown method 'magic'"),
        (("--text", "hallo"), "goes with the method 'visemes'"),
        (("--phones", "a.json"), "goes with the method 'visemes'"),
        (("--language", "de"), "goes with the method 'visemes'"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_nothing_written(
    voxface, folder, monkeypatch, words, message
):
    monkeypatch.chdir(folder)
    late = [{"start": 5, "end": 6, "phone": "p"}]
    (folder / "late.json").write_text(json.dumps({"phones": late}))
    code, out, err = voxface("animate", "a.wav", *words, "-o", "out.csv")
    assert code == 2
    assert message in " ".join((out + err).split())
    assert "Traceback" not in err
    assert not list(folder.glob("*out*"))


def test_one_text_for_several_recordings_is_refused(voxface, folder):
    (folder / "b.wav").write_bytes((folder / "a.wav").read_bytes())
    code, _, err = voxface(
        "animate", folder / "a.wav", folder / "b.wav", *visemes("--text", "ja"), "-o", folder / "o"
    )
    assert code == 2
    assert "text belongs to one recording" in err


def test_a_missing_espeak_is_said(voxface, folder, monkeypatch):
    pytest.importorskip("soxr")
    from voxface.phones import espeak  # noqa: PLC0415

    def missing(name: str) -> None:
        raise OSError(name)

    espeak._library.cache_clear()
    monkeypatch.setattr(espeak.ctypes, "CDLL", missing)
    code, out, err = voxface(
        "animate",
        folder / "a.wav",
        *visemes("--text", "hallo", "--language", "de"),
        "-o",
        folder / "out.csv",
    )
    assert code == 2
    assert "espeak-ng is missing; install it" in " ".join((out + err).split())


def test_a_missing_package_is_said_with_its_extra(voxface, folder, monkeypatch):
    import sys  # noqa: PLC0415

    from voxface.phones import recognition  # noqa: PLC0415

    recognition._decoder.cache_clear()
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    code, out, err = voxface("animate", folder / "a.wav", *visemes(), "-o", folder / "out.csv")
    assert code == 2
    assert "pip install 'voxface[visemes]'" in " ".join((out + err).split())


def test_python_says_the_same(folder):
    clip = package.animate(
        folder / "a.wav",
        method="visemes",
        phones=folder / "a.json",
        fps=100,
        controls=package.Controls(life=0),
    )
    assert len(clip) == 200
    assert clip["jawOpen"].argmax() == pytest.approx(65, abs=12)
    array = np.zeros(8000, np.float32)
    still = package.animate(array, sample_rate=8000, method="visemes", text="ja", language="en")
    assert still["jawOpen"].max() < 0.05
