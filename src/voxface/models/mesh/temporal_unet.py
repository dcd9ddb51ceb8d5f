"""A one-dimensional U-Net over time, with skip connections."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class TemporalUNet(nn.Module):
    """Halve time level by level, and double it again beside what was there before.

    Ronneberger, Fischer & Brox, "U-Net" (2015), over time alone. Any number of frames is taken: it
    is padded at its end to a whole number of the coarsest frames, and cut again.

    Parameters
    ----------
    width : int
        Channels in and out.
    levels : int
        How often time is halved.
    """

    def __init__(self, width: int, levels: int = 3) -> None:
        super().__init__()
        self.levels = levels
        self.down = nn.ModuleList(_twice(width, width) for _ in range(levels))
        self.middle = _twice(width, width)
        self.up = nn.ModuleList(_twice(2 * width, width) for _ in range(levels))

    def forward(self, stream: Tensor) -> Tensor:
        """Map (B, T, C) to (B, T, C)."""
        frames = stream.shape[1]
        whole = -(-frames // 2**self.levels) * 2**self.levels
        now = functional.pad(stream.transpose(1, 2), (0, whole - frames), mode="replicate")
        skipped = []
        for part in self.down:
            now = part(now)
            skipped.append(now)
            now = functional.avg_pool1d(now, 2)
        now = self.middle(now)
        for part, beside in zip(self.up, reversed(skipped), strict=True):
            now = functional.interpolate(now, scale_factor=2.0, mode="linear", align_corners=False)
            now = part(torch.cat([now, beside], dim=1))
        told: Tensor = now[:, :, :frames].transpose(1, 2)
        return told


def _twice(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(before, after, 3, padding=1), nn.GELU(), nn.Conv1d(after, after, 3, padding=1),
        nn.GELU(),
    )  # fmt: skip
