"""Facts of nets against what follows from their sizes by hand."""

from __future__ import annotations

from math import inf

import pytest
import torch

from voxface.models import FaceNet, build_net, net_config
from voxface.models.facts import facts

BANDS, HEADS = 9, 52 + 6 + 1 + 5
SIZES = {"channels": 12, "bands": BANDS, "articulations": 5, "look_ahead": 3}


def net_of(**sizes: object) -> FaceNet:
    torch.manual_seed(0)
    return build_net(net_config(SIZES | sizes))


@pytest.mark.parametrize("separable", [True, False])
@pytest.mark.parametrize(
    ("kernel", "dilations"), [(3, (1, 2, 4, 8)), (2, (1, 5)), (5, (2, 2, 1)), (3, (1, 16, 90))]
)
def test_a_tcn(kernel: int, dilations: tuple[int, ...], separable: bool) -> None:
    found = facts(net_of(kernel=kernel, dilations=list(dilations), separable=separable))
    field = 1 + (kernel - 1) * sum(dilations)
    assert found.receptive_field == field
    assert found.back_ms == 10 * (field - 1 - 3)
    assert found.ahead_ms == found.look_ahead_ms == 30
    assert 0 <= found.effective_ms <= 10 * field
    assert found.state_size == 12 * (kernel - 1) * sum(dilations)
    block = 12 * kernel + 12 * 12 if separable else 12 * 12 * kernel
    assert found.multiply_adds == 100 * (BANDS * 12 + len(dilations) * block + 12 * HEADS)


def test_a_centred_tcn_reaches_as_far_ahead_as_back() -> None:
    found = facts(net_of(dilations=[1, 2, 4], centred=True, look_ahead=0))
    assert found.back_ms == found.ahead_ms == found.look_ahead_ms == 70
    assert found.receptive_field == 15


def test_a_transformer() -> None:
    found = facts(net_of(family="transformer", layers=2, heads=3, window=10, expansion=4))
    assert found.receptive_field == 1 + 2 * 9
    layer = 12 * 36 + 12 * 12 + 2 * 12 * 10 + 2 * 4 * 12 * 12  # a cache that is full
    assert found.multiply_adds == 100 * (BANDS * 12 + 2 * layer + 12 * HEADS)
    assert found.state_size == 2 * (1 + 9 * 24)


def test_the_hybrid_adds_the_windows() -> None:
    found = facts(
        net_of(family="attention_tcn", dilations=[1, 4], attention_after=[1], heads=2, window=20)
    )
    assert found.receptive_field == 1 + 2 * 5 + 19


@pytest.mark.parametrize(("family", "gates"), [("gru", 3), ("lstm", 4)])
def test_recurrent_nets_never_forget(family: str, gates: int) -> None:
    found = facts(net_of(family=family, layers=2))
    assert found.receptive_field == found.back_ms == inf
    assert 0 < found.effective_ms < 20_000
    cells = gates * 12 * (BANDS + 12) + gates * 12 * (12 + 12)
    assert found.multiply_adds == 100 * (cells + 12 * HEADS)
    assert found.state_size == (gates - 2) * 2 * 12


def test_linear() -> None:
    net = build_net(net_config({"family": "linear", "bands": BANDS, "articulations": 5,
                                "frames": 7, "look_ahead": 3}))  # fmt: skip
    found = facts(net)
    assert found.receptive_field == 7
    assert (found.back_ms, found.ahead_ms) == (30, 30)
    assert found.parameters == HEADS * (7 * BANDS + 1)
    assert found.multiply_adds == 100 * HEADS * 7 * BANDS


def test_slower_frames_are_longer_and_fewer() -> None:
    net = net_of(dilations=[1, 2])
    fast, slow = facts(net), facts(net, 50)
    assert slow.back_ms == 2 * fast.back_ms
    assert slow.look_ahead_ms == 2 * fast.look_ahead_ms == 60
    assert slow.multiply_adds == fast.multiply_adds / 2


def test_the_net_and_chance_are_left_as_they_were() -> None:
    net = net_of(dilations=[1, 2]).train()
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    facts(net)
    assert torch.equal(torch.rand(3), wanted)
    assert net.training
    assert all(part.dtype == torch.float32 and part.grad is None for part in net.parameters())
    assert all(part.requires_grad for part in net.parameters())
