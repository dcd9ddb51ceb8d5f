"""The stream that the heads of a net read, and the heads that only training puts on it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from voxface.errors import VoxfaceError
from voxface.models import FaceNet
from voxface.models.heads import HeadedNet
from voxface.models.running_level import NormalisedNet
from voxface.training.workers import shared_total


class Trunk:
    """Remembers the stream (B, C, T) that a net's heads read in its latest pass.

    Raises
    ------
    VoxfaceError
        If the net has no such stream.
    """

    def __init__(self, net: FaceNet) -> None:
        if isinstance(net, NormalisedNet):
            net = net.net
        if not isinstance(net, HeadedNet):
            raise VoxfaceError(
                f"a net of the family '{net.config.family}' has no stream before its heads; leave "
                "out the adversary and the pre-training"
            )
        self.width = int(net.motion_head.in_channels)
        self.stream = torch.zeros(0)
        self._hook = net.motion_head.register_forward_pre_hook(self._remember)

    def _remember(self, head: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.stream = inputs[0]

    def let_go(self) -> None:
        """Leave the net alone from now on."""
        self._hook.remove()
        self.stream = torch.zeros(0)


class _Reversed(torch.autograd.Function):
    """The identity, whose gradient comes back with its sign turned."""

    @staticmethod
    def forward(context: Any, values: Tensor, strength: float) -> Tensor:
        context.strength = strength
        return values.view_as(values)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -context.strength * gradient, None


class SpeakerJudge(nn.Module):
    """A head that learns to tell speakers apart, from a stream that learns not to let it.

    Ganin & Lempitsky, "Unsupervised domain adaptation by backpropagation", ICML 2015.

    Parameters
    ----------
    width : int
        Channels of the stream.
    speakers : int
        How many there are to tell apart.
    """

    def __init__(self, width: int, speakers: int) -> None:
        super().__init__()
        if speakers < 2:
            raise VoxfaceError(
                "the adversary needs at least two speakers to tell apart; leave it out or hear more"
            )
        self.layers = nn.Sequential(
            nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, speakers)
        )

    def forward(self, stream: Tensor, strength: float) -> Tensor:
        """Return log-odds of speakers (B, S) from a stream (B, C, T), of which it sees moments."""
        heard: Tensor = _Reversed.apply(stream.float(), strength)  # type: ignore[no-untyped-call]
        moments = torch.cat([heard.mean(2), heard.std(2)], dim=1)
        odds: Tensor = self.layers(moments)
        return odds

    def loss(self, stream: Tensor, strength: float, speaker: Tensor) -> Tensor:
        """Return the cross-entropy; crops in which nobody speaks (-1) do not count."""
        odds = self(stream, strength)
        off = functional.cross_entropy(odds, speaker, ignore_index=-1, reduction="sum")
        return off / shared_total((speaker >= 0).sum().to(off.dtype), 1.0)
