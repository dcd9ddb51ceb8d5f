"""A separable TCN with units taken out: each block hears only some channels of the stream."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError
from voxface.models.blocks import SeparableBlock
from voxface.models.tcn import CausalTCN, TCNConfig


@dataclass(frozen=True)
class PrunedTCNConfig(TCNConfig):
    """Sizes of a `PrunedTCN`; see `TCNConfig`.

    Parameters
    ----------
    kept : tuple of tuple of int
        For each block, the channels of the stream that it filters, ascending.
    """

    family: str = "pruned_tcn"
    kept: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.kept) != len(self.dilations):
            raise VoxfaceError(f"'kept' is of {len(self.kept)} blocks, not {len(self.dilations)}")
        for units in self.kept:
            inside = units and units[0] >= 0 and units[-1] < self.channels
            if not inside or list(units) != sorted(set(units)):
                raise VoxfaceError(f"'kept' must be ascending channels below {self.channels}")
        if not self.separable or self.centred or self.styles or self.emotions:
            raise VoxfaceError("a pruned net is separable, causal and told of no style")

    def to_dict(self) -> dict[str, Any]:
        """Return the sizes as plain JSON values."""
        return super().to_dict() | {"kept": [list(units) for units in self.kept]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build from plain values."""
        return super().from_dict(values | {"kept": tuple(map(tuple, values["kept"]))})

    @classmethod
    def of(cls, config: TCNConfig) -> Self:
        """Return the sizes of a whole net as those of one from which nothing is taken yet."""
        if isinstance(config, cls):
            return config
        every = (tuple(range(config.channels)),) * len(config.dilations)
        return cls(**(asdict(config) | {"family": cls.family, "kept": every}))


class PrunedBlock(SeparableBlock):
    """A block that filters only some channels of the stream, and adds to all of them.

    Parameters
    ----------
    kept : tuple of int
        The channels of the stream that it filters.
    config : PrunedTCNConfig
    dilation : int
    """

    kept: Tensor

    def __init__(self, kept: tuple[int, ...], config: PrunedTCNConfig, dilation: int) -> None:
        super().__init__(
            len(kept),
            config.kernel,
            dilation,
            config.dropout,
            norm=config.norm,
            activation=config.activation,
        )
        self.pointwise = nn.Conv1d(len(kept), config.channels, 1)
        self.register_buffer("kept", torch.tensor(kept), persistent=False)

    def forward(
        self, stream: Tensor, past: Tensor, condition: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Advance as `Block.forward` does; the past is of the kept channels alone."""
        before = past.reshape(-1, self.channels, self.memory)
        extended = torch.cat([before, stream[:, self.kept]], dim=2)
        inner = self.mix(self.activation(self.norm(self.conv(extended))))
        return stream + inner, extended[:, :, -self.memory :].reshape(-1, self.state_size)


class PrunedTCN(CausalTCN):
    """A Voice-to-Action network from which units were taken."""

    config: PrunedTCNConfig

    def __init__(self, config: PrunedTCNConfig) -> None:
        super().__init__(config)
        self.blocks = nn.ModuleList(
            PrunedBlock(kept, config, dilation)
            for kept, dilation in zip(config.kept, config.dilations, strict=True)
        )
