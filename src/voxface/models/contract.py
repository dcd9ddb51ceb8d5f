"""What every network promises: features and state in, face and state out.

A causal net is a pure function ``(features, state) -> (face, state)`` over any number of frames.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NamedTuple, Self

import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS

WEIGHTS = len(ARKIT_CHANNELS)
POSE = ("x", "y", "z", "rx", "ry", "rz")
"""Pose outputs: position in centimetres, rotation vector in radians."""
POSITION_BOUND = 5.0
ROTATION_BOUND = 0.5


class FaceOutput(NamedTuple):
    """What a net says of each frame (batch B, frames T).

    Attributes
    ----------
    motion : Tensor, shape (B, T, 52)
        Blendshape motion in units of the canonical speaker's deviation, unbounded
        (see `CanonicalScale`).
    pose : Tensor, shape (B, T, 6)
        Position (±5 cm) and rotation vector (±0.5 rad), bounded.
    speech : Tensor, shape (B, T)
        Log-odds that somebody speaks.
    articulation : Tensor, shape (B, T, A)
        Log-odds of the articulatory features of the phone being spoken: an auxiliary target that
        only training uses.
    """

    motion: Tensor
    pose: Tensor
    speech: Tensor
    articulation: Tensor


@dataclass(frozen=True)
class NetConfig:
    """What the sizes of every net hold.

    Parameters
    ----------
    family : str
        The name in `voxface.models.family.FAMILIES`.
    bands : int
        Features taken in: the first so many columns of `voxface.audio.features`.
    look_ahead : int
        Frames by which the face is told later than its sound is heard; `FaceNet.look_ahead` is
        the true number, to which a net may add what its layers see ahead.
    articulations : int
        Number of auxiliary articulatory targets.
    feature_mean, feature_deviation : float
        Fixed normalisation of the log-mel input, in dB.
    normalisation : float
        Frames after which one counts half in the running mean that is taken off each band
        (`voxface.models.running_level`); 0 takes nothing off.
    """

    family: str = "tcn"
    bands: int = 80
    look_ahead: int = 8
    articulations: int = 27
    feature_mean: float = -45.0
    feature_deviation: float = 20.0
    normalisation: float = 0.0

    def __post_init__(self) -> None:
        if self.normalisation < 0:
            raise VoxfaceError(
                f"'normalisation' of model is frames, 0 or more, not {self.normalisation}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the sizes as plain JSON values."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build from plain values, as a recipe or a checkpoint holds them."""
        held: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return cls(**held)


class FaceNet(nn.Module, ABC):
    """A net from features to a face, whole or in pieces.

    Its output at frame t speaks of the face at frame ``t - look_ahead``, and it is a pure function
    of features and state: any way to cut a recording into pushes gives the same numbers.
    """

    config: NetConfig
    endless: ClassVar[bool] = False
    """Whether all that was ever heard may count, as in recurrent nets."""

    @property
    def look_ahead(self) -> int:
        """Frames by which the output is late."""
        return self.config.look_ahead

    @property
    @abstractmethod
    def state_size(self) -> int:
        """Numbers in the state of one stream."""

    def initial_state(self, batch: int) -> Tensor:
        """Return the state before any sound, shape (batch, state_size)."""
        return torch.zeros(batch, self.state_size, device=next(self.parameters()).device)

    @abstractmethod
    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames.

        Parameters
        ----------
        features : Tensor, shape (B, T, F)
            Features as `voxface.audio.features` makes them; the first `bands` are used.
        state : Tensor, shape (B, state_size)
            What the previous call returned, or `initial_state`.
        condition : Tensor, shape (B, K), optional
            Who speaks and how, for nets that are told.
        """


class CanonicalScale(nn.Module):
    """Turn motion into blendshape weights: ``sigmoid(centre + deviation x motion) - rest``.

    Face trackers put out sigmoids, and what differs between speakers is mostly the offset in front
    of the sigmoid: the same pursing of the lips reads 0.01 to 0.09 on one face and 0.12 to 0.88 on
    another, but moves the log-odds by much the same amount. Nets therefore learn motion in
    log-odds, relative to each speaker's own mean and deviation, and this layer puts the motion on
    the canonical speaker.

    Parameters
    ----------
    centre, deviation : Tensor, shape (52,)
        The canonical speaker's mean and standard deviation of log-odds, per channel.
    rest : Tensor, shape (52,)
        Weight at rest, taken off so that a silent face is at zero.
    """

    centre: Tensor
    deviation: Tensor
    rest: Tensor

    def __init__(self, centre: Tensor, deviation: Tensor, rest: Tensor) -> None:
        super().__init__()
        for name, value in (("centre", centre), ("deviation", deviation), ("rest", rest)):
            self.register_buffer(name, value.to(torch.float32))

    def forward(self, motion: Tensor) -> Tensor:
        """Map motion (..., 52) to weights (..., 52) in 0..1."""
        weights = torch.sigmoid(self.centre + self.deviation * motion)
        return torch.clamp((weights - self.rest) / (1 - self.rest), min=0.0)

    @classmethod
    def neutral(cls) -> CanonicalScale:
        """Return a scale for a net that has not seen data: centre -2, deviation 1, rest 0."""
        ones = torch.ones(WEIGHTS)
        return cls(-2 * ones, ones, 0 * ones)
