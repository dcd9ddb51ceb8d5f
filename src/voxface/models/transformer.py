"""A causal transformer encoder over a window, as a baseline."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from voxface.models.attention import WindowedAttention
from voxface.models.contract import FaceOutput, NetConfig
from voxface.models.heads import HeadedNet


@dataclass(frozen=True)
class TransformerConfig(NetConfig):
    """Sizes of a `CausalTransformer`; see `NetConfig` for what every net has.

    Parameters
    ----------
    channels : int
        Width of the residual stream.
    layers : int
        Layers of attention and feed-forward.
    heads : int
        Heads of each attention.
    window : int
        Frames that a frame attends to in each layer.
    expansion : int
        Width of the feed-forward layers, in `channels`.
    dropout : float
        Share of numbers dropped in training.
    """

    family: str = "transformer"
    channels: int = 120
    layers: int = 4
    heads: int = 4
    window: int = 128
    expansion: int = 4
    dropout: float = 0.1


class EncoderLayer(nn.Module):
    """Attention, then a feed-forward layer, each normalised before and added after."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width = config.channels
        self.norm = nn.LayerNorm(width)
        self.attention = WindowedAttention(width, config.heads, config.window)
        self.dropout = nn.Dropout(config.dropout)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, config.expansion * width),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.expansion * width, width),
            nn.Dropout(config.dropout),
        )

    def forward(self, stream: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Advance a stream (B, T, C), given the attention's past."""
        mixed, past = self.attention(self.norm(stream), past)
        stream = stream + self.dropout(mixed)
        return stream + self.feed_forward(stream), past


class CausalTransformer(HeadedNet):
    """An encoder whose layers look back over a window; what lies ahead is bought by delay."""

    config: TransformerConfig

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.entry = nn.Linear(config.bands, config.channels)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.channels)
        self.make_heads(config.channels)

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return sum(layer.attention.state_size for layer in self._each_layer())

    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames; see `FaceNet.forward`."""
        stream = self.entry(self.heard(features))
        layers = self._each_layer()
        pasts = torch.split(state, [layer.attention.state_size for layer in layers], dim=1)
        kept = []
        for layer, past in zip(layers, pasts, strict=True):
            stream, new = layer(stream, past)
            kept.append(new)
        return self.read_face(self.norm(stream).transpose(1, 2)), torch.cat(kept, dim=1)

    def _each_layer(self) -> list[EncoderLayer]:
        return [layer for layer in self.layers if isinstance(layer, EncoderLayer)]
