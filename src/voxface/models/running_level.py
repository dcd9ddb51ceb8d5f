"""Test-time normalisation that streams: the colour of a voice and its room is taken off as heard.

Cepstral mean normalisation (Atal, 1974) takes a recording's mean spectrum off, which removes what a
microphone, a room and in part a speaker add. A stream has no mean of all that is to come, so here
it is a running one, which forgets and begins with a mean that the net has learned.
"""

from __future__ import annotations

from math import ceil, log2

import torch
from torch import Tensor, nn

from voxface.models.contract import FaceNet, FaceOutput

BEGINNING = 30.0
"""Frames that the learned mean counts for, beside those that were heard."""
FORGOTTEN = 1e-7
"""Share of a frame below which single precision holds nothing of it."""


class RunningLevel(nn.Module):
    """Take the running mean of each band off, and put the learned mean in its place.

    Frames count by a gate that is learned with the net, so that pauses need not count. A mean m of
    frames x with gates g and decay d is ``(b p + sum d^k g x) / (b + sum d^k g)``: p, the learned
    mean, counts for b frames, and all of the mean before any sound.

    Parameters
    ----------
    bands : int
    mean, deviation : float
        Learned mean before training, and scale of what the gate sees, in dB.
    half_life : float
        Frames after which one counts half.
    """

    def __init__(self, bands: int, mean: float, deviation: float, half_life: float) -> None:
        super().__init__()
        self.bands = bands
        self.deviation = deviation
        self.mean = nn.Parameter(torch.full((bands,), mean))
        self.gate = nn.Linear(bands, 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)
        self.decay = 0.5 ** (1 / half_life)
        self.levels = max(0, ceil(log2(half_life * log2(1 / FORGOTTEN))))
        self.state_size = bands + 1

    def forward(self, sound: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Advance by any number of frames (B, T, bands), given sums (B, bands + 1) of the past."""
        apart = sound - self.mean
        gate = torch.sigmoid(self.gate(apart / self.deviation))
        added = torch.cat([gate * apart, gate], dim=2)
        first = added[:, :1] + self.decay * state[:, None]
        sums = self._decayed(torch.cat([first, added[:, 1:]], dim=1))
        level = sums[:, :, : self.bands] / (BEGINNING + sums[:, :, self.bands :])
        return sound - level, sums[:, -1]

    def _decayed(self, values: Tensor) -> Tensor:
        """Return ``y[t] = x[t] + decay y[t - 1]`` by doubling (Hillis & Steele, 1986).

        A push of one frame is its own sum: slices beyond its end are empty.
        """
        for level in range(self.levels):
            reach = 2**level
            later = values[:, reach:] + self.decay**reach * values[:, :-reach]
            values = torch.cat([values[:, :reach], later], dim=1)
        return values


class NormalisedNet(FaceNet):
    """Any net behind a `RunningLevel`, which is trained with it.

    Parameters
    ----------
    net : FaceNet
        The net, whose config says how long the level is remembered (`normalisation`).
    """

    def __init__(self, net: FaceNet) -> None:
        super().__init__()
        self.config = net.config
        self.net = net
        config = net.config
        self.level = RunningLevel(
            config.bands, config.feature_mean, config.feature_deviation, config.normalisation
        )

    @property
    def endless(self) -> bool:  # type: ignore[override]
        """All that was ever heard may count."""
        return True

    @property
    def look_ahead(self) -> int:
        """Frames by which the output is late."""
        return self.net.look_ahead

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return self.level.state_size + self.net.state_size

    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames; see `FaceNet.forward`."""
        known = self.level.state_size
        heard, level = self.level(features[:, :, : self.config.bands], state[:, :known])
        face, memory = self.net(heard, state[:, known:], condition)
        return face, torch.cat([level, memory], dim=1)
