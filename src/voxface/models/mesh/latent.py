"""A categorical latent space of H heads with C classes each."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def gumbel_choice(logits: Tensor, temperature: float, noise: Tensor | None = None) -> Tensor:
    """Draw a class of each head, (..., C) to one-hot (..., C), with gradients of the soft draw.

    Parameters
    ----------
    logits : Tensor, shape (..., C)
    temperature : float
        Of the soft draw whose gradient is taken; the lower, the more like the hard one.
    noise : Tensor, shape (..., C), optional
        Standard Gumbel noise; drawn here where it is not given.

    Notes
    -----
    Jang, Gu & Poole, "Categorical reparameterization with Gumbel-softmax" (2017), straight-through.
    """
    shaken = logits + (gumbel_noise(logits) if noise is None else noise)
    return straight_through(likeliest(shaken), shaken, temperature)


def gumbel_noise(like: Tensor) -> Tensor:
    """Draw standard Gumbel noise of a tensor's shape."""
    return -torch.log(-torch.log(torch.rand_like(like).clamp(1e-9, 1 - 1e-7)))


def straight_through(chosen: Tensor, logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Return what was chosen, one-hot (..., C), with gradients as if it were the softmax."""
    soft = functional.softmax(logits / temperature, dim=-1)
    return chosen + soft - soft.detach()


def likeliest(logits: Tensor) -> Tensor:
    """Return the likeliest class of each head as one-hot (..., C)."""
    return functional.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)


def usage(chosen: Tensor) -> Tensor:
    """Return how many classes of each head are used, as the exponential of their entropy, (H,).

    Parameters
    ----------
    chosen : Tensor, shape (..., H, C)
        One-hot, or chances.
    """
    share = chosen.reshape(-1, *chosen.shape[-2:]).mean(dim=0)
    return torch.exp(-(share * torch.log(share.clamp(min=1e-9))).sum(dim=-1))


class HeadsInOrder(nn.Module):
    """What the heads before it say for each head: a masked linear layer on one-hot latents.

    Germain et al., "MADE" (2015), without hidden units.

    Parameters
    ----------
    heads, classes : int
    """

    def __init__(self, heads: int, classes: int) -> None:
        super().__init__()
        self.heads, self.classes = heads, classes
        size = heads * classes
        self.weight = nn.Parameter(torch.zeros(size, size))
        own = torch.arange(heads).repeat_interleave(classes)
        self.register_buffer("mask", (own[:, None] < own[None, :]).float(), persistent=False)

    mask: Tensor

    def forward(self, chosen: Tensor) -> Tensor:
        """Map one-hot (..., H, C) to what is added to the logits (..., H, C)."""
        flat = chosen.flatten(-2) @ (self.weight * self.mask)
        return flat.reshape(*chosen.shape)

    def draw(
        self, logits: Tensor, noise: Tensor, temperature: Tensor, top_k: Tensor | None = None
    ) -> Tensor:
        """Draw a class of each head, one head after the other, as one-hot (B, H, C).

        Parameters
        ----------
        logits : Tensor, shape (B, H, C)
            Without what heads say of one another.
        noise : Tensor, shape (B, H, C)
            Standard Gumbel noise.
        temperature : Tensor, shape (1,)
            0 takes the likeliest class.
        top_k : Tensor of int64, shape (1,), optional
            How many classes of each head may be drawn, at least 1; more than there are is all.
        """
        if top_k is not None:
            top_k = top_k.clamp(1, self.classes)
        said, shaken = logits.flatten(1), noise * temperature
        told = self.weight * self.mask
        drawn = []
        for head in range(self.heads):
            first = head * self.classes
            own = said[:, first : first + self.classes]
            if top_k is not None:
                ranked = torch.sort(own, dim=1, descending=True).values
                least = torch.index_select(ranked, 1, top_k - 1)
                own = own.masked_fill(own < least, -1e9)
            best = (own + shaken[:, head]).argmax(dim=1)
            said = said + torch.index_select(told, 0, best + first)
            drawn.append(best)
        return functional.one_hot(torch.stack(drawn, dim=1), self.classes).to(logits.dtype)
