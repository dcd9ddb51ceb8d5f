"""Any net as a part of a model file: its own forward, with what can be folded folded."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, nn

from voxface.audio import features as front
from voxface.models import FaceNet, FaceOutput
from voxface.models.blocks import Block


class WholeNet(nn.Module):
    """A net that takes mel energies, and is told one thing for good.

    It serves every family; nets of blocks lose their norms and films. `voxface.training.graph` has
    a faster equal of the Voice-to-Action network.

    Parameters
    ----------
    net : FaceNet
        Left as it is.
    condition : Tensor, shape (K,), optional
        What the net is told.
    """

    def __init__(self, net: FaceNet, condition: Tensor | None = None) -> None:
        super().__init__()
        self.net = copy.deepcopy(net).eval().requires_grad_(False)
        for part in self.net.modules():
            if isinstance(part, Block):
                part.fold(condition)

    def forward(self, energy: Tensor, memory: Tensor) -> tuple[FaceOutput, Tensor]:
        """Map mel energies (B, n, 80) and memory to what the net says and the next memory."""
        low, high = (10 ** (level / 10) for level in front.DECIBEL_RANGE)
        decibels = torch.log(torch.clamp(energy, min=low, max=high)) * (10 / np.log(10))
        face, after = self.net(decibels, memory)
        return face, after
