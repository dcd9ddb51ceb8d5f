"""Methods: runs, model files and a still face, all asked in the same way."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fabricated import bursts, learnable, make_canonical, make_example, write_recording
from voxface.audio.features import features
from voxface.corpus.labels import save_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.errors import VoxfaceError
from voxface.evaluation.methods import (
    RunMethod,
    load_method,
    load_methods,
    predict_all,
)
from voxface.evaluation.recordings import of_length
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.models import CausalTCN, TCNConfig
from voxface.training.checkpoint import Trained, save_trained
from voxface.training.export import export_trained
from voxface.training.label import predict_motion

RECIPE = {"name": "tiny", "hears": "sound", "data": {"sets": {"grid": 1.0}, "hold_out_every": 7}}


@pytest.fixture(scope="module")
def trained() -> Trained:
    torch.manual_seed(0)
    net = CausalTCN(TCNConfig(channels=8, dilations=(1, 2, 4), look_ahead=5)).eval()
    about = {"recipe": RECIPE, "data_sha256": {}, "git_commit": "none"}
    return Trained(net, make_canonical(), about)


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("methods")
    save_canonical(folder / CANONICAL, make_canonical())
    save_trained(folder / "run", trained)
    return folder


def test_a_run_says_what_its_net_says_at_the_time_of_each_frame(trained) -> None:
    example = learnable(np.random.default_rng(0), 130)
    clip = RunMethod("run", trained).predict(example)
    wanted = trained.canonical.weights(predict_motion(trained, example).astype(np.float64))
    assert clip.channels == ARKIT_CHANNELS
    assert (len(clip), clip.fps) == (130, 100)
    np.testing.assert_allclose(clip.weights, wanted, atol=1e-5)
    assert not clip.tracked[:, clip.channels.index("tongueOut")].any()


def test_batches_say_what_single_takes_say(trained, monkeypatch) -> None:
    monkeypatch.setattr("voxface.evaluation.methods.BATCH_FRAMES", 400)
    rng = np.random.default_rng(1)
    takes = [learnable(rng, frames) for frames in (90, 200, 61, 500, 30)]
    method = RunMethod("run", trained, lips=True)
    clips = list(predict_all(method, takes))
    assert [len(clip) for clip in clips] == [90, 200, 61, 500, 30]
    for take, clip in zip(takes, clips, strict=True):
        alone = method.predict(take)
        np.testing.assert_allclose(clip.weights, alone.weights, atol=1e-5)
        np.testing.assert_allclose(clip.head, alone.head, atol=1e-5)


def test_a_run_with_lips_is_its_model_file(trained, folder) -> None:
    """Features of the sound through the run are the sound through the exported graph."""
    sound = bursts()
    path = write_recording(folder / "take.wav", sound)
    heard = features(sound)
    example = make_example(len(heard), mel=heard[:, :80], recording=str(path))
    export_trained(trained, folder / "tiny.onnx", version="1", licence="none")
    run = load_method(str(folder / "run"), examples=folder, lips=True)
    file = load_method(str(folder / "tiny.onnx"), examples=folder)
    said, wanted = run.predict(example), file.predict(example)
    assert len(said) == len(wanted) == len(example)
    # Examples hold features as float16: 1/32 dB at these levels.
    np.testing.assert_allclose(said.weights[5:-5], wanted.weights[5:-5], atol=0.03)
    assert run.look_ahead_ms == file.look_ahead_ms == 50
    assert run.heard.hold_out_every == file.heard.hold_out_every == 7
    assert (run.name, file.name) == ("run", "tiny")


def test_the_still_face_is_the_mean_face(folder) -> None:
    still = load_method("still", examples=folder)
    clip = still.predict(make_example(40))
    assert len(clip) == 40
    assert not np.ptp(clip.weights, axis=0).any()
    np.testing.assert_allclose(clip.weights[0], make_canonical().weights(np.zeros(52)), atol=1e-6)
    assert still.heard is None


def test_equal_names_are_told_apart(trained, folder) -> None:
    save_trained(folder / "other" / "run", trained)
    asked = [str(folder / "run"), str(folder / "other" / "run"), "still"]
    assert [m.name for m in load_methods(asked, examples=folder)] == asked
    with pytest.raises(VoxfaceError, match="named twice"):
        load_methods(["still", "still"], examples=folder)


def test_what_is_no_method(folder, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="'stil' is no method"):
        load_method("stil", examples=folder)
    with pytest.raises(VoxfaceError, match="holds no trained model"):
        load_method(str(tmp_path), examples=folder)
    with pytest.raises(VoxfaceError, match="no model file"):
        load_method(str(tmp_path / "no.onnx"), examples=folder)
    with pytest.raises(VoxfaceError, match="canonical speaker"):
        load_method("still", examples=tmp_path)


def test_a_recording_that_is_gone(trained, folder) -> None:
    export_trained(trained, folder / "gone.onnx", version="1", licence="none")
    method = load_method(str(folder / "gone.onnx"), examples=folder)
    with pytest.raises(VoxfaceError, match=r"recording of 'take' is not at 'gone\.wav'"):
        method.predict(make_example(10, recording="gone.wav"))


def test_lengths_are_made_to_fit() -> None:
    clip = FaceClip(np.linspace(0, 1, 20)[:, None], 100, ("jawOpen",))
    assert len(of_length(clip, 12)) == 12
    longer = of_length(clip, 25)
    np.testing.assert_array_equal(longer.weights[19:], 1)
    with pytest.raises(VoxfaceError, match="20 frames where the take has 60"):
        of_length(clip, 60)
