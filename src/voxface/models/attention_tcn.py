"""The hybrid: a temporal convolutional network with attention between its stages."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from voxface.errors import VoxfaceError
from voxface.models.attention import WindowedAttention
from voxface.models.tcn import CausalTCN, StreamLayer, TCNConfig


@dataclass(frozen=True)
class AttentionTCNConfig(TCNConfig):
    """Sizes of an `AttentionTCN`; see `TCNConfig` for its convolutions.

    Parameters
    ----------
    attention_after : tuple of int
        Attention follows after so many blocks; each number is the end of a stage.
    heads : int
        Heads of each attention.
    window : int
        Frames that a frame attends to.
    """

    family: str = "attention_tcn"
    activation: str = "gelu"
    attention_after: tuple[int, ...] = (5, 10)
    heads: int = 4
    window: int = 128

    def __post_init__(self) -> None:
        super().__post_init__()
        after = self.attention_after
        if sorted(set(after)) != list(after) or not set(after) <= {
            *range(1, len(self.dilations) + 1)
        }:
            raise VoxfaceError(
                f"'attention_after' must rise from 1 to at most {len(self.dilations)}, the number "
                f"of blocks, not {list(after)}"
            )


class AttentionStage(nn.Module):
    """Attention over a stream of channels, normalised before and added after."""

    def __init__(self, config: AttentionTCNConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.channels)
        self.attention = WindowedAttention(config.channels, config.heads, config.window)
        self.dropout = nn.Dropout(config.dropout)
        self.state_size = self.attention.state_size

    def forward(
        self, stream: Tensor, past: Tensor, condition: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Advance a stream (B, C, T), given a past (B, state_size)."""
        mixed, past = self.attention(self.norm(stream.transpose(1, 2)), past)
        return stream + self.dropout(mixed).transpose(1, 2), past


class AttentionTCN(CausalTCN):
    """Convolutions for what is near, attention for what is far."""

    config: AttentionTCNConfig

    def __init__(self, config: AttentionTCNConfig) -> None:
        super().__init__(config)
        self.attentions = nn.ModuleList(AttentionStage(config) for _ in config.attention_after)

    def layers(self) -> list[StreamLayer]:
        """Return blocks and attentions in the order in which the stream passes them."""
        attentions = iter(self.attentions)
        held: list[StreamLayer] = []
        for number, block in enumerate(self.each_block(), 1):
            held.append(block)
            if number in self.config.attention_after:
                held.append(next(attentions))  # type: ignore[arg-type]
        return held
