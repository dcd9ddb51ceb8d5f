"""Training runs: they learn what is there, leave what is promised, and resume on the same curve."""

from __future__ import annotations

import json
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from fabricated import (
    JAW,
    PUCKER,
    learnable,
    make_canonical,
    make_example,
    tiny_recipe,
    write_example_folder,
)
from voxface.corpus.examples import load_examples, save_examples
from voxface.corpus.labels import save_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import amplitude_ratio, lag, pearson
from voxface.phones.times import TimedPhone
from voxface.training import fit as fitting
from voxface.training.checkpoint import load_trained, save_trained
from voxface.training.label import label, predict_motion
from voxface.training.module import FaceModule
from voxface.training.recipe import recipe_from_dict
from voxface.training.train import LAST, train


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_example_folder(tmp_path_factory.mktemp("examples"))


def weights(trained) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trained.net.state_dict().items()}


def assert_same(one, two, tolerance: float = 0.0) -> None:
    first, second = weights(one), weights(two)
    assert set(first) == set(second)
    for name, tensor in first.items():
        torch.testing.assert_close(tensor, second[name], atol=tolerance, rtol=0, msg=name)


@pytest.fixture(scope="module")
def run(examples, tmp_path_factory):
    """Return a short run and its folder."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    return train(recipe_from_dict(tiny_recipe()), examples, folder, threads=1), folder


def test_a_run_leaves_what_it_promises(run, examples) -> None:
    _, folder = run
    names = {item.name for item in folder.iterdir()}
    assert {"model.safetensors", "model.json", "log"} <= names
    assert LAST not in names
    assert not [name for name in names if name.startswith(".")]
    about = json.loads((folder / "model.json").read_text())
    assert recipe_from_dict(about["recipe"]) == recipe_from_dict(tiny_recipe())
    assert list(about["data_sha256"]) == ["grid.npz"]
    assert len(about["data_sha256"]["grid.npz"]) == 64
    assert about["git_commit"]
    assert about["torch"] == torch.__version__
    assert about["model"]["channels"] == 16
    assert list((folder / "log").glob("events*"))


@pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="no profiling signal on this system")
def test_a_run_leaves_no_profiling_signal_that_kills(run) -> None:
    """Lightning puts handlers back; MediaPipe's timer must not then end the process."""
    assert signal.getsignal(signal.SIGPROF) is not signal.SIG_DFL
    signal.raise_signal(signal.SIGPROF)


def test_a_run_reads_back_as_the_same_model(run, examples) -> None:
    trained, folder = run
    found = load_trained(folder)
    assert_same(trained, found)
    assert found.hears == "sound"
    assert found.net.config == trained.net.config
    np.testing.assert_array_equal(found.canonical.centre, trained.canonical.centre)
    example = load_examples(examples / "grid.npz")[0]
    np.testing.assert_array_equal(predict_motion(found, example), predict_motion(trained, example))
    assert not found.net.training


def test_the_same_recipe_gives_the_same_net(run, examples, tmp_path) -> None:
    again = train(recipe_from_dict(tiny_recipe()), examples, tmp_path / "again", threads=1)
    assert_same(run[0], again)
    other = train(recipe_from_dict(tiny_recipe(seed=4)), examples, tmp_path / "other", threads=1)
    assert any(
        not torch.equal(tensor, weights(other)[name]) for name, tensor in weights(again).items()
    )


class KilledError(Exception):
    pass


def stop_at(step: int, error: type[BaseException], monkeypatch) -> None:
    """Let a run die in its step of this number."""
    whole = FaceModule.training_step

    def step_or_die(self, batch, index):
        if self.global_step == step:
            raise error
        return whole(self, batch, index)

    monkeypatch.setattr(FaceModule, "training_step", step_or_die)


@pytest.mark.parametrize("average", [0.0, 0.9])
@pytest.mark.parametrize("stopped", [6, 8])
def test_an_interrupted_run_resumes_on_the_same_curve(
    examples, tmp_path, monkeypatch, average: float, stopped: int
) -> None:
    monkeypatch.setattr(fitting, "KEEP_EVERY", 3)
    values = tiny_recipe()
    values["optimiser"] = values["optimiser"] | {"average": average}
    recipe = recipe_from_dict(values)
    whole = train(recipe, examples, tmp_path / "whole", threads=1)
    with monkeypatch.context() as patch:
        stop_at(stopped, KilledError, patch)
        with pytest.raises(KilledError):
            train(recipe, examples, tmp_path / "parts", threads=1)
    assert (tmp_path / "parts" / LAST).is_file()
    assert not (tmp_path / "parts" / "model.json").exists()
    torch.manual_seed(1234)
    resumed = train(recipe, examples, tmp_path / "parts", threads=1)
    assert_same(whole, resumed, 1e-6)
    assert not (tmp_path / "parts" / LAST).exists()


def test_an_interruption_from_the_keyboard_reaches_the_caller(
    examples, tmp_path, monkeypatch
) -> None:
    before = signal.getsignal(signal.SIGINT)
    stop_at(4, KeyboardInterrupt, monkeypatch)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(recipe_from_dict(tiny_recipe()), examples, tmp_path / "run", threads=1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not (tmp_path / "run" / "model.json").exists()


@pytest.mark.slow
def test_it_learns_what_is_there(examples, tmp_path) -> None:
    """The jaw follows the low bands and the lips the high ones: heard, in time, at full size."""
    values = tiny_recipe(
        crops={"frames": 96, "warm_up": 16, "batch": 8, "tempo": [0.9, 1.1], "noise_only": 0.0},
        augmentation={
            "warp": 0.0, "equalisation": 0.0, "tilt": 0.0, "gain": [0.0, 0.0], "noise": 0.0,
            "reverberation": 0.0, "band_limit": 0.0, "codec": 0.0, "mask": 0.0,
        },
        optimiser={"steps": 150, "learning_rate": 0.02, "average": 0.9},
    )  # fmt: skip
    trained = train(recipe_from_dict(values), examples, tmp_path / "run", threads=1)
    heard = learnable(np.random.default_rng(99), 600)
    said, true = predict_motion(trained, heard)[30:-30], heard.motion.astype(float)[30:-30]
    for column in (JAW, PUCKER):
        assert float(pearson(said[:, column], true[:, column])) > 0.9
        assert 0.7 < float(amplitude_ratio(said[:, column], true[:, column])) < 1.3
        assert lag(said[:, column], true[:, column], 100) == 0
    still = np.delete(said, (JAW, PUCKER), axis=1)
    assert still.std(0).max() < 0.3


def test_the_loss_falls(examples, tmp_path, monkeypatch) -> None:
    losses = []
    whole = FaceModule.training_step

    def noted(self, batch, index):
        loss = whole(self, batch, index)
        losses.append(float(loss.detach()))
        return loss

    monkeypatch.setattr(FaceModule, "training_step", noted)
    values = tiny_recipe(optimiser={"steps": 60, "learning_rate": 0.02, "average": 0.0})
    train(recipe_from_dict(values), examples, tmp_path / "run", threads=1)
    assert len(losses) == 60
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])


def test_stages_change_the_losses(examples, tmp_path, monkeypatch) -> None:
    seen = []
    whole = FaceModule.loss_weights

    def noted(self):
        found = whole(self)
        seen.append(found.correlation)
        return found

    monkeypatch.setattr(FaceModule, "loss_weights", noted)
    values = tiny_recipe(
        stages=[
            {"until": 0.75, "losses": {"correlation": 0.1}},
            {"until": 0.25, "losses": {"correlation": 0.0}},
        ],
        losses={"correlation": 0.5},
    )
    train(recipe_from_dict(values), examples, tmp_path / "run", threads=1)
    assert seen == [0.0] * 3 + [0.1] * 6 + [0.5] * 3


def phone_examples(folder):
    """Write examples whose lips are shut on "m" and open on "ɑ"."""
    rng = np.random.default_rng(0)
    held = []
    for number in range(6):
        ends = np.cumsum(rng.integers(8, 25, 30)) / 100
        phones = [
            TimedPhone("m" if i % 2 else "ɑ", float(begin), float(end))
            for i, (begin, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True))
        ]
        frames = round(float(ends[-1]) * 100)
        example = make_example(frames, name=f"take{number}", phones=tuple(phones))
        motion = np.zeros(example.motion.shape, np.float16)
        motion[:, JAW] = np.where(example.articulation[:, 1] > 0, 1.5, -1.0)
        held.append(replace(example, motion=motion))
    save_canonical(folder / CANONICAL, make_canonical())
    save_examples(folder / "grid.npz", held)
    return held


def teacher_recipe(**changes):
    return recipe_from_dict(
        tiny_recipe(
            hears="phones",
            model={
                "channels": 16, "bands": 27, "feature_mean": 0.0, "feature_deviation": 1.0,
                "dilations": [1, 2, 4], "look_ahead": 6, "dropout": 0.0,
            },
            crops={"frames": 64, "warm_up": 16, "batch": 4, "clean": 0.0, "noise_only": 0.0},
            losses={"articulation": 0.0},
            **changes,
        )
    )  # fmt: skip


@pytest.mark.slow
def test_a_teacher_labels_voices_without_video(tmp_path) -> None:
    held = phone_examples(tmp_path / "examples")
    recipe = teacher_recipe(optimiser={"steps": 120, "learning_rate": 0.02, "average": 0.9})
    train(recipe, tmp_path / "examples", tmp_path / "teacher", threads=1)
    voice = replace(
        held[0],
        name="voice",
        speaker="stranger",
        corpus="voices",
        motion=np.zeros_like(held[0].motion),
        seen=np.zeros_like(held[0].seen),
    )
    save_examples(tmp_path / "voices.npz", [voice])
    told = []
    count = label(
        tmp_path / "voices.npz",
        [tmp_path / "teacher", tmp_path / "teacher"],
        tmp_path / "labelled.npz",
        tell=lambda done, total: told.append((done, total)),
    )
    assert count == 1
    assert told == [(1, 1)]
    [labelled] = load_examples(tmp_path / "labelled.npz")
    assert labelled.seen.all()
    assert labelled.name == "voice"
    np.testing.assert_array_equal(labelled.features, voice.features)
    said, true = labelled.motion[:, JAW].astype(float), held[0].motion[:, JAW].astype(float)
    assert float(pearson(said, true)) > 0.85
    assert abs(lag(said, true, 100)) <= 10
    assert labelled.channel_weight[JAW] == 1
    assert labelled.channel_weight[-1] == 0


def test_labelling_needs_a_teacher_and_one_canonical_speaker(run, examples, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="at least one teacher"):
        label(examples / "grid.npz", [], tmp_path / "a.npz")
    with pytest.raises(VoxfaceError, match="no trained model"):
        label(examples / "grid.npz", [tmp_path], tmp_path / "a.npz")
    trained, folder = run
    other = replace(
        trained, canonical=replace(trained.canonical, centre=trained.canonical.centre + 1)
    )
    save_trained(tmp_path / "other", other)
    with pytest.raises(VoxfaceError, match="different examples"):
        label(examples / "grid.npz", [folder, tmp_path / "other"], tmp_path / "a.npz")
    assert not (tmp_path / "a.npz").exists()


def test_missing_examples_say_what_to_do(examples, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="voxface prepare") as raised:
        train(recipe_from_dict(tiny_recipe()), tmp_path, tmp_path / "run")
    assert "\n" not in str(raised.value)
    recipe = recipe_from_dict(tiny_recipe(data={"sets": {"grid": 1, "voices": 1}}))
    with pytest.raises(VoxfaceError, match=r"voices\.npz"):
        train(recipe, examples, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_recipe_that_hears_nothing(examples, tmp_path) -> None:
    recipe = recipe_from_dict(
        tiny_recipe(data={"sets": {"grid": 1}, "hold_out_speakers": ["anna"]})
    )
    with pytest.raises(VoxfaceError, match="holds out every example"):
        train(recipe, examples, tmp_path / "run")


def test_a_teacher_needs_phones(tmp_path) -> None:
    held = phone_examples(tmp_path)
    mute = replace(held[0], articulation=np.zeros((len(held[0]), 0), np.uint8))
    save_examples(tmp_path / "grid.npz", [mute])
    with pytest.raises(VoxfaceError, match="'take0' has no phones"):
        train(teacher_recipe(), tmp_path, tmp_path / "run")


def test_a_net_that_takes_more_than_there_is(examples, tmp_path) -> None:
    recipe = recipe_from_dict(tiny_recipe(model={"channels": 8, "bands": 90}))
    with pytest.raises(VoxfaceError, match="90 bands"):
        train(recipe, examples, tmp_path / "run")


def test_a_state_of_another_recipe(examples, tmp_path, monkeypatch) -> None:
    """A folder with the state of an unfinished run of other sizes is no place to resume."""
    monkeypatch.setattr(fitting, "KEEP_EVERY", 3)
    with monkeypatch.context() as patch:
        stop_at(5, KilledError, patch)
        with pytest.raises(KilledError):
            train(recipe_from_dict(tiny_recipe()), examples, tmp_path / "run", threads=1)
    other = recipe_from_dict(tiny_recipe(model={"channels": 8, "dilations": [1, 2]}))
    with pytest.raises(VoxfaceError, match=r"last\.ckpt"):
        train(other, examples, tmp_path / "run", threads=1)


def test_a_folder_that_cannot_be_made(examples, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VoxfaceError, match="cannot write"):
        train(recipe_from_dict(tiny_recipe()), examples, tmp_path / "file" / "run")


@pytest.mark.parametrize("kind", ["missing", "text", "other sizes", "damaged"])
def test_a_folder_without_a_model(run, tmp_path, kind: str) -> None:
    trained, _ = run
    save_trained(tmp_path, trained)
    if kind == "missing":
        (tmp_path / "model.safetensors").unlink()
    elif kind == "text":
        (tmp_path / "model.json").write_text("{}")
    elif kind == "damaged":
        path = tmp_path / "model.safetensors"
        path.write_bytes(path.read_bytes()[:1000])
    else:
        about = json.loads((tmp_path / "model.json").read_text())
        about["model"]["channels"] = 12
        (tmp_path / "model.json").write_text(json.dumps(about))
    with pytest.raises(VoxfaceError, match="holds no trained model") as raised:
        load_trained(tmp_path)
    assert "\n" not in str(raised.value)
