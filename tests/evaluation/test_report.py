"""The whole evaluation of a small model file on made-up people."""

from __future__ import annotations

import numpy as np
import pytest
from rich.console import Console

from fabricated import tiny_recipe, write_captured_corpus
from voxface.corpus.prepare import prepare_captured
from voxface.errors import VoxfaceError
from voxface.evaluation.report import evaluate_model, tables
from voxface.evaluation.takes import FIGURES
from voxface.training.export import export_trained
from voxface.training.recipe import recipe_from_dict
from voxface.training.train import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Return a model file that heard Anna alone, and examples of Anna and of Ben."""
    folder = write_captured_corpus(tmp_path_factory.mktemp("people"), 5, ("anna", "ben"))
    examples = folder / "examples"
    prepare_captured("grid", folder / "captures", folder / "corpora" / "grid", examples)
    recipe = tiny_recipe(data={"sets": {"grid": 1.0}, "hold_out_speakers": ["ben"]})
    trained = train(recipe_from_dict(recipe), examples, folder / "run", threads=1)
    export_trained(trained, folder / "model.onnx", version="1", licence="none")
    return folder / "model.onnx", examples


@pytest.fixture(scope="module")
def report(people):
    told = []
    found = evaluate_model(*people, tell=lambda done, total: told.append((done, total)))
    return found, told


def test_only_what_was_not_heard_is_scored(report) -> None:
    found, told = report
    assert set(found["takes"]) == {"grid ben, speaker never heard", "all speakers never heard"}
    assert found["takes"]["grid ben, speaker never heard"]["takes"] == 5
    assert told == [(n, 10) for n in range(1, 11)]


def test_every_figure_has_its_interval(report) -> None:
    found, _ = report
    row = found["takes"]["all speakers never heard"]
    for figure in set(FIGURES) - {"lag"}:
        mean, low, high = row[figure]
        assert low <= mean <= high
        assert np.isfinite([mean, low, high]).all()


def test_lips_and_quiet_sounds(report) -> None:
    found, _ = report
    [(name, score)] = found["lips"].items()
    assert name == "grid ben, speaker never heard"
    assert score["count"] == 15
    assert 0 <= score["recall"] <= 1
    assert 0 <= score["false_share"] <= 1
    assert found["closure_threshold"] > 0
    quiet = found["without_speech"]
    assert set(quiet) == {"gated", "not gated"}
    assert set(quiet["gated"]) == set(quiet["not gated"])
    for moved in (*quiet["gated"].values(), *quiet["not gated"].values()):
        assert 0 <= moved < 0.05
    assert found["model"]["name"] == "tiny"
    assert len(found["model"]["weights_sha256"]) == 64


def test_everything_marks_what_was_heard(people) -> None:
    found = evaluate_model(*people, everything=True)
    assert "grid anna, HEARD" in found["takes"]
    assert found["takes"]["grid anna, HEARD"]["takes"] == 5
    assert found["takes"]["all speakers never heard"]["takes"] == 5


def test_tables(report) -> None:
    found, _ = report
    console = Console(width=220)
    with console.capture() as printed:
        for table in tables(found):
            console.print(table)
    text = printed.get()
    for part in ("tiny 1: captured takes", "speaker never heard", "p/b/m", "digital silence"):
        assert part in text
    assert "nan" not in text.lower()


def test_a_model_that_heard_everybody(people, tmp_path) -> None:
    _, examples = people
    recipe = recipe_from_dict(tiny_recipe())
    export_trained(
        train(recipe, examples, tmp_path / "run", threads=1),
        tmp_path / "all.onnx",
        version="1",
        licence="none",
    )
    with pytest.raises(VoxfaceError, match="--everything"):
        evaluate_model(tmp_path / "all.onnx", examples)


def test_no_examples(people, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="holds no captured take"):
        evaluate_model(people[0], tmp_path)
