"""Voice-to-Action: a causal temporal convolutional network from log-mel to face.

The published design: 80 log-mel bands at 100 Hz, dilated convolutions with residuals, 52
blendshapes and head pose. Here the convolutions are depthwise-separable, the pose is a bounded
rotation vector, and the net is explicit about its memory: it takes and returns its state.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from voxface.models.contract import (
    POSE,
    POSITION_BOUND,
    ROTATION_BOUND,
    WEIGHTS,
    FaceNet,
    FaceOutput,
    NetConfig,
)


@dataclass(frozen=True)
class TCNConfig(NetConfig):
    """Sizes of a `CausalTCN`; see `NetConfig` for what every net has.

    Parameters
    ----------
    channels : int
        Width of the residual stream.
    dilations : tuple of int
        One residual block for each: the distance between its kernel's taps, in frames.
    kernel : int
        Taps of each depthwise convolution.
    dropout : float
        Share of channels dropped in training.
    """

    channels: int = 256
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4, 8, 16)
    kernel: int = 3
    dropout: float = 0.1


class SeparableBlock(nn.Module):
    """A residual block: depthwise dilated convolution, norm, activation, pointwise mixing."""

    def __init__(self, channels: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.memory = (kernel - 1) * dilation
        """Past frames that the block needs."""
        self.depthwise = nn.Conv1d(
            channels, channels, kernel, dilation=dilation, groups=channels, bias=False
        )
        self.norm = nn.BatchNorm1d(channels)
        self.activation = nn.ReLU()
        self.pointwise = nn.Conv1d(channels, channels, 1)
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, stream: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Advance by the frames of `stream` (B, C, T), given the `memory` frames before them."""
        extended = torch.cat([past, stream], dim=2)
        inner = self.activation(self.norm(self.depthwise(extended)))
        inner = self.dropout(self.pointwise(inner))
        return stream + inner, extended[:, :, -self.memory :]

    def folded(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the block without its norm, as evaluation runs it.

        Returns
        -------
        taps : Tensor, shape (kernel, C)
            Depthwise weights, the oldest frame first.
        tap_bias : Tensor, shape (C,)
        mix : Tensor, shape (C, C)
            Pointwise weights, to be multiplied from the right.
        mix_bias : Tensor, shape (C,)
        """
        variance, mean, bias = self.norm.running_var, self.norm.running_mean, self.pointwise.bias
        assert variance is not None and mean is not None and bias is not None
        gain = self.norm.weight / torch.sqrt(variance + self.norm.eps)
        taps = (self.depthwise.weight[:, 0] * gain[:, None]).T
        return taps, self.norm.bias - mean * gain, self.pointwise.weight[:, :, 0].T, bias


class CausalTCN(FaceNet):
    """The Voice-to-Action network."""

    config: TCNConfig

    def __init__(self, config: TCNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.channels
        self.entry = nn.Conv1d(config.bands, width, 1)
        self.blocks = nn.ModuleList(
            SeparableBlock(width, config.kernel, dilation, config.dropout)
            for dilation in config.dilations
        )
        self.motion_head = nn.Conv1d(width, WEIGHTS, 1)
        self.pose_head = nn.Conv1d(width, len(POSE), 1)
        self.speech_head = nn.Conv1d(width, 1, 1)
        self.articulation_head = nn.Conv1d(width, config.articulations, 1)
        bounds = torch.tensor([POSITION_BOUND] * 3 + [ROTATION_BOUND] * 3)
        self.pose_bounds: Tensor
        self.register_buffer("pose_bounds", bounds, persistent=False)

    def folded_blocks(self) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
        """Return every block as `SeparableBlock.folded` does."""
        return [block.folded() for block in self.blocks if isinstance(block, SeparableBlock)]

    @property
    def memories(self) -> list[int]:
        """Frames of memory of each block."""
        return [int(block.memory) for block in self.blocks]  # type: ignore[arg-type]

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return self.config.channels * sum(self.memories)

    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames; see `FaceNet.forward`."""
        mel = features[:, :, : self.config.bands]
        scaled = (mel - self.config.feature_mean) / self.config.feature_deviation
        stream = self.entry(scaled.transpose(1, 2))
        pasts = torch.split(state, [self.config.channels * n for n in self.memories], dim=1)
        kept = []
        for block, past, memory in zip(self.blocks, pasts, self.memories, strict=True):
            stream, new = block(stream, past.reshape(-1, self.config.channels, memory))
            kept.append(new.reshape(-1, self.config.channels * memory))
        output = FaceOutput(
            motion=self.motion_head(stream).transpose(1, 2),
            pose=torch.tanh(self.pose_head(stream).transpose(1, 2)) * self.pose_bounds,
            speech=self.speech_head(stream)[:, 0],
            articulation=self.articulation_head(stream).transpose(1, 2),
        )
        return output, torch.cat(kept, dim=1)
