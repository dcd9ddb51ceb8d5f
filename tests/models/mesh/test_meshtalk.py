"""MeshTalk: streams equal whole takes, nothing hears ahead, and it stays small."""

import pytest
import torch

from voxface.models.mesh.latent import likeliest
from voxface.models.mesh.meshtalk import MeshTalkConfig, MeshTalkNet

SIZES = {
    "vertices": 7, "components": 3, "heads": 3, "classes": 5, "width": 12, "look_ahead": 2,
    "sound_dilations": (1, 2), "decoder_dilations": (1, 2), "prior_dilations": (1, 2),
}  # fmt: skip
ORIGINAL = 43.7e6
"""Parameters of the original."""


def net_of(**sizes) -> MeshTalkNet:
    torch.manual_seed(0)
    net = MeshTalkNet(MeshTalkConfig(**SIZES | sizes)).eval().requires_grad_(False)
    torch.nn.init.normal_(net.prior.order.weight, std=0.5)
    torch.nn.init.normal_(net.mesh.basis)
    torch.nn.init.normal_(net.mesh.reader, std=0.1)
    torch.nn.init.normal_(net.template_axes, std=0.1)
    for part in net.modules():
        if isinstance(part, torch.nn.BatchNorm1d):  # as they are after training
            part.running_mean.normal_(0, 0.3)
            part.running_var.uniform_(0.5, 2)
    return net


def stepped(net, features, template, noise, temperature=1.0):
    state, told, drawn = net.initial_state(len(features)), [], []
    for frame in range(features.shape[1] // net.config.stride):
        part = features[:, frame * net.config.stride : (frame + 1) * net.config.stride]
        offsets, state, chosen = net.step(
            part, state, template, noise[:, frame], torch.tensor([temperature]), torch.tensor([5])
        )
        told.append(offsets)
        drawn.append(chosen)
    return torch.stack(told, dim=1), torch.stack(drawn, dim=1)


@pytest.fixture
def heard():
    torch.manual_seed(1)
    return -45 + 20 * torch.randn(2, 40, 83)


def gumbel(*shape):
    torch.manual_seed(2)
    return -torch.log(-torch.log(torch.rand(*shape).clamp(1e-9, 1 - 1e-7)))


def test_steps_are_what_is_learned_of_whole_takes(heard):
    net = net_of(look_ahead=0)  # so that both begin with the first sound
    template = net.template(torch.randn(2, 7, 3))
    noise = gumbel(2, 10, 3, 5)
    told, drawn = stepped(net, heard, template, noise)
    logits = net.prior_logits(heard, drawn)
    assert torch.equal(likeliest(logits + noise), drawn)
    assert torch.allclose(net.decode(drawn, template), told, atol=1e-5)
    assert drawn.argmax(dim=3).unique().numel() > 2  # a plant that always says one proves nothing


def test_whole_sounds_are_drawn_as_streams_are(heard):
    net = net_of(look_ahead=0)
    noise = gumbel(2, 10, 3, 5)
    _, stepwise = stepped(net, heard, torch.zeros(2, 3), noise, temperature=0.5)
    assert torch.equal(net.draw(heard, 0.5 * noise), stepwise)


def test_nothing_hears_ahead(heard):
    net = net_of()
    template, noise = torch.zeros(2, 3), gumbel(2, 10, 3, 5)
    told, _ = stepped(net, heard, template, noise)
    changed = heard.clone()
    changed[:, 24:] += 30
    other, _ = stepped(net, changed, template, noise)
    assert torch.equal(told[:, :6], other[:, :6]) and not torch.equal(told[:, 6:], other[:, 6:])


def test_the_encoder_stands_at_the_frame_of_the_face(heard):
    net = net_of()
    offsets = torch.randn(2, 10, 21)
    logits = net.latents(heard, offsets)
    assert logits.shape == (2, 8, 3, 5)
    # Frame 3 of the face hears sound to its look-ahead's end, net frame 5, and no further.
    late = heard.clone()
    late[:, 24:] += 30
    moved = (net.latents(late, offsets) != logits).flatten(2).any(dim=2).any(dim=0)
    assert moved.tolist() == [False] * 4 + [True] * 4


def test_template_says_whose_face_moves(heard):
    net, noise = net_of(), gumbel(2, 10, 3, 5)
    one, drawn = stepped(net, heard, net.template(torch.randn(2, 7, 3)), noise)
    two, same = stepped(net, heard, net.template(torch.randn(2, 7, 3)), noise)
    assert torch.equal(drawn, same) and not torch.allclose(one, two, atol=1e-3)


@pytest.mark.parametrize("vertices", [468, 26_719])
def test_a_quarter_of_the_original_at_most(vertices):
    net = MeshTalkNet(MeshTalkConfig(vertices=vertices, components=48))
    # What the file of a trained net holds: encoders of expression serve training alone.
    count = sum(part.numel() for part in net.parameters())
    assert count < ORIGINAL / 4, count
    assert net.state_size < 30_000
