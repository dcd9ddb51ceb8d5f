"""The whole evaluation of methods on made-up people."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rich.console import Console

from fabricated import tiny_recipe, write_captured_corpus
from voxface.corpus.prepare import prepare_captured
from voxface.errors import VoxfaceError
from voxface.evaluation.figures import FIGURES
from voxface.evaluation.methods import load_methods
from voxface.evaluation.report import evaluate, together
from voxface.evaluation.tables import tables
from voxface.training.export import export_trained
from voxface.training.recipe import recipe_from_dict
from voxface.training.train import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Return a folder with a run and a model file that heard Anna alone, and examples of three."""
    folder = write_captured_corpus(tmp_path_factory.mktemp("people"), 5, ("anna", "ben", "eve"))
    examples = folder / "examples"
    prepare_captured("grid", folder / "captures", folder / "corpora" / "grid", examples)
    data = {"sets": {"grid": 1.0}, "hold_out_speakers": ["ben", "eve"]}
    trained = train(recipe_from_dict(tiny_recipe(data=data)), examples, folder / "run", threads=1)
    export_trained(trained, folder / "model.onnx", version="1", licence="none")
    return folder, examples


@pytest.fixture(scope="module")
def report(people):
    folder, examples = people
    told = []
    methods = load_methods(
        [str(folder / "run"), str(folder / "model.onnx"), "still"], examples=examples
    )
    found = evaluate(methods, examples, tell=lambda done, total: told.append((done, total)))
    return found, told


def test_only_what_was_not_heard_is_scored(report) -> None:
    found, told = report
    assert list(found["groups"]) == [
        "GRID ben, never heard", "GRID eve, never heard", "GRID 2 speakers, never heard",
    ]  # fmt: skip
    assert {about["protocol"] for about in found["groups"].values()} == {"cross-speaker"}
    assert told == [(n, 30) for n in range(1, 31)]
    assert len(found["rows"]) == 30


def test_every_figure_has_its_interval_and_what_is_missing_is_counted(report) -> None:
    found, _ = report
    row = found["figures"]["run"]["GRID ben, never heard"]
    assert set(row) == {figure.key for figure in FIGURES}
    for figure in ("jaw_r", "mouth_error", "dtw_cost", "lve_root", "closure_recall"):
        cell = row[figure]
        assert cell["low"] <= cell["mean"] <= cell["high"]
        assert (cell["takes"], cell["missing"]) == (5, 0)
    still = found["figures"]["still"]["GRID ben, never heard"]
    assert (still["lag"]["mean"], still["lag"]["takes"], still["lag"]["missing"]) == (None, 0, 5)


def test_several_speakers_are_told_by_the_mean_of_their_means(report) -> None:
    found, _ = report
    told = found["figures"]["run"]
    means = [told[f"GRID {who}, never heard"]["jaw_r"]["mean"] for who in ("ben", "eve")]
    pooled = told["GRID 2 speakers, never heard"]["jaw_r"]
    assert pooled["mean"] == pytest.approx(np.mean(means), rel=1e-4)
    assert found["groups"]["GRID 2 speakers, never heard"]["mean_of"] == "speakers"


def test_rows_give_the_means_again(report) -> None:
    found, _ = report
    rows = [
        row["figures"]["jaw_r"]
        for row in found["rows"]
        if (row["method"], row["group"]) == ("run", "GRID ben, never heard")
    ]
    assert np.mean(rows) == pytest.approx(
        found["figures"]["run"]["GRID ben, never heard"]["jaw_r"]["mean"], rel=1e-4
    )


def test_a_run_and_its_model_file_agree(report) -> None:
    found, _ = report
    run, file = (
        found["figures"][name]["GRID ben, never heard"]["jaw_r"]["mean"]
        for name in ("run", "model")
    )
    assert run == pytest.approx(file, abs=0.02)
    assert found["methods"]["model"]["kind"] == "model file"
    assert len(found["methods"]["model"]["weights_sha256"]) == 64
    assert found["methods"]["still"]["kind"] == "rule"


def test_parts_and_differences(report) -> None:
    found, _ = report
    group = "GRID ben, never heard"
    assert found["channels"]["run"][group]["jawOpen"]["error"]["takes"] == 5
    assert "tongueOut" not in found["channels"]["run"][group]
    assert "tongueOut" in found["groups"][group]["channels_never_tracked"]
    assert {"jaw", "mouth", "head turn"} <= set(found["regions"]["run"][group])
    assert set(found["phones"]["run"][group]) == {"p b m", "open vowels", "silence"}
    # Two speakers are too few to test; five takes of one are not.
    assert {test["group"] for test in found["tests"]} == {group, "GRID eve, never heard"}
    for test in found["tests"]:
        assert test["wilcoxon_holm"] is None or test["wilcoxon_holm"] >= test["wilcoxon"]


def test_quiet_sounds(report) -> None:
    found, _ = report
    quiet = found["without_speech"]
    assert (set(quiet["model"]), set(quiet["run"]), quiet["still"]) == (
        {"gated", "not gated"}, {"not gated"}, {},
    )  # fmt: skip
    for moved in quiet["model"]["gated"].values():
        assert 0 <= moved < 0.05


def test_json_holds_no_nan(report) -> None:
    found, _ = report
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_everything_marks_what_was_heard(people) -> None:
    folder, examples = people
    found = evaluate(
        load_methods([str(folder / "run")], examples=examples), examples, everything=True
    )
    assert found["groups"]["GRID anna, HEARD"]["protocol"] == "training takes"
    assert found["tests"] == []


def test_tables(report) -> None:
    found, _ = report
    console = Console(width=220)
    with console.capture() as printed:
        for table in tables(found, ("channel", "region", "speaker", "phone")):
            console.print(table)
    text = printed.get()
    for part in (
        "GRID ben, never heard (cross-speaker)", "means of speakers", "by channel", "p b m",
        "digital silence", "tests, corrected", "–", "channels never tracked",
    ):  # fmt: skip
        assert part in text, part
    assert "nan" not in text.lower()
    with pytest.raises(VoxfaceError, match="did you mean 'phone'"):
        tables(found, ["phones"])


def test_a_run_that_heard_everybody(people, tmp_path) -> None:
    _, examples = people
    train(recipe_from_dict(tiny_recipe()), examples, tmp_path / "run", threads=1)
    methods = load_methods([str(tmp_path / "run")], examples=examples)
    with pytest.raises(VoxfaceError, match="--everything"):
        evaluate(methods, examples)


def test_strangers_of_one_corpus_are_told_together_and_nothing_else_is() -> None:
    groups = dict.fromkeys(
        ["GRID s1, takes not heard", "GRID s1, words not heard", "GRID s4, never heard",
         "GRID s5, never heard", "FACEGOOD x, never heard"], ()
    )  # fmt: skip
    assert together(groups) == {
        "GRID 2 speakers, never heard": ["GRID s4, never heard", "GRID s5, never heard"]
    }
