"""Every family: streaming equals offline, causal, batch rows apart, sizes survive plain values."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.models import FAMILIES, FaceNet, NetConfig, build_net, net_config
from voxface.models.attention import PIECE
from voxface.models.condition import condition_size

BANDS = 9
SMALL = {"channels": 8, "bands": BANDS, "articulations": 5, "look_ahead": 3}
TCN = SMALL | {"dilations": [1, 4, 2]}
TOLD = {"styles": ["anna", "bert"], "emotions": True}
HYBRID = TCN | {"family": "attention_tcn", "attention_after": [1, 3], "heads": 2, "window": 7}
VARIANTS: dict[str, dict[str, object]] = {
    "tcn": TCN,
    "tcn dense": TCN | {"separable": False},
    "tcn centred": TCN | {"centred": True, "kernel": 5},
    "tcn dense centred gelu": TCN | {"separable": False, "centred": True, "activation": "gelu"},
    "tcn without norm": TCN | {"norm": "none"},
    "tcn told": TCN | TOLD,
    "tcn normalised": TCN | {"normalisation": 40.0},
    "gru normalised": SMALL | {"family": "gru", "normalisation": 0.5},
    "attention_tcn": HYBRID,
    "attention_tcn told centred": HYBRID | TOLD | {"centred": True},
    "gru": SMALL | {"family": "gru"},
    "lstm": SMALL | {"family": "lstm", "layers": 3},
    "transformer": SMALL | {"family": "transformer", "layers": 2, "heads": 2, "window": 6},
    "linear": {"family": "linear", "frames": 6} | {k: SMALL[k] for k in SMALL if k != "channels"},
}


def small_net(name: str, seed: int = 0) -> FaceNet:
    """Return a net in use, none of whose weights or statistics are zero or one."""
    torch.manual_seed(seed)
    net = build_net(net_config(VARIANTS[name])).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.15 * torch.randn_like(parameter))
        for where, tensor in net.named_buffers():
            if where.endswith("running_mean"):
                tensor.normal_(0, 0.3)
            elif where.endswith("running_var"):
                tensor.uniform_(0.5, 2)
    return net


def sound(frames: int, batch: int = 1, seed: int = 1) -> torch.Tensor:
    return -45 + 20 * torch.randn(batch, frames, BANDS, generator=torch.manual_seed(seed))


def told(net: FaceNet, batch: int) -> torch.Tensor | None:
    """Return a condition for each row, for nets that take one."""
    size = condition_size(net.config)
    return torch.randn(batch, size, generator=torch.manual_seed(2)) if size else None


@pytest.mark.parametrize("name", VARIANTS)
@settings(max_examples=12, deadline=None)
@given(parts=st.lists(st.integers(1, 19), min_size=1, max_size=9), batch=st.integers(1, 3))
def test_streaming_equals_offline(name: str, parts: list[int], batch: int) -> None:
    net = small_net(name)
    heard, condition = sound(sum(parts), batch), told(net, batch)
    with torch.inference_mode():
        whole, last = net(heard, net.initial_state(batch), condition)
        state, said = net.initial_state(batch), []
        for part in torch.split(heard, parts, dim=1):
            face, state = net(part, state, condition)
            said.append(face)
    assert state.shape == (batch, net.state_size)
    for offline, *streamed in zip(whole, *said, strict=True):
        torch.testing.assert_close(torch.cat(streamed, 1), offline, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(state, last, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_future_never_changes_what_was_said(name: str) -> None:
    net = small_net(name)
    heard, condition = sound(40), told(net, 1)
    other = heard.clone()
    other[:, 21:] = -80
    with torch.inference_mode():
        first, _ = net(heard, net.initial_state(1), condition)
        second, _ = net(other, net.initial_state(1), condition)
    for one, two in zip(first, second, strict=True):
        torch.testing.assert_close(one[:, :21], two[:, :21], atol=1e-5, rtol=1e-5)
        assert (one[:, 21:] - two[:, 21:]).abs().max() > 1e-3


@pytest.mark.parametrize("name", VARIANTS)
def test_streams_of_a_batch_do_not_hear_one_another(name: str) -> None:
    """Also when one of them has been running for long, and the other has just begun."""
    net = small_net(name)
    with torch.inference_mode():
        _, old = net(sound(11, seed=3), net.initial_state(1))
        state = torch.cat([old, net.initial_state(1)])
        together, _ = net(sound(13, 2), state)
        for row in range(2):
            alone, _ = net(sound(13, 2)[row : row + 1], state[row : row + 1])
            torch.testing.assert_close(together.motion[row : row + 1], alone.motion)


@pytest.mark.parametrize("name", VARIANTS)
def test_outputs(name: str) -> None:
    net = small_net(name)
    face, _ = net(sound(7, 2), net.initial_state(2))
    assert face.motion.shape == (2, 7, 52)
    assert face.pose.shape == (2, 7, 6)
    assert face.speech.shape == (2, 7)
    assert face.articulation.shape == (2, 7, 5)
    loud, _ = net(sound(7, 2) * 1000, net.initial_state(2))
    assert (loud.pose.abs() <= torch.tensor([5.0] * 3 + [0.5] * 3)).all()


@pytest.mark.parametrize("name", VARIANTS)
def test_gradients_reach_every_weight_and_are_finite(name: str) -> None:
    net = small_net(name).train()
    face, _ = net(sound(30, 4), net.initial_state(4), told(net, 4))
    sum(part.square().mean() for part in face).backward()
    for where, parameter in net.named_parameters():
        assert parameter.grad is not None, where
        assert torch.isfinite(parameter.grad).all(), where
        assert parameter.grad.any(), where


@pytest.mark.parametrize("name", VARIANTS)
def test_sizes_survive_plain_values(name: str) -> None:
    config = small_net(name).config
    again = net_config(config.to_dict())
    assert again == config
    build_net(again).load_state_dict(small_net(name).state_dict())


@pytest.mark.parametrize("name", [name for name in VARIANTS if "told" in name])
def test_told_nothing_is_told_zeros(name: str) -> None:
    net = small_net(name)
    zeros = torch.zeros(1, condition_size(net.config))
    with torch.inference_mode():
        silent, _ = net(sound(20), net.initial_state(1))
        neutral, _ = net(sound(20), net.initial_state(1), zeros)
        moved, _ = net(sound(20), net.initial_state(1), zeros + 1)
    torch.testing.assert_close(silent.motion, neutral.motion)
    assert (moved.motion - silent.motion).abs().max() > 0.05


def test_long_pushes_attend_as_short_ones() -> None:
    """Pieces begin and end anywhere in a window, also while the cache fills."""
    net = small_net("attention_tcn")
    for stage in net.attentions:
        assert stage.attention.cache == 6
    heard = sound(2 * PIECE + 50, 2)
    with torch.inference_mode():
        whole, _ = net(heard, net.initial_state(2))
        state, said = net.initial_state(2), []
        for part in torch.split(heard, [PIECE - 3, 5, PIECE, 48], dim=1):
            face, state = net(part, state)
            said.append(face.motion)
    torch.testing.assert_close(torch.cat(said, 1), whole.motion, atol=1e-4, rtol=1e-4)


def test_every_family_is_tried() -> None:
    tried = {str(values.get("family", "tcn")) for values in VARIANTS.values()}
    assert tried | {"pruned_tcn"} == set(FAMILIES)
    for family, (config, _) in FAMILIES.items():
        assert issubclass(config, NetConfig)
        assert config_of(family).family == family


def config_of(family: str) -> NetConfig:
    if family == "pruned_tcn":  # has no usable defaults: it is made of another net
        return FAMILIES[family][0](dilations=(), kept=())
    return net_config({"family": family})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernel": 4, "centred": True}, "odd number of taps, not 4"),
        ({"kernel": 1}, "at least 2 taps"),
        ({"activation": "geluu"}, "did you mean 'gelu'"),
        ({"norm": "layer"}, "unknown norm of model 'layer'"),
        ({"separable": "no"}, "'separable' of model must be true or false, not 'no'"),
        ({"styles": ["anna", "anna"]}, "names a speaker twice"),
        ({"family": "attention_tcn", "attention_after": [4]}, "from 1 to at most 3"),
        ({"family": "attention_tcn", "heads": 3}, "3 heads of attention cannot share 8 channels"),
        ({"normalisation": -1.0}, "'normalisation' of model is frames, 0 or more, not -1.0"),
        ({"family": "attention_tcn", "window": 1}, "at least 2 frames, not 1"),
    ],
)
def test_sizes_that_do_not_fit(changes: dict[str, object], message: str) -> None:
    sizes = (HYBRID if "family" in changes else TCN) | changes
    with pytest.raises(VoxfaceError) as raised:
        build_net(net_config(sizes))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
