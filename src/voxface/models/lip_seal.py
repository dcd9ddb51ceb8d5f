"""Lips that meet on p, b and m."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from voxface.face import ARKIT_CHANNELS, channel_index

OPENERS: Mapping[str, float] = {
    "jawOpen": 0.5,
    "mouthLowerDownLeft": 0.9,
    "mouthLowerDownRight": 0.9,
    "mouthUpperUpLeft": 0.9,
    "mouthUpperUpRight": 0.9,
    "mouthFunnel": 0.8,
}
"""Channels that hold lips apart, and the share of each that a full closure takes away."""


class LipSeal(nn.Module):
    """Shut the lips for p, b and m.

    A net that regresses weights averages over what it is not sure of, and so does the sigmoid of a
    face tracker: the jaw of fast speech hovers, and lips do not meet. Viewers forgive much, but not
    that. What remains of the jaw's opening is sealed by `mouthClose`, which in ARKit brings lips
    together while the jaw stays open.
    """

    shares: Tensor
    seal: Tensor

    def __init__(self) -> None:
        super().__init__()
        shares = torch.zeros(len(ARKIT_CHANNELS))
        for name, share in OPENERS.items():
            shares[channel_index(name)] = share
        seal = torch.zeros(len(ARKIT_CHANNELS))
        seal[channel_index("mouthClose")] = 1.0
        self.register_buffer("shares", shares)
        self.register_buffer("seal", seal)
        self.jaw = channel_index("jawOpen")

    def forward(self, weights: Tensor, strength: Tensor) -> Tensor:
        """Close lips.

        Parameters
        ----------
        weights : Tensor, shape (B, T, 52)
            Weights, 0 to 1.
        strength : Tensor, shape (B, T)
            How far: 0 not at all, 1 until they meet.
        """
        shut = strength[:, :, None]
        held = weights * (1 - shut * self.shares)
        missing = torch.relu(held[:, :, self.jaw : self.jaw + 1] - held)
        return held + shut * self.seal * missing
