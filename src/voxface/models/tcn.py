"""Voice-to-Action: a causal temporal convolutional network from log-mel to face.

The published design: 80 log-mel bands at 100 Hz, dilated convolutions with residuals, 52
blendshapes and head pose. Here the convolutions are depthwise-separable unless dense ones are asked
for, the pose is a bounded rotation vector, and the net is explicit about its memory: it takes and
returns its state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError, unknown_name
from voxface.models.blocks import ACTIVATIONS, NORMS, Block, DenseBlock, SeparableBlock
from voxface.models.condition import ConditionedConfig, check_switch, condition_size
from voxface.models.contract import FaceOutput
from voxface.models.heads import HeadedNet


@dataclass(frozen=True)
class TCNConfig(ConditionedConfig):
    """Sizes of a `CausalTCN`; see `NetConfig` for what every net has.

    Parameters
    ----------
    channels : int
        Width of the residual stream.
    dilations : tuple of int
        One residual block for each: the distance between its kernel's taps, in frames.
    kernel : int
        Taps of each dilated convolution.
    dropout : float
        Share of channels dropped in training.
    separable : bool
        Depthwise convolutions with pointwise mixing; otherwise dense ones, which have about
        `kernel` times the parameters.
    centred : bool
        Every convolution looks as far ahead as back, as offline nets do. What they see ahead
        together, (kernel - 1) / 2 x sum(dilations) frames, is added to `look_ahead`.
    activation : str
        ``"relu"`` or ``"gelu"``.
    norm : str
        ``"batch"`` or ``"none"``.
    """

    channels: int = 256
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4, 8, 16)
    kernel: int = 3
    dropout: float = 0.1
    separable: bool = True
    centred: bool = False
    activation: str = "relu"
    norm: str = "batch"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_switch("separable", self.separable)
        check_switch("centred", self.centred)
        if self.activation not in ACTIVATIONS:
            raise unknown_name("activation of model", str(self.activation), list(ACTIVATIONS))
        if self.norm not in NORMS:
            raise unknown_name("norm of model", str(self.norm), list(NORMS))
        if self.kernel < 2 or any(dilation < 1 for dilation in self.dilations):
            raise VoxfaceError("a kernel of 'model' has at least 2 taps, 1 frame or more apart")
        if self.centred and self.kernel % 2 == 0:
            raise VoxfaceError(f"a centred kernel has an odd number of taps, not {self.kernel}")


class StreamLayer(Protocol):
    """A layer that remembers: a stream and its past in, the same out."""

    state_size: int

    def __call__(
        self, stream: Tensor, past: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Advance a stream (B, C, T), given a past (B, state_size) and a condition (B, K)."""


class CausalTCN(HeadedNet):
    """The Voice-to-Action network."""

    config: TCNConfig

    def __init__(self, config: TCNConfig) -> None:
        super().__init__()
        self.config = config
        width = config.channels
        self.entry = nn.Conv1d(config.bands, width, 1)
        kind = SeparableBlock if config.separable else DenseBlock
        self.blocks = nn.ModuleList(
            kind(
                width,
                config.kernel,
                dilation,
                config.dropout,
                norm=config.norm,
                activation=config.activation,
                centred=config.centred,
                condition=condition_size(config),
            )
            for dilation in config.dilations
        )
        self.make_heads(width)

    def each_block(self) -> list[Block]:
        """Return the residual blocks, first to last."""
        return [block for block in self.blocks if isinstance(block, Block)]

    def layers(self) -> list[StreamLayer]:
        """Return everything that the stream passes, in order."""
        return list(self.each_block())

    @property
    def look_ahead(self) -> int:
        """Frames by which the output is late: as the config says, and what centred blocks add."""
        return self.config.look_ahead + sum(block.delay for block in self.each_block())

    @property
    def memories(self) -> list[int]:
        """Frames of memory of each block."""
        return [block.memory for block in self.each_block()]

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return sum(layer.state_size for layer in self.layers())

    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames; see `FaceNet.forward`."""
        stream = self.entry(self.heard(features).transpose(1, 2))
        layers = self.layers()
        pasts = torch.split(state, [layer.state_size for layer in layers], dim=1)
        kept = []
        for layer, past in zip(layers, pasts, strict=True):
            stream, new = layer(stream, past, condition)
            kept.append(new)
        return self.read_face(stream), torch.cat(kept, dim=1)
