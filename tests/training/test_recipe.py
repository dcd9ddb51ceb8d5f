"""Recipes: what the repository ships loads; what does not fit is said in one line."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from fabricated import tiny_recipe
from voxface.errors import VoxfaceError
from voxface.training.recipe import Recipe, load_recipe, recipe_from_dict

RECIPES = sorted(
    path
    for path in (Path(__file__).parents[2] / "recipes").rglob("*.yaml")
    if "variants:" not in path.read_text()  # an experiment: a base recipe and changes to it
    and "mesh" not in path.parts  # those are of other nets
)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_shipped_recipes_load(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.data.sets
    assert recipe.optimiser.steps > 0
    assert recipe.model.bands == (27 if recipe.hears == "phones" else 80)
    # What a model file keeps of its recipe reads back as the same recipe.
    assert recipe_from_dict(json.loads(json.dumps(asdict(recipe)))) == recipe


def test_there_are_recipes() -> None:
    assert RECIPES


def test_plain_values() -> None:
    recipe = recipe_from_dict(
        tiny_recipe(
            crops={"tempo": [0.9, 1.1], "shares": [["grid", 1.0]]},
            stages=[{"until": 0.5, "losses": {"correlation": 0.0}}],
        )
    )
    assert recipe.model.channels == 16
    assert recipe.model.dilations == (1, 2, 4)
    assert recipe.crops.tempo == (0.9, 1.1)
    assert recipe.crops.shares == (("grid", 1.0),)
    assert recipe.stages[0].until == 0.5
    assert recipe.augmentation == Recipe().augmentation


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sed": 3}, "unknown setting of recipe 'sed'; did you mean 'seed'?"),
        ({"model": {"chanels": 8}}, "unknown setting of model 'chanels'; did you mean 'channels'?"),
        ({"crops": {"wam_up": 8}}, "unknown setting of crops 'wam_up'; did you mean 'warm_up'?"),
        (
            {"optimiser": {"learning-rate": 1}},
            "unknown setting of optimiser 'learning-rate'; did you mean 'learning_rate'?",
        ),
        ({"hears": "smells"}, "a recipe hears 'sound' or 'phones', not 'smells'"),
        ({"model": [1, 2]}, "'model' must be a list of settings, not [1, 2]"),
        ({"stages": [{"losses": {}}]}, "the settings of 'stages' do not fit"),
        ({"stages": 3}, "'stages' must be a list, not 3"),
        ({"seed": "many"}, "'seed' of recipe must be a whole number, not 'many'"),
        # YAML 1.1 reads 1e-3 as a word: a trap worth a line of its own.
        (
            {"optimiser": {"learning_rate": "1e-3"}},
            "'learning_rate' of optimiser must be a number, not '1e-3'",
        ),
        ({"optimiser": {"steps": 1.5}}, "'steps' of optimiser must be a whole number, not 1.5"),
        ({"model": {"dilations": 3}}, "'dilations' of model must be a list, not 3"),
        (
            {"model": {"dilations": [1, "x"]}},
            "'dilations' of model must be a whole number, not 'x'",
        ),
        ({"crops": {"tempo": [1]}}, "'tempo' of crops must hold 2 values, not 1"),
        ({"data": {"sets": ["grid"]}}, "'sets' of data must be a list of settings"),
        ({"data": {"hold_out_words": "now"}}, "'hold_out_words' of data must be a list, not 'now'"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(values, message) -> None:
    with pytest.raises(VoxfaceError) as raised:
        recipe_from_dict(values)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["[1, 2]", "just words", "a: [1", "", "\x00"])
def test_a_file_that_is_no_recipe(tmp_path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(VoxfaceError, match=r"bad\.yaml") as raised:
        load_recipe(path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(VoxfaceError, match=r"cannot read the recipe '.*none\.yaml'"):
        load_recipe(tmp_path / "none.yaml")


def test_unknown_names_inside_stages(tmp_path) -> None:
    """A stage's loss names are only used deep inside a run: they are checked beforehand."""
    with pytest.raises(VoxfaceError, match="did you mean 'correlation'"):
        recipe_from_dict({"stages": [{"until": 0.5, "losses": {"corelation": 0.0}}]})
