"""Recurrent nets as baselines: GRU and LSTM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from voxface.models.contract import FaceOutput, NetConfig
from voxface.models.heads import HeadedNet


@dataclass(frozen=True)
class RecurrentConfig(NetConfig):
    """Sizes of a `GRUNet` or an `LSTMNet`; see `NetConfig` for what every net has.

    Parameters
    ----------
    channels : int
        Units of each layer.
    layers : int
        Layers, one upon the other.
    dropout : float
        Share of numbers dropped between layers in training.
    """

    family: str = "gru"
    channels: int = 264
    layers: int = 2
    dropout: float = 0.1


class RecurrentNet(HeadedNet):
    """Recurrent layers over the features, whose hidden frames the heads read."""

    config: RecurrentConfig
    endless: ClassVar[bool] = True
    cell: ClassVar[type[nn.GRU] | type[nn.LSTM]]
    memories: ClassVar[int]
    """Vectors that a layer remembers."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        between = config.dropout if config.layers > 1 else 0.0
        self.recurrent = self.cell(
            config.bands, config.channels, config.layers, batch_first=True, dropout=between
        )
        self.make_heads(config.channels)

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return self.memories * self.config.layers * self.config.channels

    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames; see `FaceNet.forward`."""
        sizes = (-1, self.memories, self.config.layers, self.config.channels)
        held = state.reshape(sizes).permute(1, 2, 0, 3).contiguous()
        before = held[0] if self.memories == 1 else (held[0], held[1])
        stream, after = self.recurrent(self.heard(features), before)
        new = after[None] if self.memories == 1 else torch.stack(after)
        return self.read_face(stream.transpose(1, 2)), new.permute(2, 0, 1, 3).flatten(1)


class GRUNet(RecurrentNet):
    """Gated recurrent units (Cho et al., 2014)."""

    cell = nn.GRU
    memories = 1


class LSTMNet(RecurrentNet):
    """Long short-term memory (Hochreiter & Schmidhuber, 1997): its state is output and cell."""

    cell = nn.LSTM
    memories = 2
