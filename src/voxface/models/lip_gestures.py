"""Lips that take the place a sound needs: on the teeth for f and v, forward for oo and w."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from voxface.face import ARKIT_CHANNELS, channel_index


class LipGesture(nn.Module):
    """Raise channels to a least weight and lower others to a greatest, as far as it is asked for.

    Parameters
    ----------
    least, greatest : mapping of str to float
        Weights by channel at full strength. What is above its least or below its greatest stays.
    """

    least: Tensor
    greatest: Tensor

    def __init__(self, least: Mapping[str, float], greatest: Mapping[str, float]) -> None:
        super().__init__()
        for name, bounds, usual in (("least", least, 0.0), ("greatest", greatest, 1.0)):
            row = torch.full((len(ARKIT_CHANNELS),), usual)
            for channel, value in bounds.items():
                row[channel_index(channel)] = value
            self.register_buffer(name, row)

    def forward(self, weights: Tensor, strength: Tensor) -> Tensor:
        """Move weights (B, T, 52), 0 to 1, by a strength (B, T), 0 to 1."""
        placed = torch.minimum(torch.maximum(weights, self.least), self.greatest)
        return weights + strength[:, :, None] * (placed - weights)


class TeethOnLip(LipGesture):
    """The lower lip drawn in and raised to the edge of the upper teeth: f and v.

    The upper lip is not raised: some captured speakers do so, others do not.
    """

    def __init__(self) -> None:
        super().__init__(
            least={"mouthRollLower": 0.35},
            greatest={
                "jawOpen": 0.06,
                "mouthClose": 0.01,
                "mouthLowerDownLeft": 0.0,
                "mouthLowerDownRight": 0.0,
                "mouthRollUpper": 0.03,
                "mouthFunnel": 0.02,
            },
        )


class SmallMouth(LipGesture):
    """A jaw that leaves a small opening: the close ones of the rounded vowels."""

    def __init__(self) -> None:
        super().__init__(least={}, greatest={"jawOpen": 0.13})


class RoundLips(nn.Module):
    """Lips that net and speaker already push forward, pushed further: oo, oh and w.

    A gain and not a least weight: speakers differ in how much they round, and held-out takes agree
    with the gain (r of mouthPucker 0.75 to 0.72) where a least of 0.3 costs much (0.61).
    """

    pucker: Tensor
    gain, most = 2.2, 0.7

    def __init__(self) -> None:
        super().__init__()
        pucker = torch.zeros(len(ARKIT_CHANNELS))
        pucker[channel_index("mouthPucker")] = 1.0
        self.register_buffer("pucker", pucker)

    def forward(self, weights: Tensor, strength: Tensor) -> Tensor:
        """Push lips forward in weights (B, T, 52) by a strength (B, T), 0 to 1."""
        further = torch.clamp(weights * self.gain, max=self.most) - weights
        return weights + strength[:, :, None] * self.pucker * torch.relu(further)
