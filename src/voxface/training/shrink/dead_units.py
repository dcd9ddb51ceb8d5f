"""Which units of a net never fire over real speech, and how much each of them adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError
from voxface.models import CausalTCN, FaceNet
from voxface.models.blocks import SeparableBlock

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class BlockUse:
    """What the units of one block do, per unit (U,).

    A unit is a filter with its activation and its row of the mixing matrix.

    Attributes
    ----------
    firing
        Share of frames in which it is not zero.
    mean
        Mean of its activation.
    contribution
        Deviation of its activation times the length of its row of the mixing matrix: how far it
        moves the stream. 0 for a unit that never fires, and for one that never changes.
    magnitude
        Sum of the absolute weights of its filter times the length of its row: known without data.
    """

    firing: FloatArray
    mean: FloatArray
    contribution: FloatArray
    magnitude: FloatArray

    def dead(self, least: float = 0.0) -> NDArray[np.bool_]:
        """Return which units fire in no more than a share `least` of all frames."""
        return np.asarray(self.firing <= least)


@dataclass(frozen=True)
class NetUse:
    """What the units of a net do.

    Attributes
    ----------
    blocks
        One for each block.
    stream_mean, stream_deviation : ndarray, shape (C,)
        Of the channels of the residual stream where it is read out.
    frames : int
        Frames of 10 ms that this was measured over.
    """

    blocks: Sequence[BlockUse]
    stream_mean: FloatArray
    stream_deviation: FloatArray
    frames: int


class _Moments:
    """Running count, sum and sum of squares of columns."""

    def __init__(self) -> None:
        self.count = 0
        self.firing: FloatArray = np.zeros(0)
        self.total: FloatArray = np.zeros(0)
        self.squares: FloatArray = np.zeros(0)

    def add(self, values: Tensor) -> None:
        """Take values (B, C, T)."""
        rows = values.detach().transpose(1, 2).flatten(0, 1).to(torch.float64)
        if not self.count:
            self.firing, self.total, self.squares = np.zeros((3, rows.shape[1]))
        self.count += len(rows)
        self.firing = self.firing + (rows != 0).sum(0).numpy()
        self.total = self.total + rows.sum(0).numpy()
        self.squares = self.squares + (rows * rows).sum(0).numpy()

    @property
    def mean(self) -> FloatArray:
        return self.total / self.count

    @property
    def deviation(self) -> FloatArray:
        return np.sqrt(np.maximum(self.squares / self.count - self.mean**2, 0))


def separable_blocks(net: FaceNet) -> list[SeparableBlock]:
    """Return the blocks of a net that units can be taken from.

    Raises
    ------
    VoxfaceError
        If it is not a causal, separable TCN with norms and ReLU, told of no style.
    """
    blocks = net.each_block() if isinstance(net, CausalTCN) else []
    fit = [
        block
        for block in blocks
        if isinstance(block, SeparableBlock)
        and isinstance(block.norm, nn.BatchNorm1d)
        and isinstance(block.activation, nn.ReLU)
        and not block.delay
        and block.film is None
    ]
    if not fit or len(fit) < len(blocks) or net.config.family not in ("tcn", "pruned_tcn"):
        raise VoxfaceError(
            "units can be taken only from causal, separable nets of the family 'tcn' with batch "
            "norms and ReLU, without 'normalisation'; this one, of the family "
            f"'{net.config.family}', can be made smaller by --to float16 or int8"
        )
    return fit


@torch.inference_mode()
def measure_units(net: FaceNet, examples: Iterable[Example]) -> NetUse:
    """Run a net over examples and measure its units.

    Raises
    ------
    VoxfaceError
        If units cannot be taken from such a net, or there are no examples.
    """
    blocks = separable_blocks(net)
    moments, stream = [_Moments() for _ in blocks], _Moments()
    hooks = [
        block.activation.register_forward_hook(lambda _m, _i, out, to=to: to.add(out))
        for block, to in zip(blocks, moments, strict=True)
    ]
    hooks.append(blocks[-1].register_forward_hook(lambda _m, _i, out: stream.add(out[0])))
    net.eval()
    try:
        for example in examples:
            features = torch.from_numpy(example.features.astype(np.float32))[None]
            net(features, net.initial_state(1))
    finally:
        for hook in hooks:
            hook.remove()
    if not stream.count:
        raise VoxfaceError("there are no examples to measure units on; give a folder of examples")
    uses = [_block_use(block, found) for block, found in zip(blocks, moments, strict=True)]
    return NetUse(uses, stream.mean, stream.deviation, stream.count)


def _block_use(block: SeparableBlock, found: _Moments) -> BlockUse:
    mix = block.pointwise.weight[:, :, 0].detach().to(torch.float64).numpy()
    length = np.sqrt((mix**2).sum(axis=0))
    taps = block.folded().weight[:, 0].detach().abs().sum(1).to(torch.float64).numpy()
    return BlockUse(
        firing=found.firing / found.count,
        mean=found.mean,
        contribution=found.deviation * length,
        magnitude=taps * length,
    )
