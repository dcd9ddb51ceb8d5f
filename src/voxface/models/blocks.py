"""The residual blocks that a temporal convolutional network is stacked of."""

from __future__ import annotations

from abc import abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from voxface.models.condition import Film

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU}
NORMS = ("batch", "none")


class Folded(NamedTuple):
    """A dilated convolution with its norm, and what it is told, folded in.

    Attributes
    ----------
    weight : Tensor, shape (C, C, kernel), or (C, 1, kernel) of a depthwise one
    bias : Tensor, shape (C,)
    """

    weight: Tensor
    bias: Tensor


class Block(nn.Module):
    """A residual block around one dilated convolution over time.

    The convolution is causal. A centred one is the same convolution told late: what is added to it
    is the stream as it was at the kernel's middle tap.

    Parameters
    ----------
    conv : Conv1d
        Over C channels, without padding.
    norm : str
        ``"batch"`` or ``"none"``.
    activation : str
        ``"relu"`` or ``"gelu"``.
    centred : bool
    condition : int
        Length of what the net is told; 0 for nothing.
    """

    def __init__(
        self, conv: nn.Conv1d, norm: str, activation: str, centred: bool, condition: int
    ) -> None:
        super().__init__()
        channels = conv.out_channels
        self.memory = (conv.kernel_size[0] - 1) * conv.dilation[0]
        """Past frames that the block needs."""
        self.delay = self.memory // 2 if centred else 0
        """Frames by which its output is late."""
        self.state_size = channels * self.memory
        self.channels = channels
        self.norm: nn.Module = nn.BatchNorm1d(channels) if norm == "batch" else nn.Identity()
        self.activation = ACTIVATIONS[activation]()
        self.film = Film(condition, channels) if condition else None

    @property
    @abstractmethod
    def conv(self) -> nn.Conv1d:
        """The dilated convolution."""

    def mix(self, inner: Tensor) -> Tensor:
        """Take what the activation let through (B, C, T) to what is added to the stream."""
        return inner

    def forward(
        self, stream: Tensor, past: Tensor, condition: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Advance by the frames of `stream` (B, C, T).

        Parameters
        ----------
        stream : Tensor, shape (B, C, T)
        past : Tensor, shape (B, C x memory)
            The stream before.
        condition : Tensor, shape (B, K), optional

        Returns
        -------
        stream : Tensor, shape (B, C, T)
            `delay` frames late.
        past : Tensor, shape (B, C x memory)
        """
        before = past.reshape(-1, self.channels, self.memory)
        extended = torch.cat([before, stream], dim=2)
        inner = self.norm(self.conv(extended))
        if self.film is not None and condition is not None:
            inner = self.film(inner, condition)
        inner = self.mix(self.activation(inner))
        if self.delay:
            stream = extended[:, :, self.delay : -self.delay]
        return stream + inner, extended[:, :, -self.memory :].reshape(-1, self.state_size)

    def folded(self, condition: Tensor | None = None) -> Folded:
        """Return the convolution as evaluation runs it, for one condition (K,)."""
        weight = self.conv.weight
        bias = weight.new_zeros(self.channels) if self.conv.bias is None else self.conv.bias
        if isinstance(self.norm, nn.BatchNorm1d):
            variance, mean = self.norm.running_var, self.norm.running_mean
            assert variance is not None and mean is not None
            gain = self.norm.weight / torch.sqrt(variance + self.norm.eps)
            weight, bias = weight * gain[:, None, None], self.norm.bias + (bias - mean) * gain
        if self.film is not None and condition is not None:
            (gain,), (shift,) = self.film.gain_and_shift(condition[None])
            weight, bias = weight * gain[:, None, None], bias * gain + shift
        return Folded(weight, bias)

    @torch.no_grad()
    def fold(self, condition: Tensor | None = None) -> None:
        """Fold norm and condition (K,) into the convolution, in place: for evaluation alone."""
        weight, bias = self.folded(condition)
        self.conv.weight.copy_(weight)
        self.conv.bias = nn.Parameter(bias, requires_grad=False)
        self.norm, self.film = nn.Identity(), None


class SeparableBlock(Block):
    """Depthwise dilated convolution, norm, activation, pointwise mixing."""

    def __init__(
        self,
        channels: int,
        kernel: int,
        dilation: int,
        dropout: float,
        *,
        norm: str = "batch",
        activation: str = "relu",
        centred: bool = False,
        condition: int = 0,
    ) -> None:
        depthwise = nn.Conv1d(
            channels, channels, kernel, dilation=dilation, groups=channels, bias=norm == "none"
        )
        super().__init__(depthwise, norm, activation, centred, condition)
        self.depthwise = depthwise
        self.pointwise = nn.Conv1d(channels, channels, 1)
        self.dropout = nn.Dropout1d(dropout)

    @property
    def conv(self) -> nn.Conv1d:
        """The depthwise convolution."""
        return self.depthwise

    def mix(self, inner: Tensor) -> Tensor:
        """Mix channels frame by frame."""
        mixed: Tensor = self.dropout(self.pointwise(inner))
        return mixed


class DenseBlock(Block):
    """Dilated convolution over all channels, norm, activation: the published block."""

    def __init__(
        self,
        channels: int,
        kernel: int,
        dilation: int,
        dropout: float,
        *,
        norm: str = "batch",
        activation: str = "relu",
        centred: bool = False,
        condition: int = 0,
    ) -> None:
        dense = nn.Conv1d(channels, channels, kernel, dilation=dilation, bias=norm == "none")
        super().__init__(dense, norm, activation, centred, condition)
        self.dense = dense
        self.dropout = nn.Dropout1d(dropout)

    @property
    def conv(self) -> nn.Conv1d:
        """The convolution."""
        return self.dense

    def mix(self, inner: Tensor) -> Tensor:
        """Drop channels, in training."""
        dropped: Tensor = self.dropout(inner)
        return dropped
