"""The causal net: streaming equals offline, strict causality, its true receptive field."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.models import CausalTCN, TCNConfig
from voxface.models.contract import POSITION_BOUND, ROTATION_BOUND

SIZES = TCNConfig(channels=12, dilations=(1, 3, 2), bands=9, articulations=5)


def make_net(config: TCNConfig = SIZES, seed: int = 0) -> CausalTCN:
    """Return a net in use, with norms that are not the identity."""
    torch.manual_seed(seed)
    net = CausalTCN(config).eval()
    for name, tensor in net.named_buffers():
        if name.endswith("running_mean"):
            tensor.normal_(0, 0.3)
        elif name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
    return net


def sound(frames: int, batch: int = 1, bands: int = SIZES.bands, seed: int = 1) -> torch.Tensor:
    """Return features in dB."""
    return -45 + 20 * torch.randn(batch, frames, bands, generator=torch.manual_seed(seed))


@settings(max_examples=25, deadline=None)
@given(
    parts=st.lists(st.integers(1, 23), min_size=1, max_size=12),
    kernel=st.integers(2, 4),
    batch=st.integers(1, 3),
)
def test_streaming_equals_offline(parts: list[int], kernel: int, batch: int) -> None:
    net = make_net(TCNConfig(channels=8, dilations=(1, 4), kernel=kernel, bands=9))
    heard = sound(sum(parts), batch)
    with torch.inference_mode():
        whole, last = net(heard, net.initial_state(batch))
        state, said = net.initial_state(batch), []
        for part in torch.split(heard, parts, dim=1):
            face, state = net(part, state)
            said.append(face)
    for offline, *streamed in zip(whole, *said, strict=True):
        torch.testing.assert_close(torch.cat(streamed, 1), offline, atol=1e-4, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-4, rtol=0)


def test_the_future_never_changes_what_was_said() -> None:
    net = make_net()
    heard = sound(60)
    other = heard.clone()
    other[:, 31:] = -80
    with torch.inference_mode():
        first, _ = net(heard, net.initial_state(1))
        second, _ = net(other, net.initial_state(1))
    for one, two in zip(first, second, strict=True):
        assert torch.equal(one[:, :31], two[:, :31])
        assert not torch.equal(one[:, 31:], two[:, 31:])


@pytest.mark.parametrize(
    ("kernel", "dilations"),
    [(3, (1, 2, 4, 8)), (2, (1, 5)), (5, (2, 2, 1)), (3, (1, 2, 4, 8, 16, 1, 2, 4, 8, 16))],
)
def test_receptive_field(kernel: int, dilations: tuple[int, ...]) -> None:
    """The gradient reaches back 1 + (kernel - 1) x sum(dilations) frames and no further."""
    field = 1 + (kernel - 1) * sum(dilations)
    net = make_net(TCNConfig(channels=8, dilations=dilations, kernel=kernel, bands=4))
    heard = sound(field + 20, bands=4).requires_grad_()
    face, _ = net(heard, net.initial_state(1))
    face.motion[0, -1].sum().backward()
    reached = torch.nonzero(heard.grad[0].abs().sum(1))[:, 0]
    assert reached.max() == field + 19
    # A tap may be switched off by its activation, so the ends are found with every unit active.
    for block in net.blocks:
        block.activation = torch.nn.Identity()
    heard.grad = None
    face, _ = net(heard, net.initial_state(1))
    face.motion[0, -1].sum().backward()
    reached = torch.nonzero(heard.grad[0].abs().sum(1))[:, 0]
    assert (int(reached.min()), int(reached.max())) == (20, field + 19)


def test_state_size_is_what_the_blocks_remember() -> None:
    net = make_net()
    assert net.memories == [2, 6, 4]
    assert net.state_size == 12 * 12
    assert net.initial_state(3).shape == (3, 144)
    assert not net.initial_state(3).any()
    _, state = net(sound(1, 3), net.initial_state(3))
    assert state.shape == (3, 144)


def test_shapes_and_unused_features() -> None:
    net = make_net()
    more = torch.cat([sound(7, 2), torch.full((2, 7, 3), 1e6)], dim=2)
    face, _ = net(more, net.initial_state(2))
    assert face.motion.shape == (2, 7, 52)
    assert face.pose.shape == (2, 7, 6)
    assert face.speech.shape == (2, 7)
    assert face.articulation.shape == (2, 7, 5)
    plain, _ = net(sound(7, 2), net.initial_state(2))
    assert torch.equal(face.motion, plain.motion)


def test_pose_is_bounded_however_loud() -> None:
    net = make_net()
    with torch.inference_mode():
        net.pose_head.weight.mul_(1e4)
        face, _ = net(sound(50) * 100, net.initial_state(1))
    reach = face.pose.abs().amax((0, 1))
    assert torch.isfinite(face.pose).all()
    torch.testing.assert_close(reach[:3], torch.full((3,), POSITION_BOUND))
    torch.testing.assert_close(reach[3:], torch.full((3,), ROTATION_BOUND))


def test_streams_of_a_batch_do_not_hear_one_another() -> None:
    net = make_net()
    both = sound(30, 2)
    with torch.inference_mode():
        together, _ = net(both, net.initial_state(2))
        alone, _ = net(both[1:], net.initial_state(1))
    torch.testing.assert_close(together.motion[1:], alone.motion, atol=1e-5, rtol=0)


def test_sizes_survive_plain_values() -> None:
    plain = SIZES.to_dict()
    assert plain["dilations"] == [1, 3, 2]
    assert TCNConfig.from_dict(plain) == SIZES
    assert TCNConfig.from_dict({}) == TCNConfig()


def test_checkpoints_of_the_first_nets_still_fit() -> None:
    """Their names and shapes, and sizes that say nothing of what came later."""
    block = {
        "depthwise.weight": (8, 1, 3),
        **dict.fromkeys(("norm.weight", "norm.bias", "norm.running_mean"), (8,)),
        "norm.running_var": (8,),
        "norm.num_batches_tracked": (),
        "pointwise.weight": (8, 8, 1),
        "pointwise.bias": (8,),
    }
    wanted = {"entry.weight": (8, 80, 1), "entry.bias": (8,)}
    wanted |= {f"blocks.{n}.{name}": shape for n in (0, 1) for name, shape in block.items()}
    for head, outputs in (("motion", 52), ("pose", 6), ("speech", 1), ("articulation", 27)):
        wanted |= {f"{head}_head.weight": (outputs, 8, 1), f"{head}_head.bias": (outputs,)}
    sizes = {
        "articulations": 27,
        "bands": 80,
        "channels": 8,
        "dilations": [1, 2],
        "dropout": 0.1,
        "feature_deviation": 20.0,
        "feature_mean": -45.0,
        "kernel": 3,
        "look_ahead": 8,
    }
    net = CausalTCN(TCNConfig.from_dict(sizes))
    assert {name: tuple(value.shape) for name, value in net.state_dict().items()} == wanted


def test_parameters_follow_from_the_sizes() -> None:
    config = TCNConfig(channels=256)
    count = sum(p.numel() for p in CausalTCN(config).parameters())
    block = 256 * 3 + 2 * 256 + 256 * 257
    heads = 257 * (52 + 6 + 1 + 27)
    assert count == 256 * 81 + 10 * block + heads
    # The published depthwise-separable sizes: about 0.7 to 0.8 million, not 2.1.
    assert 0.6e6 < count < 0.8e6


def test_nothing_is_random_in_use() -> None:
    net = make_net()
    runs = [net(sound(20), net.initial_state(1))[0] for _ in range(2)]
    for one, two in itertools.pairwise(runs):
        assert torch.equal(one.motion, two.motion)
