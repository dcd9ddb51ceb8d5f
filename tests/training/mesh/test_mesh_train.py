"""Runs of mesh recipes: what is kept, stopped and resumed, and what bad recipes are told."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'train'")

import lightning  # noqa: E402

from planted_talk import VERTICES, planted_set  # noqa: E402
from voxface.corpus.mesh_examples import MeshSet, load_mesh_set, save_mesh_set  # noqa: E402
from voxface.corpus.multiface_cut import cut_settings  # noqa: E402
from voxface.engine import MeshOptions  # noqa: E402
from voxface.errors import VoxfaceError  # noqa: E402
from voxface.evaluation.mesh_experiment import load_mesh_experiment  # noqa: E402
from voxface.evaluation.mesh_runs import MeshRun  # noqa: E402
from voxface.training.mesh import train as training  # noqa: E402
from voxface.training.mesh.data import Heard, MeshCropConfig, MeshCrops, whole_take  # noqa: E402
from voxface.training.mesh.recipe import load_mesh_recipe, mesh_recipe_from_dict  # noqa: E402
from voxface.training.mesh.split import MeshData, mesh_data, split_meshes  # noqa: E402
from voxface.training.mesh.train import SNAPSHOTS, train_mesh  # noqa: E402
from voxface.training.overrides import read_values  # noqa: E402


@pytest.fixture(scope="module")
def meshes(tmp_path_factory):
    path = tmp_path_factory.mktemp("meshes") / "planted.npz"
    save_mesh_set(path, planted_set(takes=10, seconds=3.0))
    return path


def recipe(meshes, family="animote", **changes):
    sizes = {
        "animote": {"width": 16, "heads": 2, "layers": 1, "window": 8, "decoder_width": 16},
        "meshtalk": {"width": 16, "heads": 2, "classes": 4},
    }[family]
    values = {
        "name": family,
        "logger": "none",
        "model": {"family": family, "components": 4, "look_ahead": 1} | sizes,
        "data": {"sets": [str(meshes)], "hold_out_every": 4, "validate_every": 3},
        "crops": {"seconds": 1.0, "batch": 4},
        "optimiser": {"steps": 12, "learning_rate": 0.003, "average": 0.9},
        "validation": {"every": 6, "takes": 2},
    }
    if family == "meshtalk":
        values["prior"] = {"optimiser": {"steps": 8, "average": 0.9}}
        values["drawn"] = {"optimiser": {"steps": 6, "average": 0.9}}
    return mesh_recipe_from_dict(values | changes)


@pytest.mark.parametrize("family", ["animote", "meshtalk"])
def test_a_run_keeps_all_that_it_depended_on(meshes, tmp_path, family) -> None:
    train_mesh(recipe(meshes, family), tmp_path / "run", threads=1)
    about = json.loads((tmp_path / "run" / "model.json").read_text())
    assert about["recipe"]["data"]["hold_out_every"] == 4
    assert list(about["data_sha256"]) == [str(meshes)]
    assert about["model"]["vertices"] == VERTICES and about["facts"]["speakers"] == ["s0", "s1"]
    assert not list((tmp_path / "run").glob("*.ckpt")) + list((tmp_path / "run").glob("*.done.*"))
    lessons = {"animote": {"mesh"}, "meshtalk": {"latents", "prior", "drawn"}}[family]
    assert set(about["validation"]) == lessons
    assert all(found["looks"][-1]["step"] in (12, 8, 6) for found in about["validation"].values())
    assert (tmp_path / "run" / SNAPSHOTS).is_file() == (family == "animote")
    take = load_mesh_set(meshes).examples[0]
    told = MeshRun.load(tmp_path / "run", MeshOptions()).predict(take)
    assert told.shape == take.offsets.shape and np.isfinite(told).all()


class Killed(lightning.Callback):
    """Dies in the middle of a run, as a process that is killed."""

    def on_train_batch_end(self, trainer, module, *rest) -> None:
        if trainer.global_step == 7:
            raise RuntimeError("killed")


@pytest.mark.slow
def test_a_killed_run_resumes_on_the_same_curve(meshes, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("voxface.training.fit.KEEP_EVERY", 3)
    whole = train_mesh(recipe(meshes), tmp_path / "whole", threads=1)
    run = training.run

    def dying(module, crops, state, steps, paced, workers, callbacks, logger):
        parts = [*callbacks, Killed()]
        return run(module, crops, state, steps, paced, workers, parts, logger)

    monkeypatch.setattr(training, "run", dying)
    with pytest.raises(RuntimeError, match="killed"):
        train_mesh(recipe(meshes), tmp_path / "cut", threads=1)
    assert not (tmp_path / "cut" / "model.safetensors").exists()
    monkeypatch.setattr(training, "run", run)
    resumed = train_mesh(recipe(meshes), tmp_path / "cut", threads=1)
    for name, value in whole.net.state_dict().items():
        other = resumed.net.state_dict()[name]
        assert torch.allclose(other, value, atol=1e-6), name


@pytest.mark.slow
def test_a_run_that_stopped_between_lessons_does_not_repeat_the_first(
    meshes, tmp_path, monkeypatch
) -> None:
    run, taught = training.run, []

    def counting(module, *rest):
        taught.append(type(module).__name__)
        if len(taught) == 2:
            raise KeyboardInterrupt
        return run(module, *rest)

    monkeypatch.setattr(training, "run", counting)
    with pytest.raises(KeyboardInterrupt):
        train_mesh(recipe(meshes, "meshtalk"), tmp_path / "run", threads=1)
    train_mesh(recipe(meshes, "meshtalk"), tmp_path / "run", threads=1)
    assert taught == ["LatentSpace", "LatentPrior", "LatentPrior", "DrawnFaces"]


def test_splits_share_no_take_and_leave_speakers_out(meshes) -> None:
    held = load_mesh_set(meshes)
    split = split_meshes(
        held.examples, MeshData(hold_out_speakers=("s1",), hold_out_every=3, validate_every=4)
    )
    parts = [split.heard, split.watched, split.test, split.strangers]
    names = [take.name for part in parts for take in part]
    assert sorted(names) == sorted(take.name for take in held.examples)
    assert len(set(names)) == len(names) and split.test and split.watched
    assert {take.speaker for take in split.strangers} == {"s1"}
    with pytest.raises(VoxfaceError, match="'s9'"):
        split_meshes(held.examples, MeshData(hold_out_speakers=("s9",)))


def test_chunks_of_a_take_stay_on_one_side(meshes) -> None:
    takes = [
        replace(take, name=f"{take.name}#{number}")
        for take in load_mesh_set(meshes).examples
        for number in range(5)
    ]
    split = split_meshes(takes, MeshData(hold_out_every=3, validate_every=4))
    sides = [
        {take.name.split("#")[0] for take in part}
        for part in (split.heard, split.watched, split.test)
    ]
    assert all(sides) and not (sides[0] & sides[1] | sides[0] & sides[2] | sides[1] & sides[2])


def test_batches_come_again_and_padding_is_not_seen(meshes) -> None:
    takes = [Heard.of(take, 25) for take in load_mesh_set(meshes).examples]
    crops = MeshCrops(takes, MeshCropConfig(seconds=4.0, batch=3), seed=5)
    first, again = crops.batch(7), crops.batch(7)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert first.offsets.shape == (3, 100, VERTICES, 3) and first.features.shape[1] == 400
    assert first.seen[:, :75].all() and not first.seen[:, 75:].any()


def test_features_come_one_frame_late(meshes) -> None:
    take = load_mesh_set(meshes).examples[0]
    batch = whole_take(Heard.of(take, 50), after=2)
    assert batch.features.shape[1] == 2 * batch.offsets.shape[1]
    mel = torch.from_numpy(take.features.astype(np.float32))
    assert torch.equal(batch.features[0, 1:200], mel[:199])
    assert not batch.seen[0, -2:].any()


SHIPPED = Path(__file__).parents[3] / "recipes" / "mesh"


def test_shipped_recipes_and_experiments_load() -> None:
    for path in SHIPPED.glob("*.yaml"):
        if path.stem == "multiface_4gb":
            assert cut_settings(read_values(path)).most_gigabytes == 4
            continue
        held = load_mesh_recipe(path)
        assert held.optimiser.steps > 0 and held.data.sets
        # What a model file keeps of its recipe says which takes it heard.
        kept = json.loads(json.dumps(asdict(held)))
        assert mesh_data(kept["data"]) == held.data
    plans = [path for path in SHIPPED.glob("experiments/*.yaml") if path.stem != "base"]
    assert plans
    for path in plans:
        variants = load_mesh_experiment(path).recipes
        assert "base" in variants and len(variants) > 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": {"family": "animot"}}, "did you mean 'animote'"),
        ({"model": {"family": "animote", "widht": 3}}, "did you mean 'width'"),
        ({"model": {"family": "animote", "rate": 30}}, "not 30"),
        ({"losses": {"postion": 1.0}}, "did you mean 'position'"),
        ({"data": {"sets": ["none.npz"]}}, "voxface mesh prepare"),
        ({"model": {"family": "animote", "vertices": 9}}, "moves 9 vertices"),
        ({"data": {"hold_out_every": 1}}, "2 or more"),
    ],
)
def test_bad_recipes_are_told_in_one_line(meshes, tmp_path, changes, told) -> None:
    with pytest.raises(VoxfaceError, match=told) as raised:
        train_mesh(recipe(meshes, **changes), tmp_path / "run", threads=1)
    assert "\n" not in str(raised.value)


def test_sets_of_two_topologies_are_refused(meshes, tmp_path) -> None:
    held = planted_set(takes=2, seconds=2.0)
    other = MeshSet(replace(held.topology, name="other"), held.examples)
    save_mesh_set(tmp_path / "other.npz", other)
    data = {"sets": [str(meshes), str(tmp_path / "other.npz")]}
    with pytest.raises(VoxfaceError, match="other"):
        train_mesh(recipe(meshes, data=data), tmp_path / "run", threads=1)


def test_labelled_takes_are_lent_an_upper_face() -> None:
    held = planted_set(takes=4)
    examples = [
        replace(take, about={"teacher": "a model"}, corpus="voices") if number else take
        for number, take in enumerate(held.examples)
    ]
    lender = examples[0].offsets[:, 12:].astype(np.float32)
    upper, takes = held.topology.region("upper"), [Heard.of(take, 25) for take in examples]
    config = MeshCropConfig(seconds=2.0, batch=6, by_corpus=1.0, lent_upper=1.0)
    lent = MeshCrops(takes, config, seed=3, upper=upper).batch(0).offsets.numpy()
    own = MeshCrops(takes, replace(config, lent_upper=0.0), seed=3, upper=upper).batch(0)
    windows = np.lib.stride_tricks.sliding_window_view(lender, 50, axis=0).transpose(0, 3, 1, 2)
    for crop in lent:
        assert np.abs(windows - crop[:, 12:]).max(axis=(1, 2, 3)).min() < 1e-6
    assert np.abs(lent[0, :, :12] - own.offsets[0, :, :12].numpy()).max() < 1e-6  # mouths stay
