"""Searches over ranges: they find what is better, go on, and leave a recipe that trains."""

from __future__ import annotations

import pytest
import yaml

torch = pytest.importorskip("torch", reason="training needs the extra 'train'")
optuna = pytest.importorskip("optuna", reason="searches need the extra 'tune'")

from fabricated import tiny_recipe, write_example_folder  # noqa: E402
from voxface.errors import VoxfaceError  # noqa: E402
from voxface.training import tune as tuning  # noqa: E402
from voxface.training.overrides import changed  # noqa: E402
from voxface.training.recipe import load_recipe, recipe_from_dict  # noqa: E402
from voxface.training.tune import Range, open_study, read_ranges, tune  # noqa: E402

RANGES = {
    "optimiser.learning_rate": [0.0001, 0.03, "log"],
    "model.dilations": {"choices": [[1, 2], [1, 2, 4]]},
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_example_folder(tmp_path_factory.mktemp("examples"))


def values(**changes):
    return tiny_recipe(validation={"every": 6, "hold_out_every": 2}, tune=RANGES, **changes)


def test_changes_by_dotted_names() -> None:
    found = changed(tiny_recipe(), ["optimiser.steps=300", "losses.closure = 0.5", "seed=7"])
    recipe = recipe_from_dict(found)
    assert (recipe.optimiser.steps, recipe.losses.closure, recipe.seed) == (300, 0.5, 7)
    assert recipe.optimiser.learning_rate == 0.01
    for wrong in ("steps", "=3", "a=[1"):
        with pytest.raises(VoxfaceError, match="write it as"):
            changed(tiny_recipe(), [wrong])
    with pytest.raises(VoxfaceError, match="'seed' is not a list"):
        changed(tiny_recipe(), ["seed.more=1"])


def test_ranges() -> None:
    rate, dilations = read_ranges(RANGES)
    assert rate == Range("optimiser.learning_rate", 0.0001, 0.03, log=True)
    assert dilations.value(1) == [1, 2, 4]
    study = optuna.create_study()
    for _ in range(20):
        trial = study.ask()
        assert 0.0001 <= rate.suggest(trial) <= 0.03
        assert dilations.suggest(trial) in ([1, 2], [1, 2, 4])
        assert Range("steps", 2, 5).suggest(trial) in (2, 3, 4, 5)
    for wrong in ([1], [2, 1], [0, 1, "log"], [1, 2, "lin"], {"choices": []}, 3, ["a", "b"]):
        with pytest.raises(VoxfaceError, match="the range of 'x' must be"):
            read_ranges({"x": wrong})
    with pytest.raises(VoxfaceError, match="nothing to tune"):
        read_ranges({})


def test_a_recipe_with_ranges_is_a_recipe() -> None:
    assert recipe_from_dict(values()) == recipe_from_dict(
        {name: value for name, value in values().items() if name != "tune"}
    )


def test_a_search_goes_on_and_leaves_the_best(examples, tmp_path, monkeypatch) -> None:
    """Planted figures: the learning rate's distance from 0.01; the nearest one wins."""
    trained = []

    def planted(recipe, where, folder, *, threads, callbacks):
        rate = recipe.optimiser.learning_rate
        trained.append(rate)
        if len(trained) == 3:
            raise KeyboardInterrupt
        about = {"validation": {"best": {"loss": abs(rate - 0.01)}}}
        return type("Planted", (), {"about": about})

    monkeypatch.setattr(tuning, "train", planted)
    with pytest.raises(KeyboardInterrupt):
        tune(values(), examples, tmp_path, trials=6)
    told = []
    best = tune(values(), examples, tmp_path, trials=6, tell=told.append)
    assert trained[3] == trained[2]  # what was stopped is tried again
    assert len(told) == 4
    ended = [rate for number, rate in enumerate(trained) if number != 2]
    nearest = min(ended, key=lambda rate: abs(rate - 0.01))
    assert best["optimiser"]["learning_rate"] == nearest
    assert load_recipe(tmp_path / "best.yaml") == recipe_from_dict(best)
    assert "tune" not in yaml.safe_load((tmp_path / "best.yaml").read_text())
    assert len(open_study(tmp_path, "loss").trials) == 7
    again = len(trained)
    assert tune(values(), examples, tmp_path, trials=6) == best
    assert len(trained) == again


@pytest.mark.slow
def test_trials_are_runs(examples, tmp_path) -> None:
    best = tune(values(), examples, tmp_path, trials=2, threads=1, objective="jaw_r")
    runs = sorted((tmp_path / "trials").iterdir())
    assert [run.name for run in runs] == ["0000", "0001"]
    study = open_study(tmp_path, "jaw_r")
    assert len(study.best_trial.intermediate_values) == 2
    assert best["optimiser"]["learning_rate"] == study.best_params["optimiser.learning_rate"]


def test_searches_that_cannot_begin(examples, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="unknown objective"):
        tune(values(), examples, tmp_path, trials=1, objective="beauty")
    with pytest.raises(VoxfaceError, match="nothing to tune"):
        tune(tiny_recipe(), examples, tmp_path, trials=1)
    with pytest.raises(VoxfaceError, match="did you mean 'learning_rate'"):
        wrong = values() | {"tune": {"optimiser.learning_rat": [0.1, 0.2]}}
        tune(wrong, examples, tmp_path, trials=1, threads=1)
    assert not (tmp_path / "best.yaml").exists()
