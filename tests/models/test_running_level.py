"""The running level: a decayed mean by the definition, blind to colour once it has heard enough."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from voxface.models import build_net, net_config
from voxface.models.facts import facts
from voxface.models.running_level import BEGINNING, NormalisedNet, RunningLevel

BANDS = 3


def gated(half_life: float) -> RunningLevel:
    """Return a level that has a mean and a gate of its own."""
    torch.manual_seed(0)
    level = RunningLevel(BANDS, -45.0, 20.0, half_life)
    with torch.no_grad():
        for parameter in level.parameters():
            parameter.add_(torch.randn_like(parameter))
    return level.requires_grad_(False)


@pytest.mark.parametrize("half_life", [0.5, 7.0, 300.0])
@pytest.mark.parametrize("frames", [1, 2, 333])
def test_is_the_decayed_mean_of_what_the_gate_let_through(half_life: float, frames: int) -> None:
    level = gated(half_life)
    sound = -45 + 20 * torch.randn(1, frames, BANDS)
    said, _ = level(sound, torch.zeros(1, level.state_size))
    mean = level.mean.numpy().astype(float)
    heard = sound[0].numpy().astype(float)
    gates = torch.sigmoid(level.gate((sound - level.mean) / 20))[0, :, 0].numpy().astype(float)
    decay = 0.5 ** (1 / half_life)
    for now in (0, frames // 2, frames - 1):
        weights = gates[: now + 1] * decay ** np.arange(now, -1, -1.0)
        total = BEGINNING * mean + weights @ heard[: now + 1]
        running = total / (BEGINNING + weights.sum())
        expected = heard[now] - running + mean
        np.testing.assert_allclose(said[0, now].numpy(), expected, atol=1e-3)


def test_a_colour_is_gone_after_a_while() -> None:
    """A microphone adds so many dB to each band: with a gate that lets all pass, it goes."""
    level = RunningLevel(BANDS, -45.0, 20.0, 200.0).requires_grad_(False)
    plain = -45 + 10 * torch.randn(1, 3000, BANDS, generator=torch.manual_seed(1))
    coloured = plain + torch.tensor([12.0, -6.0, 3.0])
    one, _ = level(plain, torch.zeros(1, level.state_size))
    two, _ = level(coloured, torch.zeros(1, level.state_size))
    apart = (two - one)[0].abs().amax(1)
    assert apart[0] > 11
    # The learned mean counts for BEGINNING frames of about 144, half of 289, that are remembered.
    left = BEGINNING / (BEGINNING + 0.5 / (1 - level.decay))
    assert apart[-1] == pytest.approx(12 * left, rel=0.01)


def test_a_net_behind_it_keeps_its_look_ahead_and_hears_without_end() -> None:
    net = build_net(net_config({"channels": 8, "dilations": [1, 2], "normalisation": 50.0}))
    assert isinstance(net, NormalisedNet)
    found = facts(net)
    assert net.look_ahead == 8
    assert found.receptive_field == float("inf")
    assert found.state_size == 81 + 8 * 2 * 3
