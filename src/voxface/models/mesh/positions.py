"""Positions for attention that does not stream."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

POSITIONS = ("none", "sinusoidal", "balanced")
"""Kinds of positional encoding."""


class Positions(nn.Module):
    """Add where each frame stands to a stream.

    ``sinusoidal`` is Vaswani et al., "Attention is all you need" (2017). ``balanced`` is our
    reading of Animote's balanced positional encoding, of which no formula is published: the same
    waves about a zero mean in every channel, at a learned share of the stream's own deviation, so
    that neither drowns the other.

    Parameters
    ----------
    kind : str
        One of `POSITIONS`.
    width : int
        Channels of the stream.
    """

    def __init__(self, kind: str, width: int) -> None:
        super().__init__()
        self.kind = kind
        self.share = nn.Parameter(torch.tensor(-1.0)) if kind == "balanced" else None
        steps = torch.exp(-math.log(10_000.0) * torch.arange(0, width, 2) / width)
        self.register_buffer("steps", steps, persistent=False)

    steps: Tensor

    def forward(self, stream: Tensor, padding: Tensor | None = None) -> Tensor:
        """Map a stream (B, T, C) to the same with its positions.

        `padding` (B, T) is true for frames that must not count in what the others are given.
        """
        if self.kind == "none":
            return stream
        angle = torch.arange(stream.shape[1], device=stream.device)[:, None] * self.steps
        waves = torch.stack([torch.sin(angle), torch.cos(angle)], dim=2).flatten(1)
        waves = waves[:, : stream.shape[2]].to(stream.dtype)
        if self.share is None:
            return stream + waves
        counts = (
            stream.new_ones(len(stream), stream.shape[1], 1)
            if padding is None
            else (~padding)[:, :, None].to(stream.dtype)
        )
        waves = waves - _mean(waves, counts, (1,))
        own = stream.detach()
        spread = _mean((own - _mean(own, counts, (1, 2))) ** 2, counts, (1, 2)).sqrt()
        waved = _mean(waves**2, counts, (1, 2)).sqrt().clamp(min=1e-6)
        return stream + torch.sigmoid(self.share) * spread * waves / waved


def _mean(values: Tensor, counts: Tensor, over: tuple[int, ...]) -> Tensor:
    """Return the mean of values (B or 1, T, C) over frames, and channels, that count (B, T, 1)."""
    weights = counts.expand(-1, -1, values.shape[-1])
    total = weights.sum(dim=over, keepdim=True).clamp(min=1.0)
    return (values * weights).sum(dim=over, keepdim=True) / total
