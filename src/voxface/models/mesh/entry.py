"""How mesh nets hear: mel bands become a stream at the rate of the mesh."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from voxface.models.blocks import DenseBlock
from voxface.models.mesh.contract import MeshNetConfig


class SoundEntry(nn.Module):
    """Stacked mel frames through causal dilated convolutions.

    Parameters
    ----------
    config : MeshNetConfig
    width : int
        Channels of the stream.
    dilations : tuple of int
        One residual block of three taps for each.
    dropout : float
    columns : int
        Further feature columns that are heard as they are, after the mel bands.
    """

    def __init__(
        self,
        config: MeshNetConfig,
        width: int,
        dilations: tuple[int, ...],
        dropout: float = 0.0,
        columns: int = 0,
    ) -> None:
        super().__init__()
        self.config, self.width, self.columns = config, width, columns
        self.enter = nn.Linear(config.stride * (config.bands + columns), width)
        self.blocks = nn.ModuleList(
            DenseBlock(width, 3, dilation, dropout, norm="batch", activation="gelu")
            for dilation in dilations
        )

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return sum(block.state_size for block in self._each())

    def forward(self, features: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Map features (B, T x stride, F) and the past to a stream (B, T, width) and the next."""
        config = self.config
        mel = features[:, :, : config.bands]
        heard = (mel - config.feature_mean) / config.feature_deviation
        if self.columns:
            heard = torch.cat([heard, features[:, :, -self.columns :]], dim=2)
        stacked = heard.reshape(len(heard), -1, config.stride * heard.shape[2])
        stream = self.enter(stacked).transpose(1, 2)
        blocks, kept = self._each(), []
        pasts = torch.split(past, [block.state_size for block in blocks], dim=1)
        for block, own in zip(blocks, pasts, strict=True):
            stream, new = block(stream, own)
            kept.append(new)
        return stream.transpose(1, 2), torch.cat(kept, dim=1) if kept else past

    def _each(self) -> list[DenseBlock]:
        return [block for block in self.blocks if isinstance(block, DenseBlock)]
