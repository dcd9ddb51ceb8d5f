"""The file of an Animote net says what the net says, sound cut anyhow."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch

from planted_talk import VERTICES, planted_topology
from voxface import MeshModel, MeshStream, VoxfaceError, animate_mesh
from voxface.audio.features import HOP, features
from voxface.models.mesh.animote import AnimoteConfig, AnimoteNet
from voxface.training.graph import TAIL
from voxface.training.mesh.checkpoint import TrainedMesh, load_mesh_run, save_mesh_run
from voxface.training.mesh.export import export_mesh, export_mesh_run, folded

SECONDS, AHEAD = 2.0, 2
SMALL = dict(
    vertices=VERTICES, width=16, heads=2, layers=2, window=9, decoder_width=12, components=5,
    dilations=(1, 2), look_ahead=AHEAD,
)  # fmt: skip


def make_trained(**sizes: object) -> TrainedMesh:
    torch.manual_seed(0)
    net = AnimoteNet(AnimoteConfig(**(SMALL | sizes))).eval()
    with torch.no_grad():
        for part in net.parameters():
            part.add_(0.05 * torch.randn_like(part))
        for name, part in net.named_buffers():
            if name.endswith("running_var"):
                part.uniform_(0.5, 2)
            if name.endswith("running_mean"):
                part.normal_()
    neutral = np.random.default_rng(0).normal(size=(VERTICES, 3)).astype(np.float32)
    about = {"recipe": {"name": "planted"}, "licences": ["CC BY 4.0"], "data_sha256": {"a": "0"}}
    return TrainedMesh(net, planted_topology(), neutral, about)


@pytest.fixture(scope="module", params=[25, 50, 100])
def trained(request) -> TrainedMesh:
    return make_trained(rate=request.param)


@pytest.fixture(scope="module")
def model_file(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("animote") / "a.onnx"
    export_mesh(trained, path, version="3", licence="Apache-2.0")
    return path


@pytest.fixture(scope="module")
def session(model_file) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model_file), options)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    rng = np.random.default_rng(1)
    time = np.arange(round(16_000 * SECONDS)) / 16_000
    wave = np.sin(2 * np.pi * (200 + 300 * time) * time) * np.sin(2 * np.pi * 3 * time) ** 2
    return (0.4 * wave + 0.01 * rng.normal(size=len(time))).astype(np.float32)


@torch.no_grad()
def offline(trained: TrainedMesh, sound: np.ndarray) -> np.ndarray:
    """What the net makes of the features of the whole sound, one frame of 10 ms late."""
    net = trained.net
    late = features(np.concatenate([np.zeros(HOP, np.float32), sound]))[: len(sound) // HOP]
    told, _ = net(torch.from_numpy(late)[None], net.initial_state(1))
    return told[0].numpy()


def test_it_describes_itself(trained, model_file):
    about = MeshModel(model_file).description
    rate = trained.config.rate
    assert (about.name, about.version, about.family) == ("planted", "3", "animote")
    assert (about.rate, about.look_ahead, about.latent) == (rate, AHEAD, None)
    assert about.hop == 16_000 // rate and about.most_frames is None
    assert about.state_size == TAIL + trained.net.state_size
    assert about.topology.rows("lips").tolist() == list(range(6))


@pytest.mark.parametrize("pushes", [(50,), (1,) * 50, (1, 7, 3, 20, 2, 17)])
def test_any_pushes_say_what_the_net_says(trained, session, sound, pushes):
    rate = trained.config.rate
    hop = 16_000 // rate
    wanted = offline(trained, sound)
    state = np.zeros((1, TAIL + trained.net.state_size), np.float32)
    told, begin = [], 0
    for frames in pushes:
        part = sound[None, begin * hop : (begin + frames) * hop]
        offsets, state = session.run(["offsets", "next_state"], {"pcm": part, "state": state})
        assert offsets.shape == (1, frames, 3 * VERTICES)
        told.append(offsets[0])
        begin += frames
    np.testing.assert_allclose(np.concatenate(told), wanted[: sum(pushes)], atol=2e-4)


def test_whole_equals_streamed_and_frames_stand_where_their_face_is(trained, model_file, sound):
    model = MeshModel(model_file)
    rate = trained.config.rate
    whole = animate_mesh(sound, model, fps=rate, sample_rate=16_000)
    quiet = np.zeros(16_000, np.float32)
    wanted = offline(trained, np.concatenate([sound, quiet]))[AHEAD : AHEAD + len(whole)]
    assert len(whole) == round(SECONDS * rate)
    np.testing.assert_allclose(whole.offsets.reshape(len(whole), -1), wanted, atol=2e-4)
    stream = MeshStream(model, fps=rate, sample_rate=16_000)
    parts = [stream.push(part) for part in np.split(sound, [17, 5000, 5001, 20_000])]
    told = np.concatenate([part.vertices for part in (*parts, stream.flush())])
    np.testing.assert_allclose(told, whole.vertices, atol=1e-5)


def test_a_long_stream_forgets_nothing_and_grows_in_nothing(trained, session):
    rng = np.random.default_rng(2)
    hop = 16_000 // trained.config.rate
    sound = (0.1 * rng.normal(size=400 * hop)).astype(np.float32)
    state = np.zeros((1, TAIL + trained.net.state_size), np.float32)
    told = []
    for begin in range(0, len(sound), 40 * hop):
        part = sound[None, begin : begin + 40 * hop]
        offsets, state = session.run(["offsets", "next_state"], {"pcm": part, "state": state})
        told.append(offsets[0])
    np.testing.assert_allclose(np.concatenate(told), offline(trained, sound), atol=5e-4)


def test_folding_norms_changes_no_number(trained, sound):
    made = offline(trained, sound)
    again = TrainedMesh(folded(trained.net), trained.topology, trained.neutral, {})
    np.testing.assert_allclose(offline(again, sound), made, atol=1e-4)


def test_a_net_without_layer_norm_and_basis(tmp_path, sound):
    trained = make_trained(layer_norm=False, basis=False)
    export_mesh(trained, tmp_path / "a.onnx", version="0", licence="Apache-2.0")
    whole = animate_mesh(sound, MeshModel(tmp_path / "a.onnx"), fps=25, sample_rate=16_000)
    wanted = offline(trained, np.concatenate([sound, np.zeros(16_000, np.float32)]))
    np.testing.assert_allclose(
        whole.offsets.reshape(len(whole), -1), wanted[AHEAD : AHEAD + len(whole)], atol=2e-4
    )


def test_a_run_is_kept_and_made_a_file(tmp_path, sound):
    trained = make_trained()
    save_mesh_run(tmp_path / "run", trained)
    again = load_mesh_run(tmp_path / "run")
    np.testing.assert_array_equal(offline(again, sound), offline(trained, sound))
    about = export_mesh_run(tmp_path / "run", tmp_path / "a.onnx", version="1")
    assert about["training_data"]["licences"] == ["CC BY 4.0"]


@pytest.mark.parametrize(
    ("sizes", "told"),
    [({"causal": False}, "causal: true"), ({"columns": 7}, "speech encoders")],
)
def test_nets_that_do_not_stream_are_told(tmp_path, sizes, told):
    with pytest.raises(VoxfaceError, match=told):
        export_mesh(make_trained(**sizes), tmp_path / "a.onnx", version="0", licence="MIT")
    assert not list(tmp_path.iterdir())
