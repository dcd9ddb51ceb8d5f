"""Attention that streams: every frame looks at the frames of a window behind it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from voxface.errors import VoxfaceError

PIECE = 128
"""Frames that attend at once: a long recording then costs no more per second than a short one."""


class WindowedAttention(nn.Module):
    """Multi-head attention over the last `window` frames, the present one among them.

    Keys and values of the frames before are its state. How far a key lies back counts against it,
    in proportion and with another slope in each head: Press et al., "Train short, test long"
    (ALiBi), 2022. That needs no clock, so a stream may go on for ever.

    Parameters
    ----------
    channels : int
        Width of the stream.
    heads : int
        Divides `channels`.
    window : int
        Frames that a frame attends to, at least 2.

    Raises
    ------
    VoxfaceError
        If the sizes do not fit.
    """

    slopes: Tensor

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        if heads < 1 or channels % heads:
            raise VoxfaceError(f"{heads} heads of attention cannot share {channels} channels")
        if window < 2:
            raise VoxfaceError(f"a window of attention has at least 2 frames, not {window}")
        self.channels, self.heads = channels, heads
        self.cache = window - 1
        """Frames whose keys and values are kept."""
        self.state_size = 1 + self.cache * 2 * channels
        self.project = nn.Linear(channels, 3 * channels)
        self.gather = nn.Linear(channels, channels)
        # ALiBi's slopes for h heads: 2^(-8/h), 2^(-16/h) ... 2^-8.
        slopes = 2.0 ** (-8 * torch.arange(1, heads + 1) / heads)
        self.register_buffer("slopes", slopes[:, None, None], persistent=False)

    def forward(self, stream: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Attend.

        Parameters
        ----------
        stream : Tensor, shape (B, T, C)
        past : Tensor, shape (B, state_size)
            How many frames the cache holds, then their keys and values; zeros before any sound.

        Returns
        -------
        mixed : Tensor, shape (B, T, C)
        past : Tensor, shape (B, state_size)
        """
        frames = stream.shape[1]
        query, key, value = self.project(stream).chunk(3, dim=2)
        cached = past[:, 1:].reshape(-1, self.cache, 2 * self.channels)
        known = torch.cat([cached, torch.cat([key, value], dim=2).to(past.dtype)], dim=1)
        empty = self.cache - past[:, :1]
        if torch.onnx.is_in_onnx_export():
            mixed = self._attend(query, known, empty)
        else:
            mixed = torch.cat(self._piecewise(query, known, empty), dim=1)
        held = torch.clamp(past[:, :1] + frames, max=self.cache)
        kept = known[:, -self.cache :].reshape(-1, self.cache * 2 * self.channels)
        return self.gather(mixed), torch.cat([held, kept], dim=1)

    def _piecewise(self, query: Tensor, known: Tensor, empty: Tensor) -> list[Tensor]:
        """Attend piece by piece, each to what its window holds and was heard."""
        fewest, most = int(empty.min()), int(empty.max())
        mixed = []
        for begin in range(0, query.shape[1], PIECE):
            part = query[:, begin : begin + PIECE]
            first = max(begin, fewest)
            seen = known[:, first : begin + self.cache + part.shape[1]]
            mixed.append(self._attend(part, seen, empty - first if most > first else None))
        return mixed

    def _attend(self, query: Tensor, known: Tensor, empty: Tensor | None) -> Tensor:
        """Mix values for queries (B, T, C) from keys and values (B, S, 2 C), the last T theirs.

        Of the known, the first `empty` (B, 1) were never heard.
        """
        total = known.shape[1]
        key, value = known.chunk(2, dim=2)
        at = torch.arange(total, device=query.device)
        back = torch.arange(total - query.shape[1], total, device=query.device)[:, None] - at
        hidden = (back < 0) | (back > self.cache)
        bias = (-self.slopes * back).masked_fill(hidden, float("-inf"))
        scores = self._by_head(query) @ self._by_head(key).transpose(2, 3)
        scores = scores * (self.channels // self.heads) ** -0.5 + bias
        if empty is not None:
            scores = scores.masked_fill((at < empty)[:, None, None], float("-inf"))
        shares = functional.softmax(scores, dim=3).to(value.dtype)
        mixed: Tensor = shares @ self._by_head(value)
        return mixed.transpose(1, 2).flatten(2)

    def _by_head(self, values: Tensor) -> Tensor:
        """Return values (B, T, C) as (B, H, T, C / H)."""
        batch, frames = values.shape[:2]
        parts = values.reshape(batch, frames, self.heads, self.channels // self.heads)
        return parts.transpose(1, 2)
