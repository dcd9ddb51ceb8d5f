"""Meshes from sound: time, blocks, sampling, and files that are no such models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voxface
from tiny_mesh_model import GAINS, HOP, NEUTRAL, RATE, write_tiny_mesh_model
from voxface import MeshModel, MeshOptions, MeshStream, VoxfaceError, animate_mesh
from voxface.engine import MODELS, moves_mesh


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return MeshModel(write_tiny_mesh_model(tmp_path_factory.mktemp("mesh") / "tiny.onnx"))


@pytest.fixture(scope="module")
def sampled(tmp_path_factory):
    path = tmp_path_factory.mktemp("mesh") / "sampled.onnx"
    return MeshModel(write_tiny_mesh_model(path, sampled=True, most_frames=1))


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(3).uniform(-1, 1, round(16_000 * seconds)).astype(np.float32)


def test_frames_stand_at_their_own_time(model) -> None:
    sound = np.zeros(16_000, np.float32)
    sound[HOP * 20 : HOP * 21] = 1.0  # frame 20 alone is loud
    clip = animate_mesh(sound, model, fps=RATE, sample_rate=16_000)
    assert len(clip) == RATE
    moved = clip.vertices - NEUTRAL
    assert moved[20].ravel() == pytest.approx(GAINS)
    assert not moved[[19, 21]].any()
    assert clip.metadata["model"] == "tiny 0"


@pytest.mark.parametrize("fps", [24, 25, "29.97", 60, 7])
def test_any_frame_rate_keeps_the_length(model, fps) -> None:
    sound = noise(1.37)
    clip = animate_mesh(sound, model, fps=fps, sample_rate=16_000)
    assert abs(clip.duration - 1.37) <= 0.5 / float(clip.fps) + 1e-9


@settings(deadline=None, max_examples=25)
@given(cuts=st.lists(st.integers(0, 15_000), max_size=8), which=st.booleans())
def test_blocks_of_any_size_give_the_whole(model, sampled, cuts, which) -> None:
    used = sampled if which else model
    sound = noise(0.95)
    options = MeshOptions(temperature=0.5, seed=4)
    whole = animate_mesh(sound, used, fps=30, sample_rate=16_000, options=options)
    stream = MeshStream(used, 30, options=options)
    parts = [stream.push(part) for part in np.split(sound, sorted(cuts))] + [stream.flush()]
    assert np.array_equal(np.concatenate([part.vertices for part in parts]), whole.vertices)
    starts = [part.start for part in parts if len(part)]
    assert starts == sorted(starts) and starts[0] == 0


def test_seed_and_temperature(sampled) -> None:
    sound = noise(0.5)

    def made(**options: object) -> np.ndarray:
        settings = MeshOptions(**options)
        return animate_mesh(sound, sampled, fps=50, sample_rate=16_000, options=settings).vertices

    assert np.array_equal(made(seed=1, temperature=1.0), made(seed=1, temperature=1.0))
    assert not np.allclose(made(seed=1, temperature=1.0), made(seed=2, temperature=1.0))
    assert np.array_equal(made(seed=1, temperature=0.0), made(seed=2, temperature=0.0))


def test_strength_and_another_face(model) -> None:
    sound = noise(0.5)
    face = NEUTRAL + 5
    plain = animate_mesh(sound, model, sample_rate=16_000)
    other = animate_mesh(
        sound, model, sample_rate=16_000, neutral=face, options=MeshOptions(strength=2)
    )
    assert other.offsets == pytest.approx(2 * plain.offsets, abs=1e-5)
    assert np.array_equal(other.neutral, face)


def test_latency_is_look_ahead_frame_and_front_end(model) -> None:
    assert MeshStream(model, 50).latency == pytest.approx(3 / 50 + 0.01)


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"kind": "left out"}, "moves a mesh"),
        ({"format_version": 9}, "format 9"),
        ({"rate": 33}, "33"),
        ({"hop": 160}, "hop"),
        ({"look_ahead": -1}, "look_ahead"),
        ({"family": "left out"}, "family"),
    ],
)
def test_files_that_describe_themselves_wrongly(tmp_path, metadata, said) -> None:
    path = write_tiny_mesh_model(tmp_path / "wrong.onnx", **metadata)
    with pytest.raises(VoxfaceError, match=said) as raised:
        MeshModel(path)
    assert "\n" not in str(raised.value)


def test_the_default_model_moves_no_mesh() -> None:
    assert not moves_mesh(MODELS["voice_to_action"])
    with pytest.raises(VoxfaceError, match="not a voxface model that moves a mesh"):
        MeshModel(MODELS["voice_to_action"])


@pytest.mark.parametrize(
    "options", [{"temperature": -1}, {"temperature": float("nan")}, {"top_k": -1}, {"strength": 9}]
)
def test_options_out_of_range(options) -> None:
    with pytest.raises(VoxfaceError):
        MeshOptions(**options)


def test_bad_input(model, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="4 vertices"):
        MeshStream(model, neutral=np.zeros((5, 3)))
    with pytest.raises(VoxfaceError, match="no sound"):
        animate_mesh(np.zeros(0), model, sample_rate=16_000)
    with pytest.raises(VoxfaceError, match="did you mean 'animote'"):
        voxface.animate_mesh("a.wav", "animot")
