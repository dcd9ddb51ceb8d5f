"""MeshTalk's third lesson: what is drawn in use becomes better by what its faces look like."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch

from planted_talk import learn, planted_set, small_sizes
from voxface.errors import VoxfaceError
from voxface.models.mesh.meshtalk import MeshTalkConfig, MeshTalkNet
from voxface.training.mesh.data import Heard, MeshCropConfig, MeshCrops, whole_take
from voxface.training.mesh.families import prepared_net
from voxface.training.mesh.heard_faces import masks_of
from voxface.training.mesh.meshtalk import LatentPrior, LatentSpace, PriorSettings
from voxface.training.mesh.meshtalk_drawn import DrawnFaces, DrawnSettings
from voxface.training.mesh.meshtalk_loss import MeshTalkLosses
from voxface.training.module import Optimiser

WORLD = planted_set()
MASKS = masks_of(WORLD.examples, WORLD.topology)
HEARD = [Heard.of(each, 25) for each in WORLD.examples]
TERMS = [
    field.name for field in fields(DrawnSettings) if field.name not in ("optimiser", "temperature")
]


def fresh_net() -> MeshTalkNet:
    torch.manual_seed(0)
    return prepared_net(MeshTalkConfig(**small_sizes()), WORLD.topology, WORLD.examples)


def crops() -> MeshCrops:
    return MeshCrops(HEARD[:9], MeshCropConfig(1.6, 12), None, 0)


def settings(steps: int = 9, **weights: float) -> DrawnSettings:
    return DrawnSettings(Optimiser(steps=steps, learning_rate=3e-3), **weights)


@pytest.mark.slow
def test_faces_as_drawn_become_better():
    torch.set_num_threads(1)
    net = fresh_net()
    learn(LatentSpace(net, MeshTalkLosses(), Optimiser(80, 6e-3), MASKS), crops(), 80)
    prior = PriorSettings(Optimiser(20, 6e-3), forget=0.0, drop_past=0.0)
    learn(LatentPrior(net, prior, MASKS), crops(), 20)
    lesson = DrawnFaces(net, settings(60), MASKS)
    unheard = [whole_take(each, 2) for each in HEARD[9:]]

    def error() -> float:
        net.eval()
        with torch.no_grad():
            return sum(lesson.figures(take)["loss"] for take in unheard)

    before, kept = error(), {name: part.clone() for name, part in net.audio.state_dict().items()}
    losses = learn(lesson, crops(), 60)
    assert sum(losses[-5:]) < sum(losses[:5])
    assert error() < 0.9 * before
    # Encoders are done learning: what they choose is what the prior is held to.
    assert all(torch.equal(kept[name], part) for name, part in net.audio.state_dict().items())


def test_faces_teach_the_prior_through_its_draws():
    lesson = DrawnFaces(fresh_net(), settings(latents=0.0, reconstruction=0.0), MASKS)
    lesson.train().configure_optimizers()
    sum(lesson.terms(crops().batch(0)).values()).backward()
    entry = lesson.net.prior.sound.enter.weight.grad
    assert entry is not None and entry.abs().sum() > 0
    assert lesson.net.fusion[0].weight.grad is None


def test_a_step_depends_on_its_number_alone():
    batch, losses = crops().batch(3), []
    for before in (0, 5):
        lesson = DrawnFaces(fresh_net(), settings(), MASKS, seed=4).train()
        lesson.log = lesson.log_dict = lambda *_, **__: None
        torch.manual_seed(before)
        losses.append(float(lesson.training_step(batch, 0).detach()))
    assert losses[0] == losses[1]


@pytest.mark.parametrize("name", TERMS)
def test_terms_are_switched_off_by_their_weights(name):
    weights = dict.fromkeys(TERMS, 1.0) | {name: 0.0}
    terms = DrawnFaces(fresh_net(), settings(**weights), MASKS).eval().terms(crops().batch(0))
    assert {each for each, value in terms.items() if float(value.detach()) == 0} == {name}


def test_what_was_not_seen_never_counts():
    net = fresh_net().eval()
    net.mesh.reader.zero_()  # the encoder of expression looks at nothing: targets alone remain
    batch = crops().batch(0)
    lost = batch.seen.clone()
    lost[:, 10:20] = 0
    lesson, found = DrawnFaces(net, settings(), MASKS).eval(), []
    for wild in (0.0, 50.0):
        offsets = batch.offsets.clone()
        offsets[:, 10:20] += wild
        torch.manual_seed(0)
        terms = lesson.terms(batch._replace(seen=lost, offsets=offsets))
        found.append({name: float(term.detach()) for name, term in terms.items()})
    assert found[0] == found[1]


def test_a_temperature_below_nothing_is_told():
    with pytest.raises(VoxfaceError, match="temperature"):
        DrawnSettings(temperature=-1.0)
