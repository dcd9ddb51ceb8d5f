"""Every family as a model file: streaming equals offline equals the torch net."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from typer.testing import CliRunner

from fabricated import bursts, make_canonical
from voxface.audio.features import HOP, features
from voxface.cli import build_app
from voxface.engine import Controls, Model, Stream, animate
from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.models import build_net, net_config
from voxface.models.condition import EMOTIONS, condition_vector
from voxface.training.checkpoint import Trained, save_trained
from voxface.training.export import OPSET, export_trained
from voxface.training.graph import FaceWeights, FoldedTCN, fold
from voxface.training.whole_net import WholeNet

SMALL = {"channels": 12, "look_ahead": 3}
TCN = SMALL | {"dilations": [1, 4, 2]}
TOLD = {"styles": ["anna", "bert"], "emotions": True}
HYBRID = TCN | {"family": "attention_tcn", "attention_after": [1, 3], "heads": 2, "window": 9}
VARIANTS: dict[str, dict[str, object]] = {
    "separable gelu": TCN | {"activation": "gelu"},
    "dense": TCN | {"separable": False},
    "dense centred gelu": TCN | {"separable": False, "centred": True, "activation": "gelu"},
    "separable centred": TCN | {"centred": True},
    "five taps": TCN | {"kernel": 5, "centred": True},
    "without norm": TCN | {"norm": "none"},
    "told": TCN | TOLD,
    "normalised": TCN | {"normalisation": 40.0},
    "attention_tcn": HYBRID,
    "attention_tcn told": HYBRID | TOLD | {"centred": True},
    "gru": SMALL | {"family": "gru"},
    "lstm": SMALL | {"family": "lstm"},
    "transformer": SMALL | {"family": "transformer", "layers": 2, "heads": 2, "window": 8},
    "linear": {"family": "linear", "frames": 6, "look_ahead": 3},
}
STYLE, EMOTION = "bert", (0.5, -0.8, 0.3)
SOUND = bursts()[6_000:22_000]


def trained_net(name: str, **recipe: object) -> Trained:
    """Return a run whose net has random weights and statistics."""
    torch.manual_seed(0)
    net = build_net(net_config(VARIANTS[name])).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        for where, tensor in net.named_buffers():
            if where.endswith("running_mean"):
                tensor.normal_(0, 0.3)
            elif where.endswith("running_var"):
                tensor.uniform_(0.5, 2)
    about = {
        "recipe": {"name": "tiny", "hears": "sound", "model": {}, "data": {}} | recipe,
        "data_sha256": {},
        "git_commit": "",
    }
    return Trained(net, make_canonical(), about)


def export(name: str, path: Path, **told: object) -> Path:
    export_trained(trained_net(name), path, version="1", licence="", **told)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a function that gives the model file of a variant, which is exported once."""
    folder = tmp_path_factory.mktemp("families")

    def file(name: str) -> Path:
        path = folder / f"{name.replace(' ', '_')}.onnx"
        told = {"style": STYLE, "emotion": EMOTION} if "told" in name else {}
        return path if path.exists() else export(name, path, **told)

    return file


def true_clip(name: str, **told: object) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and pose (frames, ...) as the torch net says them, frame i at i x 10 ms."""
    trained = trained_net(name)
    net = trained.net
    late = net.look_ahead + 1
    padded = np.concatenate([np.zeros(HOP, np.float32), SOUND, np.zeros(late * HOP, np.float32)])
    heard = features(padded)[: len(SOUND) // HOP + late]
    condition = condition_vector(net.config, **told)[None] if told else None
    with torch.inference_mode():
        face, _ = net(torch.from_numpy(heard)[None], net.initial_state(1), condition)
        weights = FaceWeights(trained.scale)(face)
    return weights[0, late:].numpy(), face.pose[0, late:].numpy()


def plain() -> Controls:
    return Controls(silence_gate=False, life=0)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_engine_says_what_the_net_says_however_sound_is_cut(name: str, files) -> None:
    model = Model(files(name))
    told = {"style": STYLE, "emotion": EMOTION} if "told" in name else {}
    weights, pose = true_clip(name, **told)
    clip = animate(SOUND, sample_rate=16_000, fps=100, controls=plain(), model=model)
    assert weights.std(0).max() > 0.01  # the face moves
    # The dead channel is at rest in clips whatever the net says.
    dead = [clip.channels.index(name) for name in model.description.untrained_channels]
    weights[:, dead] = 0
    np.testing.assert_allclose(clip.weights, weights, atol=3e-4)
    np.testing.assert_allclose(clip.head[:, :3], pose[:, :3], atol=2e-3)
    rng = np.random.default_rng(0)
    stream = Stream(fps=100, controls=plain(), model=model)
    cuts = np.sort(rng.integers(0, len(SOUND), 40))
    pieces: list[FaceClip] = [stream.push(part) for part in np.split(SOUND, cuts)]
    streamed = np.concatenate([part.weights for part in [*pieces, stream.flush()]])
    np.testing.assert_allclose(streamed, clip.weights, atol=1e-4)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_file_is_whole_and_old_enough(name: str, files) -> None:
    path = files(name)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(item.domain, item.version) for item in model.opset_import] == [("", OPSET)]
    assert OPSET <= 17
    operators = {node.op_type for node in model.graph.node}
    assert "BatchNormalization" not in operators
    assert not {"RandomNormal", "Dropout", "Loop", "If"} & operators
    net = trained_net(name).net
    about = json.loads(model.metadata_props[0].value)
    assert (about["look_ahead"], about["delay_frames"]) == (net.look_ahead, net.look_ahead + 1)


@pytest.mark.parametrize("name", ["attention_tcn", "gru", "dense"])
@pytest.mark.parametrize(("batch", "hops"), [(1, 1), (3, 40)])
def test_both_axes_are_dynamic(name: str, batch: int, hops: int, files) -> None:
    session = Model(files(name))._session
    size = session.get_inputs()[1].shape[1]
    pcm = np.float32(0.1 * np.random.default_rng(0).normal(size=(batch, hops * HOP)))
    told = ["frames", "speech", "next_state"]
    together = session.run(told, {"pcm": pcm, "state": np.zeros((batch, size), np.float32)})
    assert [part.shape for part in together] == [(batch, hops, 58), (batch, hops), (batch, size)]
    alone = session.run(told, {"pcm": pcm[-1:], "state": np.zeros((1, size), np.float32)})
    np.testing.assert_allclose(together[0][-1:], alone[0], atol=1e-4)


def test_the_fast_path_is_taken_where_there_is_one() -> None:
    for name in VARIANTS:
        whole = name in ("five taps", "normalised", "gru", "lstm", "transformer", "linear")
        whole |= name.startswith("attention")
        assert isinstance(fold(trained_net(name).net), WholeNet if whole else FoldedTCN), name


def test_what_a_net_is_told_is_in_the_file(tmp_path, files) -> None:
    path = export("told", tmp_path / "a.onnx", style="anna", emotion="joy")
    about = json.loads(onnx.load(path).metadata_props[0].value)
    assert about["style"] == "anna"
    joy = dict(zip(("valence", "arousal", "dominance"), EMOTIONS["joy"], strict=True))
    assert about["emotion"] == joy
    first = Model(path).run(SOUND, Model(path).new_state())[0]
    other = Model(files("told"))
    assert np.abs(other.run(SOUND, other.new_state())[0] - first).max() > 0.01
    plain_file = json.loads(onnx.load(files("dense")).metadata_props[0].value)
    assert "style" not in plain_file


def test_told_nothing_is_nobody_and_neutral(tmp_path) -> None:
    model = Model(export("told", tmp_path / "a.onnx"))
    weights, _ = true_clip("told")
    clip = animate(SOUND, sample_rate=16_000, fps=100, controls=plain(), model=model)
    dead = [clip.channels.index(name) for name in model.description.untrained_channels]
    weights[:, dead] = 0
    np.testing.assert_allclose(clip.weights, weights, atol=3e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--style", "carl"], "unknown style 'carl'"),
        (["--emotion", "jo"], "did you mean 'joy'"),
        (["--emotion", "1,2,3"], "each -1 to 1"),
        (["--emotion", "a,b"], "valence, arousal, dominance"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path, options: list[str], message: str) -> None:
    save_trained(tmp_path / "run", trained_net("told"))
    command = ["export", str(tmp_path / "run"), "-o", str(tmp_path / "a.onnx"), *options]
    result = CliRunner().invoke(build_app(("export",)), command)
    assert isinstance(result.exception, VoxfaceError)
    assert message in str(result.exception)
    assert not (tmp_path / "a.onnx").exists()


def test_the_verb_bakes_in_what_it_is_told(tmp_path) -> None:
    save_trained(tmp_path / "run", trained_net("told"))
    output = tmp_path / "a.onnx"
    command = ["export", str(tmp_path / "run"), "-o", str(output), "--emotion=-0.5,0.25,0"]
    result = CliRunner().invoke(build_app(("export",)), command)
    assert result.exit_code == 0, result.output
    about = json.loads(onnx.load(output).metadata_props[0].value)
    assert about["style"] is None
    assert about["emotion"] == {"valence": -0.5, "arousal": 0.25, "dominance": 0.0}


@pytest.mark.parametrize("data", [{"rate": 50}, {"features": ["loudness"]}])
def test_other_hearing_is_refused(tmp_path, data: dict[str, object]) -> None:
    with pytest.raises(VoxfaceError, match="log-mel at 100 Hz"):
        export_trained(trained_net("dense", data=data), tmp_path / "a.onnx", version="1",
                       licence="")  # fmt: skip


def test_exporting_leaves_the_net_as_it_was(tmp_path) -> None:
    trained = trained_net("attention_tcn told")
    before = {key: value.clone() for key, value in trained.net.state_dict().items()}
    export_trained(trained, tmp_path / "a.onnx", version="1", licence="")
    after = trained.net.state_dict()
    assert set(after) == set(before)
    assert all(torch.equal(after[key], value) for key, value in before.items())
