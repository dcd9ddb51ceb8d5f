"""Animote: streaming is whole, padding counts for nothing, and what is looked at is as told."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from voxface.errors import VoxfaceError
from voxface.models.mesh.animote import AnimoteConfig, AnimoteNet
from voxface.models.mesh.positions import Positions
from voxface.models.mesh.temporal_unet import TemporalUNet
from voxface.training.mesh.train import parameters

VERTICES = 7
SMALL = dict(
    vertices=VERTICES, width=16, heads=2, layers=2, window=9, decoder_width=12, components=5,
    dilations=(1, 2),
)  # fmt: skip
WHOLE = [
    {"decoder": "lstm"},
    {"decoder": "unet"},
    {"decoder": "unet", "positions": "sinusoidal"},
    {"decoder": "lstm", "positions": "none", "layer_norm": False},
    {"decoder": "unet", "columns": 6},
]


def make_net(**sizes: object) -> AnimoteNet:
    """A small net in which nothing is zero."""
    torch.manual_seed(0)
    net = AnimoteNet(AnimoteConfig(**(SMALL | sizes))).eval()
    with torch.no_grad():
        for part in net.parameters():
            part.add_(0.05 * torch.randn_like(part))
        for name, part in net.named_buffers():
            if name.endswith("running_var"):
                part.uniform_(0.5, 2)
    return net


def sound(net: AnimoteNet, frames: int, batch: int = 1, seed: int = 1) -> Tensor:
    """Features of any kind, in the range of log-mel."""
    torch.manual_seed(seed)
    columns = 83 + net.config.columns
    return -45 + 20 * torch.randn(batch, frames * net.config.stride, columns)


@torch.no_grad()
def moved(net: AnimoteNet, features: Tensor, seen: Tensor | None = None) -> Tensor:
    return net(features, net.initial_state(len(features)), seen)[0]


@pytest.mark.parametrize("rate", [25, 50, 100])
@pytest.mark.parametrize("layer_norm", [True, False])
@torch.no_grad()
def test_streaming_equals_whole_however_sound_is_cut(rate, layer_norm):
    net = make_net(rate=rate, layer_norm=layer_norm)
    features = sound(net, 40, batch=2)
    whole = moved(net, features)
    state, told, begin = net.initial_state(2), [], 0
    for frames in (1, 7, 1, 20, 3, 8):
        end = begin + frames * net.config.stride
        part, state = net(features[:, begin:end], state)
        told.append(part)
        begin = end
    assert state.shape == (2, net.state_size)
    torch.testing.assert_close(torch.cat(told, dim=1), whole, atol=1e-5, rtol=1e-5)


def test_a_causal_net_hears_nothing_of_the_future_and_what_its_window_holds():
    net = make_net(look_ahead=3)
    features = sound(net, 30).requires_grad_()
    told, _ = net(features, net.initial_state(1))
    told[0, 14].sum().backward()
    heard = features.grad.abs().sum(dim=2)[0].reshape(30, net.config.stride).sum(dim=1)
    assert not heard[15:].any()
    assert (heard[4:15] > 0).all()
    assert net.look_ahead == 3


@pytest.mark.parametrize("sizes", WHOLE)
def test_a_net_of_whole_chunks_looks_both_ways(sizes):
    net = make_net(causal=False, **sizes)
    assert net.state_size == 0
    features = sound(net, 30).requires_grad_()
    told, _ = net(features, net.initial_state(1))
    told[0, 14].sum().backward()
    heard = features.grad.abs().sum(dim=2)[0].reshape(30, net.config.stride).sum(dim=1)
    assert (heard > 0).all()


@pytest.mark.parametrize("sizes", WHOLE)
@pytest.mark.parametrize(("frames", "missing"), [(21, 11), (24, 8), (16, 1)])
def test_padding_never_counts(sizes, frames, missing):
    net = make_net(causal=False, **sizes, look_ahead=2)
    features = sound(net, frames)
    alone = moved(net, features)
    rest = sound(net, missing, seed=3) * 5
    other = sound(net, frames + missing, seed=4)
    both = torch.cat([torch.cat([features, rest], dim=1), other])
    seen = torch.ones(2, frames + missing)
    # Output t speaks of face t - 2.
    seen[0, frames - 2 :] = 0
    padded = moved(net, both, seen)
    torch.testing.assert_close(padded[:1, :frames], alone, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(padded[1:], moved(net, other), atol=1e-5, rtol=1e-5)


def test_sound_under_a_lost_face_is_still_heard():
    net = make_net(causal=False, decoder="unet", look_ahead=0)
    features = sound(net, 20)
    seen = torch.ones(1, 20)
    seen[:, 5:9] = 0
    torch.testing.assert_close(moved(net, features, seen), moved(net, features))


def test_a_take_of_which_nothing_is_seen_gives_finite_numbers():
    net = make_net(causal=False, look_ahead=0)
    assert moved(net, sound(net, 6), torch.zeros(1, 6)).isfinite().all()


@pytest.mark.parametrize("frames", [1, 2, 7, 8, 9, 31])
def test_a_u_net_takes_any_number_of_frames(frames):
    torch.manual_seed(0)
    net = TemporalUNet(4)
    stream = torch.randn(2, frames, 4)
    assert net(stream).shape == stream.shape


def test_a_u_net_carries_what_a_frame_holds_past_its_coarse_levels():
    torch.manual_seed(0)
    net = TemporalUNet(4, levels=2)
    stream = torch.randn(1, 16, 4)
    whole = net(stream)
    with torch.no_grad():
        for part in (net.middle, net.up[0]):
            for number in (0, 2):
                part[number].weight.zero_()
    # Without its coarse levels, only skip connections tell frames of one pair apart.
    fine = net(stream)
    assert (fine[0, 4] - fine[0, 5]).abs().max() > 1e-3
    assert (whole - fine).abs().max() > 1e-4


def test_balanced_positions_are_a_share_of_the_stream():
    positions = Positions("balanced", 16)
    torch.manual_seed(0)
    for scale in (0.01, 1.0, 100.0):
        stream = scale * torch.randn(1, 200, 16)
        added = (positions(stream) - stream).detach()
        share = torch.sigmoid(positions.share.detach())
        assert (added**2).mean().sqrt() / stream.std() == pytest.approx(float(share), rel=0.01)
        assert added.mean(dim=1).abs().max() < 1e-4 * scale


def test_sinusoidal_positions_are_as_published():
    added = Positions("sinusoidal", 6)(torch.zeros(1, 12, 6))[0]
    for place, channel in ((0, 0), (5, 2), (11, 4)):
        angle = torch.tensor(place / 10_000 ** (channel / 6))
        assert added[place, channel] == pytest.approx(float(angle.sin()), abs=1e-6)
        assert added[place, channel + 1] == pytest.approx(float(angle.cos()), abs=1e-6)


def test_a_plain_layer_may_tell_offsets():
    net = make_net(basis=False)
    assert net.mesh is None
    assert moved(net, sound(net, 5)).shape == (1, 5, 3 * VERTICES)


def test_a_basis_tells_offsets_that_lie_in_it():
    net = make_net()
    torch.manual_seed(2)
    axes = torch.linalg.qr(torch.randn(3 * VERTICES, 5))[0].T
    mean = torch.randn(3 * VERTICES)
    net.mesh.begin_with(mean, axes, torch.arange(5, 0, -1.0))
    told = moved(net, sound(net, 8)) - mean
    torch.testing.assert_close(told, told @ axes.T @ axes, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_a_spectrogram_is_seen_and_padding_is_not():
    pytest.importorskip("transformers", reason="the spectrogram encoder is built by transformers")
    net = make_net(causal=False, spectrogram=True, look_ahead=0)
    features = sound(net, 12)
    alone = moved(net, features)
    rest = torch.cat([features, sound(net, 9, seed=5)], dim=1)
    seen = torch.cat([torch.ones(1, 12), torch.zeros(1, 9)], dim=1)
    torch.testing.assert_close(moved(net, rest, seen)[:, :12], alone, atol=1e-4, rtol=1e-4)
    net.picture.leave.weight.zero_()
    assert (moved(net, features) - alone).abs().max() > 1e-4


def test_sizes_are_counted(capsys):
    counts = {
        name: parameters(AnimoteNet(AnimoteConfig(vertices=468, **sizes)))
        for name, sizes in {
            "streams": {},
            "whole, LSTM": {"causal": False},
            "whole, U-Net": {"causal": False, "decoder": "unet"},
            "speech encoders": {"causal": False, "columns": 2051},
        }.items()
    }
    with capsys.disabled():
        print()
        for name, count in counts.items():
            print(f"  animote, {name}: {count:,} parameters")
    assert counts["streams"] == counts["whole, LSTM"] - 1  # its share of positions
    assert all(300_000 < count < 43_700_000 / 4 for count in counts.values())


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ({"decoder": "unet"}, "causal: false"),
        ({"spectrogram": True}, "causal: false"),
        ({"decoder": "gru"}, "unknown decoder 'gru'"),
        ({"positions": "balance"}, "did you mean 'balanced'"),
        ({"heads": 3}, "3 heads"),
        ({"rate": 30}, "not 30"),
        ({"look_ahead": -1}, "look_ahead"),
    ],
)
def test_sizes_that_do_not_fit_are_told(sizes, told):
    with pytest.raises(VoxfaceError, match=told) as error:
        AnimoteConfig(**(SMALL | sizes))
    assert "\n" not in str(error.value)
