"""The categorical latent space: draws, their gradients and the order of heads."""

import pytest
import torch

from voxface.models.mesh.latent import HeadsInOrder, gumbel_choice, likeliest, usage


def test_draws_are_one_hot_and_as_frequent_as_they_should_be():
    torch.manual_seed(0)
    chances = torch.tensor([0.1, 0.2, 0.7])
    drawn = gumbel_choice(chances.log().expand(20_000, 3), 0.5)
    assert torch.allclose(drawn.sum(dim=1), torch.ones(20_000), atol=1e-5)
    assert torch.allclose(drawn.max(dim=1).values, torch.ones(20_000), atol=1e-5)
    assert drawn.mean(dim=0).tolist() == pytest.approx(chances.tolist(), abs=0.02)


def test_gradients_go_where_the_choice_is_better():
    logits = torch.zeros(1, 3, requires_grad=True)
    value = torch.tensor([0.0, 0.0, 1.0])
    noise = torch.tensor([[1.0, 0.0, 0.0]])
    (gumbel_choice(logits, 1.0, noise) * value).sum().backward()
    assert logits.grad[0, 2] > 0 > logits.grad[0, 0]


def test_usage_counts_classes():
    used = torch.zeros(100, 2, 8)
    used[:, 0, 3] = 1  # collapsed
    used[torch.arange(100), 1, torch.arange(100) % 4] = 1
    assert usage(used).tolist() == pytest.approx([1.0, 4.0], rel=1e-4)


@pytest.fixture
def heads():
    torch.manual_seed(1)
    made = HeadsInOrder(3, 4)
    torch.nn.init.normal_(made.weight, std=2.0)
    return made.requires_grad_(False)


def test_a_head_hears_only_the_heads_before_it(heads):
    chosen = torch.rand(1, 3, 4, requires_grad=True)
    for head in range(3):
        (grad,) = torch.autograd.grad(heads(chosen)[0, head].sum(), chosen)
        assert [bool(grad[0, other].any()) for other in range(3)] == [n < head for n in range(3)]


def test_drawing_agrees_with_what_was_learned(heads):
    logits, noise = torch.randn(5, 3, 4), torch.zeros(5, 3, 4)
    drawn = heads.draw(logits, noise, torch.zeros(1), torch.tensor([4]))
    # At temperature 0 each head is the likeliest given the heads that were drawn.
    assert torch.equal(drawn, likeliest(logits + heads(drawn)))


def test_temperature_and_top_k(heads):
    torch.manual_seed(2)
    logits = torch.randn(1, 3, 4).expand(4000, 3, 4)
    noise = -torch.log(-torch.log(torch.rand(4000, 3, 4).clamp(1e-9, 1 - 1e-7)))
    one = torch.ones(1)
    drawn = heads.draw(logits, noise, one, torch.tensor([4]))
    chances = torch.softmax(logits[0, 0], dim=0)
    assert drawn[:, 0].mean(dim=0).tolist() == pytest.approx(chances.tolist(), abs=0.03)
    two = heads.draw(logits, noise, one, torch.tensor([2]))
    assert set(two[:, 0].argmax(dim=1).tolist()) == set(logits[0, 0].topk(2).indices.tolist())
    only = heads.draw(logits, noise, 10 * one, torch.tensor([1]))
    assert torch.equal(only, heads.draw(logits, 0 * noise, 0 * one, torch.tensor([4])))
