"""MeshTalk learns a planted world: sound explains the mouth and not the brows."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

from planted_talk import learn, planted_set, small_sizes
from voxface.engine import MeshOptions
from voxface.errors import VoxfaceError
from voxface.evaluation.disentanglement import (
    explained_motion,
    modality_shares,
    same_expression,
    same_sound,
)
from voxface.evaluation.latent_use import LatentUse, diversity, latent_use, prior_perplexity
from voxface.evaluation.mesh_runs import performed
from voxface.models.mesh.meshtalk import MeshTalkConfig, MeshTalkNet
from voxface.training.mesh.data import Heard, MeshCropConfig, MeshCrops, whole_take
from voxface.training.mesh.families import prepared_net
from voxface.training.mesh.heard_faces import masks_of
from voxface.training.mesh.meshtalk import (
    LatentPrior,
    LatentSpace,
    PriorSettings,
)
from voxface.training.mesh.meshtalk_loss import Crossed, MeshTalkLosses, latent_terms
from voxface.training.module import Optimiser

STEPS = 150
WORLD = planted_set()
TOPOLOGY = WORLD.topology
MASKS = masks_of(WORLD.examples, TOPOLOGY)
HEARD = [Heard.of(each, 25) for each in WORLD.examples]


def fresh_net() -> MeshTalkNet:
    torch.manual_seed(0)
    return prepared_net(MeshTalkConfig(**small_sizes()), TOPOLOGY, WORLD.examples)


def crops() -> MeshCrops:
    return MeshCrops(HEARD[:9], MeshCropConfig(1.6, 12), None, 0)


@pytest.fixture(scope="module")
def taught() -> MeshTalkNet:
    torch.set_num_threads(1)  # a fixture of a module comes before `one_thread`
    net = fresh_net()
    optimiser = Optimiser(steps=STEPS, learning_rate=6e-3)
    learn(LatentSpace(net, MeshTalkLosses(), optimiser, MASKS), crops(), STEPS)
    settings = PriorSettings(Optimiser(steps=STEPS // 2, learning_rate=6e-3))
    learn(LatentPrior(net, settings, MASKS), crops(), STEPS // 2)
    return net.eval()


@pytest.fixture(scope="module")
def unheard() -> list:
    return [whole_take(each, 2) for each in HEARD[9:]]


@pytest.mark.slow
def test_sound_explains_the_mouth_and_expression_the_rest(taught, unheard):
    found = explained_motion(taught, unheard, TOPOLOGY)
    assert found["mouth"]["both"] > 0.75 and found["upper"]["both"] > 0.75
    assert found["mouth"]["sound"] > 0.75 and found["mouth"]["expression"] < 0.2
    assert found["upper"]["expression"] > 0.75 and found["upper"]["sound"] < 0.2
    shares = modality_shares(taught, unheard, TOPOLOGY)
    assert shares["mouth"]["sound"] > 0.85 and shares["upper"]["expression"] > 0.85
    assert sum(shares["mouth"].values()) == pytest.approx(1, abs=0.02)


@pytest.mark.slow
def test_no_head_collapses(taught, unheard):
    use = latent_use(taught, unheard)
    assert use.shares.sum(axis=1) == pytest.approx(np.ones(4))
    assert use.classes.min() > 3


@pytest.mark.slow
def test_the_prior_knows_more_than_chance_and_mouths_follow_sound(taught, unheard):
    assert prior_perplexity(taught, unheard).mean() < 7
    take = unheard[0]
    told = performed(taught, take, MeshOptions(temperature=0)).reshape(-1, 24, 3)
    truth = take.offsets[0, : len(told)]
    chin = np.corrcoef(told[:, 8, 1].numpy(), truth[:, 8, 1].numpy())[0, 1]
    assert chin > 0.7
    apart = diversity(taught, take, TOPOLOGY, samples=3)
    assert apart["upper"] > 1.3 * apart["mouth"]
    still = diversity(taught, take, TOPOLOGY, MeshOptions(temperature=0), samples=2)
    assert still == {"mouth": 0, "upper": 0}


@pytest.mark.slow
def test_clips_of_exchanged_takes(taught, unheard):
    heard, *others = unheard
    mouths = [clip.offsets[:, 8, 1] for clip in same_sound(taught, heard, others, TOPOLOGY)]
    brows = [clip.offsets[:, 20, 1] for clip in same_expression(taught, heard, others, TOPOLOGY)]
    assert np.corrcoef(*mouths)[0, 1] > 0.9 and np.corrcoef(*brows)[0, 1] > 0.9
    brows = [clip.offsets[:, 20, 1] for clip in same_sound(taught, heard, others, TOPOLOGY)]
    assert abs(np.corrcoef(*brows)[0, 1]) < 0.7


def test_a_step_depends_on_its_number_alone():
    batch = crops().batch(3)
    losses = []
    for before in (0, 5):
        module = LatentSpace(fresh_net(), MeshTalkLosses(), Optimiser(steps=9), MASKS, seed=4)
        module.log = module.log_dict = lambda *_, **__: None
        torch.manual_seed(before)
        losses.append(float(module.training_step(batch, 0).detach()))
    assert losses[0] == losses[1]


@pytest.mark.parametrize("name", [field.name for field in fields(MeshTalkLosses)])
def test_terms_are_switched_off_by_their_weights(name):
    net, batch = fresh_net(), crops().batch(0)
    weights = dict.fromkeys((field.name for field in fields(MeshTalkLosses)), 1.0)
    losses = MeshTalkLosses(**weights | {name: 0.0})
    off = LatentSpace(net, losses, Optimiser(), MASKS)
    terms, used = off.terms(batch, 1.0)
    assert float(terms[name].detach()) == 0 and used.shape == (4,)
    # The planted lids move together: their opening is right from the start.
    others = set(terms) - {name, "eyes"}
    assert all(float(terms[other].detach()) > 0 for other in others)


def test_what_was_not_seen_never_counts():
    net = fresh_net().eval()
    net.mesh.reader.zero_()  # the encoder of expression looks at nothing: targets alone remain
    batch = crops().batch(0)
    lost = batch.seen.clone()
    lost[:, 10:20] = 0
    module = LatentSpace(net, MeshTalkLosses(), Optimiser(), MASKS)
    losses = []
    for wild in (0.0, 50.0):
        offsets = batch.offsets.clone()
        offsets[:, 10:20] += wild
        torch.manual_seed(0)
        terms, _ = module.terms(batch._replace(seen=lost, offsets=offsets), 1.0)
        losses.append({name: float(term.detach()) for name, term in terms.items()})
    assert losses[0] == losses[1]


def planted_terms(said: dict[str, torch.Tensor], true: torch.Tensor, seen: torch.Tensor):
    """Terms of reconstructions that are right but for what is given."""
    told = {name: true for name in ("own", "by_sound", "by_expression")} | said
    ones = MeshTalkLosses(**dict.fromkeys((f.name for f in fields(MeshTalkLosses)), 1.0))
    terms = latent_terms(
        Crossed(**told, true=true, known=seen, both=seen), torch.full((4,), 8.0), 8, MASKS, ones
    )
    return {name: float(term) for name, term in terms.items()}


def test_terms_look_where_they_should():
    true, seen = torch.zeros(2, 5, 24, 3), torch.ones(2, 5)
    mouth, upper, lid = true.clone(), true.clone(), true.clone()
    mouth[:, :, :12], upper[:, :, 12:], lid[:, :, 12:16] = 3.0, 3.0, 3.0

    def moved(**said):
        terms = planted_terms(said, true, seen)
        return {name for name, term in terms.items() if term > 1e-6}, terms

    # Sound must make the mouth right and may do what it likes above, and the reverse.
    assert moved(by_sound=upper)[0] == moved(by_expression=mouth)[0] == set()
    assert moved(by_sound=mouth)[0] == moved(by_expression=upper)[0] == {"cross_modality"}
    found, terms = moved(own=mouth)
    assert found == {"reconstruction", "landmarks"}
    assert terms["reconstruction"] == pytest.approx(4.5) and terms["landmarks"] == pytest.approx(9)
    assert moved(own=lid)[0] == {"reconstruction", "eyelids"}
    parted = true.clone()
    parted[:, :, MASKS.upper_lip, 1] = 2.0
    assert moved(by_sound=parted)[1]["lips"] == pytest.approx(4)
    assert moved(by_sound=parted)[1]["closure"] == pytest.approx(4)
    open_later, wider = true.clone(), true.clone()
    open_later[:, 1:, MASKS.upper_lip, 1], wider[:, 1:, MASKS.upper_lip, 1] = 20.0, 22.0
    terms = planted_terms({"by_sound": wider}, open_later, seen)
    assert terms["lips"] == pytest.approx(4 * 4 / 5) and terms["closure"] < 0.01
    late = true.clone()
    late[:, 3:, 20] = 1.0
    assert "coherence" in moved(own=late)[0]
    seen[:, 3:] = 0
    assert moved(own=late)[0] == set()


def test_a_hidden_face_is_the_mean_one():
    net = fresh_net()
    net.decoder.hidden = 0.5
    torch.manual_seed(0)
    chosen = torch.zeros(1, 6, 4, 8).repeat(40, 1, 1, 1)
    net.train()
    for part in net.modules():
        if isinstance(part, torch.nn.BatchNorm1d):
            part.eval()
    past, face = net.decoder.stack.zeros(chosen), torch.ones(40, 4)
    told = net.decoder(chosen, face, past)[0][:, 0, 0].detach()
    spoken = {round(float(value), 4) for value in told}
    mean = float(net.decoder(chosen, 0 * face, past)[0][0, 0, 0].detach())
    assert len(spoken) == 2 and round(mean, 4) in spoken
    net.eval()
    told = net.decoder(chosen, face, past)[0][:, 0, 0].detach()
    assert float(told.max() - told.min()) < 1e-5


def test_the_prior_learns_nothing_but_itself():
    net = fresh_net()
    before = {name: part.clone() for name, part in net.state_dict().items()}
    settings = PriorSettings(Optimiser(steps=2, learning_rate=1e-2))
    learn(LatentPrior(net, settings, MASKS), crops(), 2)
    changed = {n for n, part in net.state_dict().items() if not torch.equal(part, before[n])}
    assert changed and all(name.startswith("prior.") for name in changed)


def test_bad_questions_are_told(unheard):
    net = fresh_net().eval()
    with pytest.raises(VoxfaceError, match="at least 2 takes"):
        explained_motion(net, unheard[:1], TOPOLOGY)
    with pytest.raises(VoxfaceError, match="at least 2 samples"):
        diversity(net, unheard[0], TOPOLOGY, samples=1)
    with pytest.raises(VoxfaceError, match="shares from 0"):
        PriorSettings(forget=1.0)


def test_latent_use_of_a_planted_table():
    use = LatentUse(np.array([[1.0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]]))
    assert use.entropy == pytest.approx([0, 2], abs=1e-9)
    assert use.classes == pytest.approx([1, 4]) and use.dead.tolist() == [3, 0]
