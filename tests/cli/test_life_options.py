"""Life and expressions, as they are typed."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from media import write_media
from voxface.cli import main
from voxface.face import FaceClip


@pytest.fixture
def animated(tmp_path, monkeypatch, capsys, tiny_model_file):
    """Return a function that animates 4 s of silence: exit code, clip or None, what was said."""
    monkeypatch.chdir(tmp_path)
    write_media(tmp_path / "a.wav", np.zeros(64_000, np.float32), 16_000, "pcm_s16le", "s16")

    def run(*words: str):
        (tmp_path / "a.npz").unlink(missing_ok=True)
        line = ["voxface", "animate", "a.wav", "-o", "a.npz", "--fps", "100", *words]
        monkeypatch.setattr(sys, "argv", [*line, "--model", str(tiny_model_file)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr().err.splitlines()
        clip = FaceClip.load("a.npz") if (tmp_path / "a.npz").exists() else None
        return left.value.code or 0, clip, said

    return run


def test_a_face_lives_by_default_and_the_clip_says_how(animated):
    code, clip, said = animated()
    assert (code, said) == (0, [])
    assert np.ptp(clip.head, axis=0).max() > 0.001
    assert clip.metadata["life"]["blinks"] == 1
    assert clip.metadata["life"]["seed"] == 0


def test_life_off_is_a_still_face(animated):
    clip = animated("--life", "0")[1]
    assert not clip.weights.any()
    assert (clip.head == [0, 0, 0, 1, 0, 0, 0]).all()


def test_parts_are_turned_alone(animated):
    clip = animated("--life", "0", "--blink-rate", "60", "--blinks", "1")[1]
    assert clip["eyeBlinkLeft"].max() == 1
    assert (clip.head == [0, 0, 0, 1, 0, 0, 0]).all()
    clip = animated("--head-motion", "0", "--breathing", "0")[1]
    assert (clip.head == [0, 0, 0, 1, 0, 0, 0]).all()
    clip = animated("--gaze", "0", "--brows", "0")[1]
    assert not clip["eyeLookInLeft"].any()


def test_another_seed_is_another_life(animated):
    one, other, again = (animated("--seed", seed)[1] for seed in ("1", "2", "1"))
    assert np.abs(one.head - other.head).max() > 1e-3
    np.testing.assert_array_equal(one.head, again.head)
    np.testing.assert_array_equal(one.weights, again.weights)


def test_expressions_by_intensity_and_by_time(animated):
    clip = animated("--expression", "joy=0:0,2:1", "--expression", "surprise=0.5")[1]
    smile = clip["mouthSmileLeft"]
    assert smile[0] == 0
    assert smile[100] == pytest.approx(smile[300] / 2, abs=1e-4)
    assert np.ptp(clip["jawOpen"]) == 0
    assert clip["jawOpen"][0] > 0.1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--life", "3"], "life is 3.0; give a number, 0 to 2"),
        (["--blinks", "-1"], "blinks is -1.0"),
        (["--blink-rate", "0"], "blink_rate is 0.0; give a number, 1 to 60"),
        (["--seed", "-1"], "seed is -1; give a whole number"),
        (["--expression", "joi=1"], "unknown expression 'joi'; did you mean 'joy'?"),
        (["--expression", "joy"], "is not NAME=INTENSITY"),
        (["--expression", "joy=2:1,1:0"], "each later"),
    ],
)
def test_bad_options_are_one_line_and_exit_2(animated, words, message):
    code, clip, said = animated(*words)
    assert code == 2
    assert clip is None
    assert len(said) == 1
    assert message in said[0]
