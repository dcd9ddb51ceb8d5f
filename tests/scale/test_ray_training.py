"""Two workers of Ray learn what one learns, from the same batches."""

from __future__ import annotations

import csv

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'train'")
ray = pytest.importorskip("ray", reason="clusters need the extra 'scale'")

from fabricated import tiny_recipe, write_example_folder  # noqa: E402
from voxface.errors import VoxfaceError  # noqa: E402
from voxface.scale.ray_training import STATES, cluster, train_with_ray  # noqa: E402
from voxface.training.recipe import recipe_from_dict  # noqa: E402
from voxface.training.train import train  # noqa: E402
from voxface.training.workers import Workers  # noqa: E402


def recipe(**changes):
    return recipe_from_dict(
        tiny_recipe(
            model={"channels": 16, "dilations": [1, 2, 4], "look_ahead": 2, "dropout": 0.0},
            logger="csv",
            # Slow enough for Adam not to make much of how sums are rounded.
            optimiser={"steps": 12, "learning_rate": 0.001, "average": 0.9},
            **changes,
        )
    )


def curve(run, name: str = "loss") -> list[float]:
    with (run / "log" / "metrics.csv").open() as file:
        return [float(row[name]) for row in csv.DictReader(file) if row[name]]


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_example_folder(tmp_path_factory.mktemp("examples"))


@pytest.mark.slow
def test_two_workers_are_one(examples, tmp_path) -> None:
    """The same losses at every step, and the same net, for the same batch shared by two."""
    settings = recipe(validation={"every": 6, "hold_out_every": 2})
    one = train(settings, examples, tmp_path / "one", threads=1)
    with cluster(2):
        two = train_with_ray(
            settings, examples, tmp_path / "two", workers=Workers(2, accelerator="cpu")
        )
    assert len(curve(tmp_path / "one")) == 12
    assert curve(tmp_path / "two") == pytest.approx(curve(tmp_path / "one"), rel=1e-4)
    for name in ("loss/motion", "loss/correlation", "loss/articulation"):
        alone, shared = (curve(tmp_path / run, name) for run in ("one", "two"))
        assert shared == pytest.approx(alone, rel=1e-3, abs=1e-5), name
    for name, part in one.net.state_dict().items():
        torch.testing.assert_close(two.net.state_dict()[name], part, atol=1e-4, rtol=1e-3)
    assert two.about["data_sha256"] == one.about["data_sha256"]
    assert two.about["validation"]["best"]["loss"] == pytest.approx(
        one.about["validation"]["best"]["loss"], rel=1e-4
    )
    assert (tmp_path / "two" / STATES).is_dir()


def test_bad_recipes_are_told_of_before_a_cluster_is_asked_for(examples, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match=r"none\.npz") as raised:
        train_with_ray(
            recipe(data={"sets": {"none": 1.0}}), examples, tmp_path / "bad", workers=Workers(2)
        )
    assert "\n" not in str(raised.value)
    assert not ray.is_initialized()
    assert not (tmp_path / "bad").exists()
