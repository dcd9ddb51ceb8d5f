"""Fewer bits: the small file is a model like any other, near the large one, and streams alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from fabricated import bursts
from tiny_model import write_tiny_model
from voxface.engine import Controls, Model, Stream, animate
from voxface.errors import VoxfaceError
from voxface.training.export import weights_hash
from voxface.training.shrink.int8 import PRODUCT_STEPS, by_column
from voxface.training.shrink.loss import channel_losses, outputs
from voxface.training.shrink.onnx_file import constants, load_graph, metadata, net_products
from voxface.training.shrink.precision import PRECISIONS, shrink_model

SOUND = np.tile(bursts(), 2)
BOUNDS = {"float32": 1e-4, "float16": 4e-3, "int8-weights": 0.03, "int8": 0.08, "int8-static": 0.1}
"""Largest difference of a weight from the float32 model's."""
QUIET = {"silence_gate": False, "life": 0}


@pytest.fixture(scope="module")
def small_files(large_file, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("small")
    files = {name: folder / f"{name}.onnx" for name in PRECISIONS}
    for name, path in files.items():
        shrink_model(large_file, path, name, sounds=[SOUND])
    return files


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_is_near_the_large_one(large_file, small_files, precision: str) -> None:
    losses = channel_losses(Model(large_file), Model(small_files[precision]), [SOUND])
    weights = [loss for loss in losses if loss.name in Model(large_file).description.channels]
    assert len(weights) == 52
    assert max(loss.most for loss in weights) < BOUNDS[precision]
    assert min(loss.r for loss in losses if loss.moves) > 0.98
    shares = [loss.share for loss in losses]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_stream_is_a_recording(small_files, precision: str) -> None:
    model = Model(small_files[precision])
    clip = animate(SOUND, sample_rate=16_000, fps=60, controls=Controls(**QUIET), model=model)
    stream = Stream(60, 16_000, Controls(**QUIET), model)
    parts = [stream.push(part) for part in np.array_split(SOUND, 61)] + [stream.flush()]
    # Sums in another order may fall on the other side of a rounding: one step of 8 bits.
    bound = 2e-3 if precision in ("int8", "int8-static") else 1e-4
    weights = np.concatenate([part.weights for part in parts])
    np.testing.assert_allclose(weights, clip.weights, atol=bound)
    np.testing.assert_allclose(np.concatenate([p.head for p in parts]), clip.head, atol=bound)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_is_a_whole_model_that_says_what_it_is(large_file, small_files, precision: str) -> None:
    onnx.checker.check_model(str(small_files[precision]), full_check=True)
    model = onnx.load(small_files[precision])
    assert {item.domain for item in model.opset_import} == {""}  # standard operators alone
    assert model.opset_import[0].version <= 17
    before, after = metadata(onnx.load(large_file)), metadata(model)
    assert after["precision"] == precision
    assert after["shrunk_from"] == before["weights_sha256"]
    assert after["weights_sha256"] == weights_hash(model) != before["weights_sha256"]
    changed = {"precision", "shrunk_from", "weights_sha256"}
    assert {k: v for k, v in after.items() if k not in changed} == {
        k: v for k, v in before.items() if k not in changed
    }
    about = Model(small_files[precision]).description
    assert (about.look_ahead, about.name) == (3, "tiny")


def test_it_is_smaller(large_file, tmp_path) -> None:
    """The net here is tiny; what is sure is that the basis goes and the matrices are small."""
    sizes = {}
    for name in ("float32", "float16", "int8-weights"):
        shrink_model(large_file, tmp_path / "a.onnx", name)
        sizes[name] = (tmp_path / "a.onnx").stat().st_size
    assert sizes["float32"] < large_file.stat().st_size - 200_000
    assert sizes["int8-weights"] <= sizes["float16"] < sizes["float32"]


def test_matrices_are_whole_numbers(small_files) -> None:
    for precision, most in (("int8-weights", 127), ("int8", PRODUCT_STEPS), ("int8-static", 64)):
        held = constants(onnx.load(small_files[precision]))
        matrices = [v for v in held.values() if v.dtype == np.int8 and v.ndim == 2]
        assert len(matrices) == 4  # three blocks and the heads; log-mel is never in 8 bits
        assert all(np.abs(values).max() <= most for values in matrices)


def test_only_what_the_net_multiplies_is_quantised(large_file) -> None:
    model = load_graph(large_file)
    shapes = [constants(model)[node.input[1]].shape for node in net_products(model)]
    assert shapes == [(16, 16)] * 3 + [(16, 86)]


def test_columns_have_scales_of_their_own() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(30, 4)) * [1e-3, 1, 50, 0]
    whole, scale = by_column(matrix, 127)
    assert whole.dtype == np.int8
    assert np.abs(whole).max(axis=0).tolist() == [127, 127, 127, 0]
    assert (np.abs(whole * scale - matrix) <= 0.5001 * scale).all()


def test_frames_are_scaled_by_themselves(small_files) -> None:
    """A loud frame in the same push takes nothing from a soft one."""
    model = Model(small_files["int8"])
    soft = 0.01 * SOUND[: 160 * 60]
    alone = model.run(soft, model.new_state())[0]
    followed = model.run(np.concatenate([soft, SOUND[:16_000]]), model.new_state())[0]
    np.testing.assert_allclose(followed[:60], alone, atol=1e-5)


def test_silence_and_noise_at_full_scale(small_files) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, 32_000).astype(np.float32)
    for path in small_files.values():
        for sound in (np.zeros(32_000, np.float32), noise):
            said = outputs(Model(path), sound)
            assert np.isfinite(said).all()
            assert 0 <= said[:, :52].min() <= said[:, :52].max() <= 1


@pytest.mark.parametrize("precision", PRECISIONS)
def test_older_operators(large_file, small_files, tmp_path, precision: str) -> None:
    path = tmp_path / "old.onnx"
    shrink_model(large_file, path, precision, sounds=[SOUND], opset=15)
    model = onnx.load(path)
    assert model.opset_import[0].version == 15
    held = constants(model)
    slices = [node for node in model.graph.node if node.op_type == "Slice"]
    assert all(held[node.input[4]] > 0 for node in slices if len(node.input) > 4)
    same, old = Model(small_files[precision]), Model(path)
    np.testing.assert_allclose(outputs(old, SOUND), outputs(same, SOUND), atol=1e-4)


def test_operators_that_are_too_old(large_file, tmp_path) -> None:
    for opset in (13, 99):
        with pytest.raises(VoxfaceError, match="opset 15 to 17"):
            shrink_model(large_file, tmp_path / "a.onnx", "float16", opset=opset)
    model = onnx.load(large_file)
    node = onnx.helper.make_node("LayerNormalization", ["speech", "x"], ["other"])
    model.graph.node.append(node)
    onnx.save(model, tmp_path / "new.onnx")
    with pytest.raises(VoxfaceError, match=r"opset 15 lacks .*LayerNormalization"):
        shrink_model(tmp_path / "new.onnx", tmp_path / "a.onnx", "float16", opset=15)
    assert not (tmp_path / "a.onnx").exists()


def test_bad_input(large_file, tmp_path) -> None:
    def refused(match: str, source: Path, precision: str = "float16", **more: object) -> None:
        with pytest.raises(VoxfaceError, match=match) as raised:
            shrink_model(source, tmp_path / "out.onnx", precision, **more)
        assert "\n" not in str(raised.value)
        assert not (tmp_path / "out.onnx").exists()

    refused("cannot read the model", tmp_path / "none.onnx")
    (tmp_path / "junk.onnx").write_bytes(b"junk")
    refused("junk.onnx", tmp_path / "junk.onnx")
    plain = onnx.load(large_file)
    del plain.metadata_props[:]
    onnx.save(plain, tmp_path / "plain.onnx")
    refused("is not a voxface model", tmp_path / "plain.onnx")
    refused("unknown precision 'int4'", large_file, "int4")
    refused("at least a second of real speech", large_file, "int8-static")
    refused("at least a second", large_file, "int8-static", sounds=[SOUND[:100]])
    shrink_model(large_file, tmp_path / "half.onnx", "float16")
    refused("already of precision float16", tmp_path / "half.onnx", "int8")
    with pytest.raises(VoxfaceError, match="cannot write"):
        shrink_model(large_file, tmp_path / "no" / "a.onnx", "float16")


def test_a_model_without_matrices(tmp_path) -> None:
    tiny = write_tiny_model(tmp_path / "tiny.onnx")
    with pytest.raises(VoxfaceError, match="no matrix products"):
        shrink_model(tiny, tmp_path / "a.onnx", "int8")
    shrink_model(tiny, tmp_path / "half.onnx", "float16")
    np.testing.assert_allclose(
        outputs(Model(tmp_path / "half.onnx"), SOUND), outputs(Model(tiny), SOUND), atol=1e-3
    )


def test_losses_are_what_was_planted(large_file, tmp_path) -> None:
    """A bias of 1 rad / 4 on one pose number is found there and nowhere else."""
    model = onnx.load(large_file)
    for node in model.graph.node:
        for place, name in enumerate(node.output):
            if name == "frames":
                node.output[place] = "true_frames"
    bias = np.zeros(58, np.float32)
    bias[55] = 0.25
    model.graph.initializer.append(onnx.numpy_helper.from_array(bias, "bias"))
    model.graph.node.append(onnx.helper.make_node("Add", ["true_frames", "bias"], ["frames"]))
    onnx.save(model, tmp_path / "biased.onnx")
    worst, *others = channel_losses(Model(large_file), Model(tmp_path / "biased.onnx"), [SOUND])
    assert worst.name == "rx"
    assert worst.most == pytest.approx(0.25, abs=1e-5)
    assert worst.mean == pytest.approx(0.25, abs=1e-5)
    assert worst.r == pytest.approx(1, abs=1e-6)
    assert max(loss.most for loss in others) < 1e-6


def test_models_of_other_channels_are_not_compared(large_file, tmp_path) -> None:
    model = onnx.load(large_file)
    about = json.loads(model.metadata_props[0].value)
    about["channels"][0], about["channels"][1] = about["channels"][1], about["channels"][0]
    model.metadata_props[0].value = json.dumps(about)
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(VoxfaceError, match="other channels"):
        channel_losses(Model(large_file), Model(tmp_path / "other.onnx"), [SOUND])


def test_without_a_runtime_that_folds(small_files, large_file) -> None:
    """Runtimes that fold nothing at load get the same numbers."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    pcm = SOUND[None, : 160 * 50]
    for path in small_files.values():
        session = onnxruntime.InferenceSession(str(path), options)
        state = np.zeros((1, Model(path).description.state_size), np.float32)
        frames = session.run(["frames"], {"pcm": pcm, "state": state})[0]
        model = Model(path)
        np.testing.assert_allclose(frames[0], model.run(pcm[0], state)[0], atol=2e-3)


def test_writing_is_whole_or_not_at_all(tmp_path, large_file, monkeypatch) -> None:
    from voxface.training.shrink import onnx_file  # noqa: PLC0415

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(onnx_file.onnx.checker, "check_model", fail)
    with pytest.raises(KeyboardInterrupt):
        shrink_model(large_file, tmp_path / "a.onnx", "float16")
    assert not list(tmp_path.iterdir())
