"""Validation: whole takes set aside, the best weights kept, stopping early, resuming."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from fabricated import JAW, PUCKER, make_example, tiny_recipe, write_example_folder
from voxface.errors import VoxfaceError
from voxface.models import TCNConfig
from voxface.training import fit as fitting
from voxface.training import validation
from voxface.training.checkpoint import load_trained
from voxface.training.gather import gather
from voxface.training.hearing import Hearing
from voxface.training.module import FaceModule
from voxface.training.recipe import Validation, recipe_from_dict
from voxface.training.split import set_aside
from voxface.training.train import train
from voxface.training.validation import Watch, agreement, whole_take, whole_takes


class KilledError(Exception):
    pass


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_example_folder(tmp_path_factory.mktemp("examples"))


def recipe(**settings):
    values = {"every": 3, "hold_out_every": 2} | settings
    return recipe_from_dict(tiny_recipe(validation=values))


def test_recordings_are_set_aside_in_all_their_voices() -> None:
    takes = [make_example(50, name=f"t{n}", recording=f"{n}.wav") for n in range(200)]
    voices = [replace(t, name=f"{t.name} x", corpus="revoiced") for t in takes]
    heard, aside = set_aside([*takes, *voices], 5, ("grid",))
    assert {e.corpus for e in aside} == {"grid"}
    assert 20 < len(aside) < 60
    assert not {e.recording for e in heard} & {e.recording for e in aside}
    assert len(heard) + 2 * len(aside) == 400
    # Names alone decide: half of the data sets the same ones aside.
    _, fewer = set_aside(takes[:100], 5)
    assert {e.name for e in fewer} == {e.name for e in aside} & {t.name for t in takes[:100]}


def test_takes_without_a_face_are_not_looked_at() -> None:
    takes = [make_example(50, name=f"t{n}") for n in range(20)]
    blind = [replace(take, seen=np.zeros(50, np.uint8)) for take in takes]
    assert set_aside(blind, 1) == (blind, [])


def test_a_run_never_hears_what_it_is_watched_on(examples) -> None:
    found = gather(recipe(), examples)
    assert found.aside
    assert not {e.name for e in found.aside} & {e.name for e in found.heard}
    assert len(found.aside) + len(found.heard) == 6
    with pytest.raises(VoxfaceError, match="'hold_out_every' of validation"):
        gather(recipe(hold_out_every=1), examples)
    assert not gather(recipe(every=0), examples).aside


@pytest.mark.parametrize("rate", [100, 50])
def test_a_whole_take_is_as_long_as_its_sound(rate: int) -> None:
    example = make_example(101)
    batch = whole_take(example, Hearing(rate=rate), TCNConfig(), 8)
    frames = (101 if rate == 100 else 51) + 8
    assert batch.features.shape == (1, frames, 80)
    assert batch.weight[0, :-8].all()
    assert not batch.weight[0, -8:].any()
    assert (batch.features[0, -8:] == -80).all()
    assert batch.articulation.shape == (1, frames, 27)


def test_many_takes_are_chosen_evenly() -> None:
    takes = [make_example(10 + n) for n in range(20)]
    chosen = whole_takes(takes, Hearing(), TCNConfig(), 0, 5)
    assert [batch.motion.shape[1] for batch in chosen] == [10, 14, 18, 22, 26]
    assert len(whole_takes(takes, Hearing(), TCNConfig(), 0, 50)) == 20


def test_agreement_of_planted_curves() -> None:
    wave = np.sin(np.arange(200) / 9)
    other = np.cos(np.arange(200) / 9)
    true = np.zeros((200, 52), np.float32)
    true[:, JAW], true[:, PUCKER] = 0.3 + 0.2 * wave, 0.3 + 0.2 * wave
    said = true.copy()
    said[:, PUCKER] = 0.3 + 0.1 * (wave + other)
    jaw, mouth = agreement(said, true)
    assert jaw == pytest.approx(1.0, abs=1e-5)
    assert mouth == pytest.approx(np.corrcoef(wave, wave + other)[0, 1], abs=1e-5)
    still, silent = agreement(said, np.zeros_like(true))
    assert np.isnan(still)
    assert np.isnan(silent)


def planted(monkeypatch, losses):
    """Let every look see the next of these losses."""
    left = iter(losses)
    monkeypatch.setattr(
        validation, "look", lambda *_: {"loss": next(left), "jaw_r": 0.0, "mouth_r": 0.0}
    )


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_the_best_weights_are_the_result(examples, tmp_path, monkeypatch, average) -> None:
    """Looks at steps 3, 6, 9 and 12: the second is the best, and what it saw comes out."""
    planted(monkeypatch, [3.0, 1.0, 2.0, 1.0])
    kept = {}
    whole = Watch.on_train_batch_end

    def noted(self, trainer, module, *rest, **more):
        whole(self, trainer, module, *rest, **more)
        if trainer.global_step == 6:
            kept.update({name: part.clone() for name, part in self.weights.items()})

    monkeypatch.setattr(Watch, "on_train_batch_end", noted)
    values = recipe()
    values = replace(values, optimiser=replace(values.optimiser, average=average))
    trained = train(values, examples, tmp_path / "run", threads=1)
    for name, part in trained.net.state_dict().items():
        torch.testing.assert_close(part, kept[name])
    about = json.loads((tmp_path / "run" / "model.json").read_text())["validation"]
    assert about["best"]["step"] == 6
    assert [look["step"] for look in about["looks"]] == [3, 6, 9, 12]
    assert load_trained(tmp_path / "run").about["validation"] == about


def test_a_run_that_gets_no_better_stops(examples, tmp_path, monkeypatch) -> None:
    steps = []
    whole = FaceModule.training_step

    def noted(self, batch, index):
        steps.append(self.global_step)
        return whole(self, batch, index)

    monkeypatch.setattr(FaceModule, "training_step", noted)
    planted(monkeypatch, [2.0, 1.0, 3.0, 3.0, 3.0, 3.0])
    values = recipe(every=2, patience=2)
    trained = train(values, examples, tmp_path / "run", threads=1)
    assert len(steps) == 8  # the best look was at step 4, and two more were no better
    assert trained.about["validation"]["best"]["step"] == 4


def test_looks_see_the_averaged_net_on_what_is_set_aside(examples, tmp_path) -> None:
    trained = train(recipe(every=6), examples, tmp_path / "run", threads=1)
    looks = trained.about["validation"]["looks"]
    assert [look["step"] for look in looks] == [6, 12]
    # The run ended on its best look: the same net gives the same figure again.
    best = trained.about["validation"]["best"]
    settings = recipe(every=6)
    aside = gather(settings, examples).aside
    module = FaceModule(
        trained.net, trained.scale, torch.tensor(trained.canonical.resting),
        settings.optimiser, settings.losses,
    )  # fmt: skip
    batches = whole_takes(aside, Hearing(), settings.model, trained.net.look_ahead, 40)
    plain = SimpleNamespace(precision_plugin=SimpleNamespace(forward_context=nullcontext))
    again = validation.look(module, batches, plain)
    for name, value in again.items():
        assert value == pytest.approx(best[name], rel=1e-4)


@pytest.mark.parametrize("stopped", [5, 7])
def test_a_watched_run_resumes_on_the_same_curve(examples, tmp_path, monkeypatch, stopped) -> None:
    """Killed after a state of step 3 or 6: the same looks, the same best weights, EMA and all."""
    monkeypatch.setattr(fitting, "KEEP_EVERY", 3)
    whole = train(recipe(), examples, tmp_path / "whole", threads=1)
    step = FaceModule.training_step

    def step_or_die(self, batch, index):
        if self.global_step == stopped:
            raise KilledError
        return step(self, batch, index)

    with monkeypatch.context() as patch:
        patch.setattr(FaceModule, "training_step", step_or_die)
        with pytest.raises(KilledError):
            train(recipe(), examples, tmp_path / "parts", threads=1)
    resumed = train(recipe(), examples, tmp_path / "parts", threads=1)
    one, two = whole.about["validation"]["looks"], resumed.about["validation"]["looks"]
    assert [look["step"] for look in one] == [look["step"] for look in two] == [3, 6, 9, 12]
    for first, second in zip(one, two, strict=True):
        assert second == pytest.approx(first, abs=1e-6)
    for name, part in whole.net.state_dict().items():
        torch.testing.assert_close(resumed.net.state_dict()[name], part, atol=1e-6, rtol=0)


def test_settings_that_mean_nothing() -> None:
    for settings in ({"every": -1}, {"patience": -1}, {"takes": 0}, {"hold_out_every": 0}):
        with pytest.raises(VoxfaceError, match="of validation are 0 or more"):
            Validation(**settings)
