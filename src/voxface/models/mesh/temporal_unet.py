"""A one-dimensional U-Net over time, with skip connections."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class TemporalUNet(nn.Module):
    """Halve time level by level, and double it again beside what was there before.

    Ronneberger, Fischer & Brox, "U-Net" (2015), over time alone. Any number of frames is taken: it
    is padded at its end to a whole number of the coarsest frames, and cut again. Padding is kept at
    zero in every layer, so that how much there is of it changes no other frame.

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
        self.down = nn.ModuleList(Twice(width, width) for _ in range(levels))
        self.middle = Twice(width, width)
        self.up = nn.ModuleList(Twice(2 * width, width) for _ in range(levels))

    def forward(self, stream: Tensor, padding: Tensor | None = None) -> Tensor:
        """Map (B, T, C) to (B, T, C); `padding` (B, T) is true where nothing may be looked at."""
        frames = stream.shape[1]
        # One coarse frame of nothing stands at the end, so that every end looks alike.
        whole = (-(-frames // 2**self.levels) + 1) * 2**self.levels
        real = stream.new_ones(stream.shape[:2]) if padding is None else (~padding).to(stream.dtype)
        real = functional.pad(real, (0, whole - frames))[:, None]
        now = functional.pad(stream.transpose(1, 2), (0, whole - frames)) * real
        beside = []
        for part in self.down:
            now = part(now, real)
            beside.append((now, real))
            now, real = functional.avg_pool1d(now, 2), functional.max_pool1d(real, 2)
        now = self.middle(now, real)
        for part, (before, real) in zip(self.up, reversed(beside), strict=True):
            now = functional.interpolate(now, scale_factor=2.0, mode="linear", align_corners=False)
            now = part(torch.cat([now, before], dim=1), real)
        told: Tensor = now[:, :, :frames].transpose(1, 2)
        return told


class Twice(nn.Sequential):
    """Two convolutions over three frames."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(
            nn.Conv1d(before, after, 3, padding=1), nn.GELU(),
            nn.Conv1d(after, after, 3, padding=1), nn.GELU(),
        )  # fmt: skip

    def forward(self, stream: Tensor, real: Tensor) -> Tensor:  # type: ignore[override]
        """Map (B, C, T), of which only frames where `real` (B, 1, T) is 1 are looked at."""
        first, bend, second, out = self
        inner = bend(first(stream * real)) * real
        told: Tensor = out(second(inner)) * real
        return told
