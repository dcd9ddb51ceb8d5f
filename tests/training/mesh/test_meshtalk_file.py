"""The file of a MeshTalk net says what the net says, sound cut anyhow."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from planted_talk import VERTICES, planted_topology, small_sizes
from voxface import MeshModel, MeshOptions, MeshStream, VoxfaceError, animate_mesh
from voxface.audio.features import features
from voxface.evaluation.mesh_runs import performed
from voxface.models.mesh.meshtalk import MeshTalkConfig, MeshTalkNet
from voxface.training.mesh.checkpoint import TrainedMesh
from voxface.training.mesh.data import MeshBatch, silence
from voxface.training.mesh.export import export_mesh

SECONDS, AHEAD = 1.6, 2
FRAMES = round(25 * SECONDS)


@pytest.fixture(scope="module")
def trained() -> TrainedMesh:
    torch.manual_seed(5)
    net = MeshTalkNet(MeshTalkConfig(**small_sizes())).eval()
    torch.nn.init.normal_(net.prior.order.weight, std=0.5)
    torch.nn.init.normal_(net.mesh.basis)
    torch.nn.init.normal_(net.template_axes, std=0.1)
    neutral = np.random.default_rng(0).normal(size=(VERTICES, 3)).astype(np.float32)
    return TrainedMesh(net, planted_topology(), neutral, {"recipe": {"name": "planted"}})


@pytest.fixture(scope="module")
def model(trained, tmp_path_factory) -> MeshModel:
    path = tmp_path_factory.mktemp("talk") / "a.onnx"
    export_mesh(trained, path, version="3", licence="Apache-2.0")
    return MeshModel(path)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    time = np.arange(round(16_000 * SECONDS)) / 16_000
    wave = np.sin(2 * np.pi * (200 + 300 * time) * time) * np.sin(2 * np.pi * 3 * time) ** 2
    return (0.4 * wave).astype(np.float32)


def moved(model: MeshModel, sound: np.ndarray, **options) -> np.ndarray:
    return animate_mesh(
        sound, model, fps=25, sample_rate=16_000, options=MeshOptions(**options)
    ).offsets


def test_it_describes_itself(model):
    about = model.description
    assert (about.name, about.version, about.family) == ("planted", "3", "meshtalk")
    assert (about.rate, about.look_ahead, about.latent) == (25, AHEAD, (4, 8))
    assert about.most_frames == 1 and about.topology.rows("lips").tolist() == list(range(6))


@pytest.mark.parametrize(
    ("temperature", "top_k", "seed"), [(0.0, 0, 0), (1.0, 0, 1), (0.6, 3, 2), (2.0, 1, 3)]
)
def test_it_says_what_the_net_says(trained, model, sound, temperature, top_k, seed):
    options = MeshOptions(temperature, top_k, seed)
    late = np.concatenate([silence(1), features(sound)[: 4 * FRAMES], silence(4 * (AHEAD + 1))])
    count = FRAMES + AHEAD
    batch = MeshBatch(
        torch.from_numpy(late[None, : 4 * count]),
        torch.zeros(1, count, VERTICES, 3),
        torch.from_numpy(trained.neutral)[None],
        torch.ones(1, count), torch.ones(1, count), torch.zeros(1, dtype=torch.long),
    )  # fmt: skip
    wanted = performed(trained.net, batch, options).reshape(FRAMES, VERTICES, 3).numpy()
    said = moved(model, sound, temperature=temperature, top_k=top_k, seed=seed)
    # The last frames hear the window that reaches over the end of the sound.
    assert np.ptp(wanted, axis=0).max() > 0.1
    assert np.abs(said - wanted)[: FRAMES - AHEAD - 1].max() < 2e-3


@pytest.mark.parametrize("step", [37, 641, 1999])
def test_any_blocks_give_the_whole(model, sound, step):
    options = MeshOptions(temperature=0.8, seed=7)
    stream = MeshStream(model, 25, options=options)
    cuts = range(step, len(sound), step)
    parts = [stream.push(part) for part in np.split(sound, cuts)] + [stream.flush()]
    whole = moved(model, sound, temperature=0.8, seed=7)
    assert np.array_equal(np.concatenate([part.offsets for part in parts]), whole)


def test_a_seed_is_a_performance(model, sound):
    one, again = (moved(model, sound, temperature=1.0, seed=1) for _ in range(2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, moved(model, sound, temperature=1.0, seed=2))
    surest = moved(model, sound, temperature=0.0, seed=1)
    assert np.array_equal(surest, moved(model, sound, temperature=0.0, seed=2))
    assert np.array_equal(surest, moved(model, sound, temperature=3.0, top_k=1, seed=2))


def test_more_classes_than_there_are_are_all_of_them(model, sound):
    all_ = moved(model, sound, temperature=1.0)
    assert np.array_equal(all_, moved(model, sound, temperature=1.0, top_k=99))


def test_a_file_that_cannot_be_written_is_told(trained, tmp_path):
    with pytest.raises(VoxfaceError):
        export_mesh(trained, tmp_path / "nowhere" / "a.onnx", version="0", licence="x")
