"""Lips meet as far as they are asked to, and nothing else moves."""

import torch

from voxface.face import ARKIT_CHANNELS, channel_index
from voxface.models.lip_seal import OPENERS, LipSeal

JAW, CLOSE = channel_index("jawOpen"), channel_index("mouthClose")


def talking() -> torch.Tensor:
    return torch.rand(2, 5, 52, generator=torch.Generator().manual_seed(0))


def test_a_full_closure_leaves_no_gap() -> None:
    shut = LipSeal()(talking(), torch.ones(2, 5))
    assert (shut[..., JAW] - shut[..., CLOSE]).max() <= 1e-6
    assert (shut[..., JAW] > 0).any()  # the jaw itself need not close
    assert shut.min() >= 0
    assert shut.max() <= 1


def test_without_a_closure_nothing_changes() -> None:
    weights = talking()
    torch.testing.assert_close(LipSeal()(weights, torch.zeros(2, 5)), weights)


def test_only_what_holds_lips_apart_is_touched() -> None:
    weights = talking()
    shut = LipSeal()(weights, torch.ones(2, 5))
    others = [n for n, name in enumerate(ARKIT_CHANNELS) if name not in (*OPENERS, "mouthClose")]
    torch.testing.assert_close(shut[..., others], weights[..., others])
    for name in OPENERS:
        assert (shut[..., channel_index(name)] < weights[..., channel_index(name)]).all()


def test_the_gap_shrinks_as_the_closure_grows() -> None:
    weights = talking()[:, :1]
    gaps = [
        (s := LipSeal()(weights, torch.full((2, 1), float(strength))))[..., JAW] - s[..., CLOSE]
        for strength in torch.linspace(0, 1, 21)
    ]
    opened = weights[..., JAW] > weights[..., CLOSE]
    assert (torch.stack(gaps).diff(dim=0)[:, opened] <= 1e-6).all()


def test_a_closed_mouth_stays_as_it_is() -> None:
    weights = torch.zeros(1, 1, 52)
    weights[..., CLOSE] = 0.3
    torch.testing.assert_close(LipSeal()(weights, torch.ones(1, 1)), weights)
