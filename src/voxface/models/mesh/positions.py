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
    reading of Animote's balanced positional encoding: the same waves about a zero mean in every
    channel, at a learned share of the stream's own deviation, so that neither drowns the other.

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

    def forward(self, stream: Tensor) -> Tensor:
        """Map a stream (B, T, C) to the same with its positions."""
        if self.kind == "none":
            return stream
        angle = torch.arange(stream.shape[1], device=stream.device)[:, None] * self.steps
        waves = torch.stack([torch.sin(angle), torch.cos(angle)], dim=2).flatten(1)
        waves = waves[:, : stream.shape[2]]
        if self.share is None:
            return stream + waves
        waves = waves - waves.mean(dim=0)
        spread = waves.std().clamp(min=1e-6)
        return stream + torch.sigmoid(self.share) * stream.detach().std() * waves / spread
