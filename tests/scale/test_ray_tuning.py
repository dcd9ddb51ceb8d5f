"""A search by Ray Tune: real trials, whose best is what the recipe left behind says."""

from __future__ import annotations

import json

import pytest
import yaml

torch = pytest.importorskip("torch", reason="training needs the extra 'train'")
ray = pytest.importorskip("ray", reason="clusters need the extra 'scale'")
pytest.importorskip("optuna", reason="searches need the extra 'tune'")

from fabricated import tiny_recipe, write_example_folder  # noqa: E402
from voxface.errors import VoxfaceError  # noqa: E402
from voxface.scale.ray_tuning import tune_with_ray  # noqa: E402
from voxface.training.recipe import load_recipe, recipe_from_dict  # noqa: E402

RATES = [1e-7, 0.01]


def values():
    return tiny_recipe(
        validation={"every": 6, "hold_out_every": 2},
        tune={"optimiser.learning_rate": {"choices": RATES}},
    )


@pytest.mark.slow
def test_trials_are_runs_and_the_best_is_left(tmp_path) -> None:
    examples = write_example_folder(tmp_path / "examples")
    told: list[str] = []
    folder = tmp_path / "search"
    best = tune_with_ray(values(), examples, folder, trials=2, threads=1, tell=told.append)
    assert load_recipe(folder / "best.yaml") == recipe_from_dict(best)
    assert "tune" not in yaml.safe_load((folder / "best.yaml").read_text())
    assert told and told[0].startswith("2 trials: loss ")
    runs = [json.loads(path.read_text()) for path in folder.glob("trials/*/model.json")]
    assert runs and {run["recipe"]["optimiser"]["learning_rate"] for run in runs} <= set(RATES)
    losses = {
        run["recipe"]["optimiser"]["learning_rate"]: run["validation"]["best"]["loss"]
        for run in runs
    }
    assert best["optimiser"]["learning_rate"] == min(losses, key=lambda rate: losses[rate])


def test_unknown_objectives_are_told_of_before_a_cluster_is_asked_for(tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="unknown objective"):
        tune_with_ray(values(), tmp_path, tmp_path / "search", trials=1, objective="beauty")
    assert not (tmp_path / "search").exists()
