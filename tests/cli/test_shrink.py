"""The verb: a smaller file, what each channel loses, and one line for what does not fit."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")

from fabricated import (
    bursts,
    learnable,
    make_canonical,
    tiny_recipe,
    write_recording,
)
from voxface.corpus.examples import save_examples
from voxface.corpus.labels import save_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.engine import Model, animate
from voxface.training.checkpoint import load_trained, save_trained

sys.path.insert(0, str(Path(__file__).parents[1] / "training" / "shrink"))
from shrink_nets import ABOUT, planted_run, write_planted_model


@pytest.fixture(scope="module")
def work(tmp_path_factory) -> Path:
    """Return a folder with a run, a model, a recording and examples."""
    folder = tmp_path_factory.mktemp("work")
    sound = write_recording(folder / "a.wav", bursts())
    rng = np.random.default_rng(0)
    (folder / "examples").mkdir()
    takes = [learnable(rng, name=f"take{n}", recording=str(sound)) for n in range(6)]
    save_canonical(folder / "examples" / CANONICAL, make_canonical())
    save_examples(folder / "examples" / "grid.npz", takes)
    run = planted_run()
    about = ABOUT | {"recipe": ABOUT["recipe"] | tiny_recipe()}
    save_trained(folder / "run", type(run)(run.net, run.canonical, about))
    write_planted_model(folder / "model.onnx")
    return folder


@pytest.mark.parametrize("to", ["float16", "int8-weights", "int8", "int8-static"])
def test_a_model_file(voxface, work, tmp_path, to: str) -> None:
    small = tmp_path / "small.onnx"
    code, out, err = voxface(
        "shrink", work / "model.onnx", "-o", small, "--to", to, "--sound", work / "a.wav"
    )
    assert (code, err) == (0, "")
    assert "jawOpen" in out
    assert "channels do not move" in out
    assert f"{to}, " in out
    assert len(animate(work / "a.wav", model=Model(small))) == 180


def test_a_run_is_pruned_trained_on_and_quantised(voxface, work, tmp_path) -> None:
    small = tmp_path / "small.onnx"
    code, out, err = voxface(
        "shrink", work / "run", "-o", small, "--to", "int8-weights", "--prune", 0.5,
        "--narrow", 0.25, "--fine-tune", 3, "--examples", work / "examples",
    )  # fmt: skip
    assert code == 0, err
    assert "worst channels first" in out
    less = load_trained(tmp_path / "small_run")
    assert less.net.config.channels == 12  # type: ignore[attr-defined]
    assert less.about["pruned"]["prune"] == 0.5
    assert less.about["recipe"]["optimiser"]["steps"] == 3
    assert len(animate(work / "a.wav", model=Model(small))) == 180


def test_a_smaller_run(voxface, work, tmp_path) -> None:
    run = tmp_path / "pruned"
    code, out, err = voxface(
        "shrink", work / "run", "-o", run, "--prune", 0, "--examples", work / "examples"
    )
    assert code == 0, err
    assert "voxface export" in out
    kept = load_trained(run).net.config.to_dict()["kept"]
    assert sum(map(len, kept)) < 48
    code, _, err = voxface("export", run, "-o", tmp_path / "a.onnx")
    assert (code, err) == (0, "")


def test_units_are_shown(voxface, work) -> None:
    code, out, err = voxface("shrink", work / "run", "--examples", work / "examples")
    assert (code, err) == (0, "")
    assert "never fire" in out


def test_what_is_not_measured_is_said(voxface, work, tmp_path) -> None:
    code, out, _ = voxface("shrink", work / "model.onnx", "-o", tmp_path / "a.onnx", "--to", "int8")
    assert code == 0
    assert "was not measured" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.onnx", "-o", "a.onnx", "--to", "int8"], "there is no run and no model"),
        (["model.onnx", "-o", "a.onnx"], "say how to shrink"),
        (["model.onnx"], "say where to write"),
        (["model.onnx", "--examples", "examples"], "holds no trained model"),
        (["model.onnx", "-o", "a.onnx", "--to", "int4"], "unknown precision"),
        (["model.onnx", "-o", "a.onnx", "--prune", "0.5"], "taken out of a run"),
        (["run", "-o", "a.onnx", "--prune", "0.5"], "give --examples"),
        (["run", "-o", "a.onnx", "--prune", "2", "--examples", "examples"], "between 0 and 1"),
        (["run", "-o", "a.onnx", "--prune", "0.5", "--examples", "none"], "no captured takes"),
        (["run", "-o", "a.onnx", "--to", "int8", "--fine-tune", "3"], "follows pruning"),
        (["run", "-o", "a", "--to", "int8"], "must end in .onnx"),
        (["model.onnx", "-o", "a.onnx", "--to", "int8-static"], "real speech"),
        (["model.onnx", "-o", "no/a.onnx", "--to", "int8"], "cannot write"),
        (["model.onnx", "-o", "a.onnx", "--to", "int8", "--opset", "9"], "opset 15 to 17"),
        (["model.onnx", "-o", "a.onnx", "--to", "int8", "--sound", "model.onnx"], "model.onnx"),
    ],
)
def test_what_does_not_fit(voxface, work, monkeypatch, words, message: str) -> None:
    monkeypatch.chdir(work)
    code, _, err = voxface("shrink", *words)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not Path("a.onnx").exists()
