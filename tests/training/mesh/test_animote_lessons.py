"""How Animote is taught: padding never counts, figures are the published ones, truth is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from planted_talk import VERTICES, planted_set
from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.shape import r_squared, r_squared_of_motion
from voxface.models.mesh.animote import AnimoteConfig, AnimoteNet
from voxface.training.mesh.animote import AnimoteLosses, AnimoteModule
from voxface.training.mesh.data import Heard, MeshCropConfig, MeshCrops, whole_take
from voxface.training.mesh.families import prepared_net
from voxface.training.mesh.figures import motion_figures
from voxface.training.mesh.heard_faces import masks_of
from voxface.training.module import Optimiser

SMALL = dict(
    width=24, heads=2, layers=1, window=12, decoder_width=24, components=6, dilations=(1, 2),
    look_ahead=2, dropout=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def held():
    return planted_set()


def neutral_of(held) -> Tensor:
    return torch.from_numpy(held.examples[0].neutral)


def module_of(held, losses: AnimoteLosses | None = None, **sizes: object) -> AnimoteModule:
    torch.manual_seed(0)
    net = prepared_net(AnimoteConfig(**(SMALL | sizes)), held.topology, held.examples)
    masks = masks_of(held.examples, held.topology)
    return AnimoteModule(net, losses or AnimoteLosses(), Optimiser(steps=10), masks)


def test_columns_that_no_set_holds_are_refused(held):
    config = AnimoteConfig(**(SMALL | {"columns": 1024}))
    with pytest.raises(VoxfaceError, match=r"hears 1024 columns of speech encoders.*hold 0"):
        prepared_net(config, held.topology, held.examples)


def numbers(frames: int = 9, batch: int = 2, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(seed)
    said, true = torch.randn(2, batch, frames, VERTICES, 3)
    seen = torch.ones(batch, frames)
    seen[0, 4] = 0
    seen[1:, 6:] = 0
    return said, true, seen


def test_the_loss_is_the_published_one(held):
    said, true, seen = numbers()
    terms = module_of(held).terms(said, true, seen)
    real = seen.bool().numpy()
    one, other = said.numpy(), true.numpy()
    squared = ((one - other) ** 2)[real].mean()
    both = real[:, 1:] & real[:, :-1]
    change = np.abs(np.diff(one, axis=1) - np.diff(other, axis=1))[both].mean()
    assert set(terms) == {"position", "coherence"}
    assert float(terms["position"]) == pytest.approx(squared, rel=1e-5)
    assert float(terms["coherence"]) == pytest.approx(0.1 * change, rel=1e-5)


def test_frames_that_were_not_seen_never_count(held):
    losses = AnimoteLosses(mouth=1.0, lips=0.5)
    said, true, seen = numbers()
    terms = module_of(held, losses).terms(said, true, seen)
    wild = said + 1000 * (1 - seen)[:, :, None, None]
    for name, value in module_of(held, losses).terms(wild, true, seen).items():
        assert float(value) == pytest.approx(float(terms[name]), rel=1e-5)
    # More padding changes nothing either.
    more = [torch.cat([part, torch.full_like(part[:, :3], 7)], dim=1) for part in (said, true)]
    longer = torch.cat([seen, torch.zeros(2, 3)], dim=1)
    for name, value in module_of(held, losses).terms(*more, longer).items():
        assert float(value) == pytest.approx(float(terms[name]), rel=1e-5)


def test_a_batch_of_which_nothing_is_seen_costs_nothing(held):
    said, true, seen = numbers()
    terms = module_of(held).terms(said, true, 0 * seen)
    assert all(float(value) == 0 for value in terms.values())


@pytest.mark.parametrize("losses", [AnimoteLosses(), AnimoteLosses(mouth=1.0, lips=0.5)])
def test_the_truth_costs_nothing_and_trembling_more_than_an_offset(held, losses):
    _, true, seen = numbers()
    module = module_of(held, losses)
    assert all(float(value) < 1e-10 for value in module.terms(true, true, seen).values())
    tremble = torch.tensor([1.0, -1.0]).repeat(5)[:9, None, None]
    still = module.terms(true + 1.0, true, seen)
    trembling = module.terms(true + tremble, true, seen)
    assert float(still["coherence"]) < 1e-6
    assert float(trembling["coherence"]) == pytest.approx(0.2, rel=1e-4)


@pytest.mark.parametrize("decoder", ["lstm", "unet"])
@torch.no_grad()
def test_a_padded_take_costs_what_the_take_alone_does(held, decoder):
    module = module_of(held, causal=False, decoder=decoder).eval()
    heard = Heard.of(held.examples[0], 25)
    alone, padded = (
        module.terms(*module.predicted(whole_take(heard, after)))
        for after in (module.net.look_ahead, 16)
    )
    for name, value in alone.items():
        assert float(value) == pytest.approx(float(padded[name]), rel=1e-4)


def test_figures_are_those_of_evaluation(held):
    said, true, _ = numbers(frames=40, batch=1, seed=3)
    seen = torch.ones(1, 40)
    seen[0, 30:35] = 0
    neutral = 10 * neutral_of(held)
    masks = masks_of(held.examples, held.topology)
    found = motion_figures(said, true, seen, neutral[None], masks)
    keep = seen[0].bool()
    one, other = (neutral + part[0, keep] for part in (said, true))
    rows = masks.mouth.bool()
    assert found["r2_published"] == pytest.approx(r_squared(one, other), rel=1e-4)
    assert found["r2_motion"] == pytest.approx(r_squared_of_motion(one, other), rel=1e-4)
    mouth = r_squared_of_motion(one[:, rows], other[:, rows])
    assert found["r2_mouth"] == pytest.approx(mouth, rel=1e-4)
    opening = [masks.opening(part[None])[0].numpy() for part in (one, other)]
    assert found["lips_r"] == pytest.approx(np.corrcoef(*opening)[0, 1], abs=1e-4)
    assert found["lips_ratio"] == pytest.approx(opening[0].std() / opening[1].std(), rel=1e-4)


def test_the_published_r2_of_a_face_that_never_moves_is_high_and_that_of_motion_is_not(held):
    take = held.examples[0]
    true = 10 * torch.from_numpy(take.offsets.astype(np.float32))[None]
    still = true.mean(dim=1, keepdim=True).expand_as(true)
    masks = masks_of(held.examples, held.topology)
    found = motion_figures(
        still, true, torch.ones(true.shape[:2]), 10 * neutral_of(held)[None], masks
    )
    assert found["r2_published"] > 0.9
    assert found["r2_motion"] == pytest.approx(0, abs=1e-6)
    assert found["lips_ratio"] == pytest.approx(0, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"layer_norm": False},
        {"causal": False, "decoder": "unet"},
        {"causal": False, "decoder": "lstm", "positions": "sinusoidal", "basis": False},
    ],
    ids=["streams", "without layer norm", "U-Net", "as published"],
)
def test_a_mouth_that_follows_sound_is_learned(held, sizes):
    module = module_of(held, **sizes)
    takes = [Heard.of(take, 25) for take in held.examples]
    crops = MeshCrops(takes[:-2], MeshCropConfig(seconds=3.0, batch=8))
    optimiser = torch.optim.AdamW(module.parameters(), lr=4e-3)
    module.train()
    for step in range(200):
        loss = torch.stack(list(module.terms(*module.predicted(crops.batch(step))).values())).sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
    module.eval()
    with torch.no_grad():
        found = module.figures(whole_take(takes[-1], module.net.look_ahead))
    assert found["r2_mouth"] > 0.7
    assert found["lips_r"] > 0.85
    assert 0.7 < found["lips_ratio"] < 1.3


def test_a_net_begins_in_the_principal_components_of_motion(held):
    net = module_of(held, components=4).net
    assert isinstance(net, AnimoteNet)
    take = torch.from_numpy(held.examples[1].offsets.astype(np.float32)).flatten(1)
    assert net.mesh is not None
    again = net.mesh(net.mesh.read(take)).detach()
    assert float((again - take).std() / take.std()) < 0.03
    spread = net.mesh.read(take)[:, :2].std(dim=0)
    assert spread.min() > 0.4 and spread.max() < 2.5


def test_columns_of_speech_encoders_are_heard(held):
    rng = np.random.default_rng(0)
    wide = [
        replace(take, features=np.concatenate(
            [take.features, rng.normal(size=(len(take.features), 5)).astype(np.float16)], axis=1
        ))
        for take in held.examples
    ]  # fmt: skip
    module = module_of(replace(held, examples=wide), causal=False, columns=5)
    crops = MeshCrops([Heard.of(take, 25) for take in wide], MeshCropConfig(seconds=9.0, batch=3))
    said, _, seen = module.predicted(crops.batch(0))
    assert said.shape[1] == seen.shape[1] == 9 * 25 - 2
    said.sum().backward()
    entry = module.net.entry.enter.weight.grad.reshape(-1, 4, 85)
    assert (entry[:, :, 80:].abs().sum(dim=(0, 1)) > 0).all()
