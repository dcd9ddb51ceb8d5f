"""The published sizes, and baselines of as many parameters, as the recipes have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from voxface.models import FaceNet, build_net
from voxface.models.facts import facts
from voxface.training.recipe import load_recipe

FOLDER = Path(__file__).parents[2] / "recipes" / "family"
HEADS = 52 + 6 + 1 + 27
FULL = (1, 2, 4, 8, 16, 32, 64, 128, 128, 128)


def net_of(name: str) -> FaceNet:
    return build_net(load_recipe(FOLDER / f"{name}.yaml").model)


def parameters(name: str) -> int:
    return sum(parameter.numel() for parameter in net_of(name).parameters())


def test_proof_of_concept() -> None:
    net = net_of("proof_of_concept")
    config = net.config
    assert (config.channels, config.dilations, config.kernel) == (128, (1, 2, 4, 8), 3)
    assert config.centred
    assert not config.separable
    # All that it sees ahead comes from its kernels: 1 + 2 + 4 + 8 frames.
    assert net.look_ahead == 15
    assert parameters("proof_of_concept") == (
        128 * 81 + 4 * (128 * 128 * 3 + 2 * 128) + HEADS * 129
    )


def test_full_sizes() -> None:
    for name in ("full_dense", "full_separable", "attention"):
        config = net_of(name).config
        assert (config.channels, config.dilations) == (256, FULL)
        assert 1 + (config.kernel - 1) * sum(config.dilations) == 1023
        assert net_of(name).look_ahead == 8
    ends = 256 * 81 + HEADS * 257
    assert parameters("full_dense") == ends + 10 * (256 * 256 * 3 + 2 * 256)
    assert parameters("full_separable") == ends + 10 * (256 * 3 + 2 * 256 + 256 * 257)
    assert 1.9e6 < parameters("full_dense") < 2.2e6
    assert 0.6e6 < parameters("full_separable") < 0.9e6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "frames"), [("proof_of_concept", 31), ("full_separable", 1023), ("full_dense", 1023)]
)
def test_receptive_fields_by_gradient(name: str, frames: int) -> None:
    found = facts(net_of(name))
    assert found.receptive_field == frames
    assert found.back_ms + found.ahead_ms == 10 * (frames - 1)


def test_the_hybrid_is_the_separable_net_and_attention() -> None:
    attention = 2 * 256 + 256 * 3 * 257 + 256 * 257
    assert parameters("attention") == parameters("full_separable") + 2 * attention


@pytest.mark.parametrize("name", ["gru", "lstm", "transformer"])
def test_baselines_have_as_many_parameters(name: str) -> None:
    assert parameters(name) == pytest.approx(parameters("full_separable"), rel=0.1)
    assert net_of(name).look_ahead == 8


def test_recipes_differ_in_nothing_but_the_net_and_its_learning_rate() -> None:
    recipes = [load_recipe(path) for path in sorted(FOLDER.glob("*.yaml"))]
    assert len(recipes) == 8
    for recipe in recipes:
        assert recipe.data == recipes[0].data
        assert recipe.crops == recipes[0].crops
        assert recipe.losses == recipes[0].losses
        if recipe.model.family != "linear":  # which is fitted, not trained
            assert recipe.optimiser.steps == recipes[0].optimiser.steps
