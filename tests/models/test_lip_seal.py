"""Lips meet where p, b or m is heard, and nowhere else."""

import torch

from voxface.face import ARKIT_CHANNELS, channel_index
from voxface.models import LipSeal
from voxface.models.lip_seal import CERTAIN, OPENERS, UNLIKELY

JAW, CLOSE = channel_index("jawOpen"), channel_index("mouthClose")


def talking() -> torch.Tensor:
    return torch.rand(2, 5, 52, generator=torch.Generator().manual_seed(0))


def test_a_certain_closure_leaves_no_gap() -> None:
    shut = LipSeal()(talking(), torch.full((2, 5), CERTAIN))
    assert (shut[..., JAW] - shut[..., CLOSE]).max() <= 1e-6
    assert (shut[..., JAW] > 0).any()  # the jaw itself need not close
    assert shut.min() >= 0
    assert shut.max() <= 1


def test_without_a_closure_nothing_changes() -> None:
    weights = talking()
    for chance in (0.0, UNLIKELY):
        torch.testing.assert_close(LipSeal()(weights, torch.full((2, 5), chance)), weights)


def test_only_what_holds_lips_apart_is_touched() -> None:
    weights = talking()
    shut = LipSeal()(weights, torch.ones(2, 5))
    others = [n for n, name in enumerate(ARKIT_CHANNELS) if name not in (*OPENERS, "mouthClose")]
    torch.testing.assert_close(shut[..., others], weights[..., others])
    for name in OPENERS:
        assert (shut[..., channel_index(name)] < weights[..., channel_index(name)]).all()


def test_the_gap_shrinks_as_the_closure_becomes_likelier() -> None:
    weights = talking()[:, :1]
    chances = torch.linspace(0, 0.2, 21)
    gaps = [
        (s := LipSeal()(weights, torch.full((2, 1), float(chance))))[..., JAW] - s[..., CLOSE]
        for chance in chances
    ]
    opened = weights[..., JAW] > weights[..., CLOSE]
    assert (torch.stack(gaps).diff(dim=0)[:, opened] <= 1e-6).all()


def test_a_closed_mouth_stays_as_it_is() -> None:
    weights = torch.zeros(1, 1, 52)
    weights[..., CLOSE] = 0.3
    torch.testing.assert_close(LipSeal()(weights, torch.ones(1, 1)), weights)
