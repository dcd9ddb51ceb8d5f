"""The model file: the same numbers as the torch net, self-contained, dynamic, described."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fabricated import DEAD, bursts, make_canonical
from voxface.audio.features import HOP, features
from voxface.engine import Model, animate
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS
from voxface.models import CanonicalScale, CausalTCN, TCNConfig
from voxface.models.contract import POSITION_BOUND, ROTATION_BOUND
from voxface.training.checkpoint import Trained
from voxface.training.export import OPSET, export_onnx, export_trained
from voxface.training.graph import TAIL, FaceWeights, FoldedSpectrum

CONFIG = TCNConfig(channels=16, dilations=(1, 2, 4), look_ahead=3)
ABOUT = {
    "recipe": {"name": "tiny", "hears": "sound", "data": {"sets": {"grid": 1.0}}},
    "data_sha256": {"grid.npz": "00"},
    "git_commit": "abc",
}


def make_trained(config: TCNConfig = CONFIG, hears: str = "sound") -> Trained:
    torch.manual_seed(0)
    net = CausalTCN(config).eval()
    for name, tensor in net.named_buffers():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
    about = ABOUT | {"recipe": ABOUT["recipe"] | {"hears": hears}}
    return Trained(net, make_canonical(), about)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return make_trained()


@pytest.fixture(scope="module")
def model_file(trained, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    export_trained(trained, path, version="1.2.3", licence="Apache-2.0")
    return path


@pytest.fixture(scope="module")
def session(model_file) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model_file), options)


@pytest.fixture(scope="module")
def state_size(session) -> int:
    return session.get_inputs()[1].shape[1]


def push(session, pcm: np.ndarray, state: np.ndarray) -> list[np.ndarray]:
    return session.run(["frames", "speech", "next_state"], {"pcm": pcm, "state": state})


def late_features(sound: np.ndarray) -> np.ndarray:
    """Return the features that hops of sound give: hop k ends frame k - 1."""
    hops = len(sound) // HOP
    return features(np.concatenate([np.zeros(HOP, np.float32), sound]))[:hops]


def sounds() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    time = np.arange(16_000) / 16_000
    return {
        "speech-like": bursts()[:16_000],
        "loud noise": rng.uniform(-1, 1, 16_000).astype(np.float32),
        "a tone at full scale": np.float32(np.sin(2 * np.pi * 440 * time)),
        "digital silence": np.zeros(16_000, np.float32),
        "next to nothing": np.float32(1e-5 * rng.normal(size=16_000)),
    }


@pytest.mark.parametrize("name", sounds())
def test_the_front_end_hears_what_the_features_say(name: str) -> None:
    sound = sounds()[name]
    with torch.inference_mode():
        energy, tail = FoldedSpectrum()(torch.from_numpy(sound)[None], torch.zeros(1, TAIL))
    mel = 10 * torch.log10(energy.clamp(1e-8, 10))
    wanted = late_features(sound)[:, :80]
    assert mel.shape == (1, 100, 80)
    # Bands far under the loudest of their frame are rounding noise of two ways to sum.
    heard = wanted > np.maximum(wanted.max(1, keepdims=True) - 60, -75)
    off = np.abs(mel[0].numpy() - wanted)
    assert off[heard].max(initial=0) < 2e-3
    assert off.max() < 0.5
    torch.testing.assert_close(tail[0], torch.from_numpy(sound[-TAIL:]))


@pytest.mark.parametrize("name", sounds())
def test_the_file_says_what_the_net_says(session, trained, state_size, name: str) -> None:
    sound = sounds()[name]
    frames, speech, _ = push(session, sound[None], np.zeros((1, state_size), np.float32))
    heard = torch.from_numpy(late_features(sound))[None]
    with torch.inference_mode():
        face, _ = trained.net(heard, trained.net.initial_state(1))
        weights = FaceWeights(trained.scale)(face)
    np.testing.assert_allclose(frames[0, :, :52], weights[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(frames[0, :, 52:], face.pose[0].numpy(), atol=1e-3)
    np.testing.assert_allclose(speech[0], torch.sigmoid(face.speech)[0].numpy(), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(parts=st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_many_short_pushes_are_one_long_push(session, state_size, parts: list[int]) -> None:
    sound = np.tile(bursts(), 2)[6_000 : 6_000 + sum(parts) * HOP][None]
    empty = np.zeros((1, state_size), np.float32)
    whole, whole_speech, last = push(session, sound, empty)
    state, said, spoken = empty, [], []
    for part in np.split(sound, np.cumsum(parts)[:-1] * HOP, axis=1):
        frames, speech, state = push(session, part, state)
        said.append(frames)
        spoken.append(speech)
    np.testing.assert_allclose(np.concatenate(said, 1), whole, atol=1e-4)
    np.testing.assert_allclose(np.concatenate(spoken, 1), whole_speech, atol=1e-4)
    np.testing.assert_allclose(state, last, atol=1e-3)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("hops", [1, 2, 50])
def test_both_axes_are_dynamic(session, state_size, batch: int, hops: int) -> None:
    rng = np.random.default_rng(0)
    pcm = np.float32(0.1 * rng.normal(size=(batch, hops * HOP)))
    frames, speech, state = push(session, pcm, np.zeros((batch, state_size), np.float32))
    assert frames.shape == (batch, hops, 58)
    assert speech.shape == (batch, hops)
    assert state.shape == (batch, state_size)
    alone = push(session, pcm[-1:], np.zeros((1, state_size), np.float32))
    np.testing.assert_allclose(frames[-1:], alone[0], atol=1e-4)


def test_ranges(session, state_size) -> None:
    for sound in sounds().values():
        frames, speech, _ = push(session, sound[None], np.zeros((1, state_size), np.float32))
        weights, pose = frames[0, :, :52], frames[0, :, 52:]
        assert weights.min() >= 0
        assert weights.max() <= 1
        assert np.abs(pose[:, :3]).max() <= POSITION_BOUND
        assert np.abs(pose[:, 3:]).max() <= ROTATION_BOUND
        assert speech.min() >= 0
        assert speech.max() <= 1


def ear(look_ahead: int, dilations: tuple[int, ...] = (1,)) -> tuple[CausalTCN, CanonicalScale]:
    """Return a net without memory whose jaw is the level of the band around 1 kHz.

    Trained nets know to say of frame t what they hear until t + look_ahead; this one says at once
    what it hears, so it speaks of the sound `look_ahead` frames too early.
    """
    net = CausalTCN(TCNConfig(channels=4, dilations=dilations, look_ahead=look_ahead)).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
        net.entry.weight[0, 20:40] = 1 / 20
        net.motion_head.weight[ARKIT_CHANNELS.index("jawOpen"), 0] = 1.0
    return net, CanonicalScale.neutral()


@pytest.mark.parametrize("look_ahead", [0, 5])
def test_a_click_comes_at_its_frame(tmp_path, look_ahead: int) -> None:
    """What a net says at hop k of frame t stands in frame k: delay_frames tell which is which."""
    net, scale = ear(look_ahead)
    about = {"name": "ear", "version": "1"}
    metadata = export_onnx(net, scale, tmp_path / "ear.onnx", about)
    assert metadata["delay_frames"] == look_ahead + 1
    sound = np.zeros(16_000, np.float32)
    sound[48 * HOP] = 0.9  # at 480 ms, in the middle of the window of frame 48
    clip = animate(sound, sample_rate=16_000, fps=100, model=Model(tmp_path / "ear.onnx"),
                   controls=ungated())  # fmt: skip
    assert len(clip) == 100
    # The memoryless net is `look_ahead` early; a trained one would have waited as long.
    assert int(clip["jawOpen"].argmax()) == 48 - look_ahead
    moved = np.flatnonzero(clip["jawOpen"] > clip["jawOpen"].min() + 0.01) + look_ahead
    assert moved.tolist() == [47, 48, 49]


def test_a_step_comes_at_its_frame(tmp_path) -> None:
    net, scale = ear(0)
    export_onnx(net, scale, tmp_path / "ear.onnx", {"name": "ear", "version": "1"})
    sound = np.float32(0.3 * np.random.default_rng(0).normal(size=16_000))
    sound[: 50 * HOP] = 0
    clip = animate(sound, sample_rate=16_000, fps=100, model=Model(tmp_path / "ear.onnx"),
                   controls=ungated())  # fmt: skip
    jaw = clip["jawOpen"]
    half = (jaw[:40].mean() + jaw[60:].mean()) / 2
    assert abs(int(np.argmax(jaw > half)) - 50) <= 1


def ungated():
    from voxface.engine import Controls  # noqa: PLC0415

    return Controls(silence_gate=False, life=0)


def test_metadata_says_all_that_a_runner_must_know(model_file, trained) -> None:
    [entry] = onnx.load(model_file).metadata_props
    assert entry.key == "voxface"
    about = json.loads(entry.value)
    design = {
        "format_version", "name", "version", "sample_rate", "hop", "look_ahead", "delay_frames",
        "state_size", "channels", "pose", "untrained_channels", "licence", "training_data",
        "recipe", "weights_sha256",
    }  # fmt: skip
    assert design <= set(about)
    assert about["format_version"] == 1
    assert (about["name"], about["version"], about["licence"]) == ("tiny", "1.2.3", "Apache-2.0")
    assert (about["sample_rate"], about["hop"]) == (16_000, 160)
    assert (about["look_ahead"], about["delay_frames"]) == (3, 4)
    assert about["state_size"] == TAIL + trained.net.state_size
    assert about["channels"] == list(ARKIT_CHANNELS)
    assert about["pose"] == ["x", "y", "z", "rx", "ry", "rz"]
    assert about["untrained_channels"] == [ARKIT_CHANNELS[DEAD]]
    assert about["training_data"] == {"grid.npz": "00"}
    assert about["recipe"]["hears"] == "sound"
    assert len(about["weights_sha256"]) == 64


def test_the_file_is_whole_and_old_enough(model_file) -> None:
    onnx.checker.check_model(str(model_file), full_check=True)
    model = onnx.load(model_file, load_external_data=False)
    assert [item.name for item in model_file.parent.iterdir()] == ["model.onnx"]
    assert all(tensor.data_location == tensor.DEFAULT for tensor in model.graph.initializer)
    assert [(item.domain, item.version) for item in model.opset_import] == [("", OPSET)]
    assert OPSET <= 17
    assert not model.functions
    assert {value.name for value in model.graph.input} == {"pcm", "state"}
    assert [value.name for value in model.graph.output] == ["frames", "speech", "next_state"]


def test_the_engine_takes_it(model_file) -> None:
    description = Model(model_file).description
    assert description.name == "tiny"
    assert description.look_ahead == 3
    assert description.untrained_channels == (ARKIT_CHANNELS[DEAD],)
    assert description.recipe["data"] == {"sets": {"grid": 1.0}}


def test_the_hash_is_of_the_weights(trained, tmp_path) -> None:
    def exported(of: Trained) -> str:
        return str(export_trained(of, tmp_path / "a.onnx", version="1", licence="")[
            "weights_sha256"
        ])  # fmt: skip

    first = exported(trained)
    assert exported(trained) == first
    other = make_trained()
    with torch.no_grad():
        other.net.speech_head.bias += 1
    assert exported(other) != first


def test_exporting_leaves_the_net_as_it_was(trained, tmp_path) -> None:
    before = {name: value.clone() for name, value in trained.net.state_dict().items()}
    export_trained(trained, tmp_path / "a.onnx", version="1", licence="")
    for name, value in trained.net.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_teacher_that_hears_phones_is_refused(tmp_path) -> None:
    teacher = make_trained(replace(CONFIG, bands=27), hears="phones")
    with pytest.raises(VoxfaceError, match="hears phones cannot run on sound"):
        export_trained(teacher, tmp_path / "a.onnx", version="1", licence="")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("where", ["none/a.onnx", "."])
def test_a_place_that_cannot_be_written(trained, tmp_path, where: str) -> None:
    with pytest.raises(VoxfaceError, match="cannot write") as raised:
        export_trained(trained, tmp_path / where, version="1", licence="")
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_an_old_file_is_replaced_whole(trained, tmp_path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(b"old")
    export_trained(trained, path, version="2", licence="")
    assert Model(path).description.version == "2"
    assert [item.name for item in tmp_path.iterdir()] == ["a.onnx"]
