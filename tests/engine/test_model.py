"""Model files: what they say of themselves, what they answer, and those that are refused."""

from __future__ import annotations

import numpy as np
import pytest

from tiny_model import DELAY, LOOK_AHEAD, true_frames, write_tiny_model
from voxface.engine import Model
from voxface.engine.runner import ModelRunner
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS


def test_a_model_describes_itself(tiny):
    about = tiny.description
    assert (about.name, about.version, about.look_ahead, about.delay_frames) == (
        "tiny", "1", LOOK_AHEAD, DELAY,
    )  # fmt: skip
    assert about.channels == ARKIT_CHANNELS
    assert about.look_ahead_seconds == pytest.approx(0.03)
    assert "tiny 1" in repr(tiny)


@pytest.mark.parametrize("samples", [1, 159, 160, 161, 800, 16_000, 400_001])
def test_frames_stand_on_the_clock_of_the_sound(tiny, samples):
    sound = np.random.default_rng(samples).uniform(-1, 1, samples).astype(np.float32)
    runner = ModelRunner(tiny)
    frames, speech = (np.concatenate(p) for p in zip(runner.push(sound), runner.flush()))  # noqa: B905
    expected_frames, expected_speech = true_frames(sound)
    np.testing.assert_allclose(frames, expected_frames, atol=1e-5)
    np.testing.assert_allclose(speech, expected_speech, atol=1e-4)


def test_a_flushed_runner_is_as_new(tiny, murmur):
    runner = ModelRunner(tiny)
    first = [runner.push(murmur)[0], runner.flush()[0]]
    second = [runner.push(murmur)[0], runner.flush()[0]]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_default_model(default_model):
    about = default_model.description
    assert about.channels == ARKIT_CHANNELS
    assert default_model.path.stat().st_size <= 4 * 2**20
    assert Model.default() is Model.default()


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"format_version": 2}, "model format 2"),
        ({"sample_rate": 48_000}, "sample_rate is 48000"),
        ({"hop": 128}, "hop is 128"),
        ({"pose": ["x"]}, "pose"),
        ({"channels": None}, "'channels' is missing"),
        ({"name": None}, "'name' is missing"),
        ({"look_ahead": -1}, "fit together"),
        ({"delay_frames": "many"}, "many"),
        ({"channels": ["jawOpen", "jawOpen"]}, "differ"),
        ({"channels": ["jawOpen"]}, "58 numbers a frame, not 7"),
    ],
)
def test_wrong_descriptions_are_refused(tmp_path, entries, message):
    path = write_tiny_model(tmp_path / "wrong.onnx", **entries)
    with pytest.raises(VoxfaceError, match=message) as caught:
        Model(path)
    assert "wrong.onnx" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_models_are_refused(tmp_path):
    with pytest.raises(VoxfaceError, match="no model file"):
        Model(tmp_path / "none.onnx")
    text = tmp_path / "text.onnx"
    text.write_text("not a model")
    with pytest.raises(VoxfaceError, match="not a model that can be run") as caught:
        Model(text)
    assert "\n" not in str(caught.value)


def test_other_onnx_files_are_refused(tmp_path, tiny_model_file):
    import onnx  # noqa: PLC0415

    model = onnx.load(tiny_model_file)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(VoxfaceError, match="not a voxface model"):
        Model(tmp_path / "other.onnx")
