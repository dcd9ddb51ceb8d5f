"""What every net that moves a mesh promises: features and state in, offsets and state out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError

FEATURE_RATE = 100
"""Frames of features per second."""
RATES = (25, 50, 100)
"""Frames of mesh per second that a net may tell."""


@dataclass(frozen=True)
class MeshNetConfig:
    """What the sizes of every mesh net hold.

    Parameters
    ----------
    family : str
        ``"animote"`` or ``"meshtalk"``.
    vertices : int
        V; 0 takes the number of the meshes that are learned from.
    rate : int
        Frames of mesh per second: 25, 50 or 100.
    look_ahead : int
        Frames of mesh by which the face is told later than its sound is heard.
    components : int
        K, the size of the linear basis of motion in which meshes are told. The basis begins as the
        principal components of what is learned from.
    bands : int
        Mel bands that are heard: the first columns of the features.
    feature_mean, feature_deviation : float
        Fixed normalisation of log-mel, in dB.
    """

    family: str = ""
    vertices: int = 0
    rate: int = 25
    look_ahead: int = 3
    components: int = 64
    bands: int = 80
    feature_mean: float = -45.0
    feature_deviation: float = 20.0

    def __post_init__(self) -> None:
        if self.rate not in RATES:
            raise VoxfaceError(
                f"a mesh net tells {', '.join(map(str, RATES))} frames per second, not {self.rate}"
            )
        if self.look_ahead < 0 or self.components < 1 or self.vertices < 0:
            raise VoxfaceError(
                "'look_ahead' and 'vertices' of model are 0 or more, 'components' 1 or more"
            )

    @property
    def stride(self) -> int:
        """Frames of features for a frame of mesh."""
        return FEATURE_RATE // self.rate


class MeshNet(nn.Module, ABC):
    """A net from features to the offsets of a mesh.

    Its output at frame t speaks of the face at frame ``t - look_ahead``. A causal net is a pure
    function of features and state: any way to cut a recording into pushes gives the same numbers.
    """

    config: MeshNetConfig

    @property
    def look_ahead(self) -> int:
        """Frames of mesh by which the output is late."""
        return self.config.look_ahead

    @property
    @abstractmethod
    def state_size(self) -> int:
        """Numbers in the state of one stream."""

    def initial_state(self, batch: int) -> Tensor:
        """Return the state before any sound, shape (batch, state_size)."""
        return torch.zeros(batch, self.state_size, device=next(self.parameters()).device)


class MeshBasis(nn.Module):
    """A linear basis of motion: coefficients (..., K) to offsets (..., V x 3) in centimetres.

    Coefficients are in units of their own deviation, so that each is about as large as any other.

    Parameters
    ----------
    components, vertices : int
    learned : bool
        Whether training may change the basis.
    """

    def __init__(self, components: int, vertices: int, learned: bool = False) -> None:
        super().__init__()
        shape = (components, 3 * vertices)
        self.basis = nn.Parameter(0.01 * torch.randn(shape), requires_grad=learned)
        self.mean = nn.Parameter(torch.zeros(3 * vertices), requires_grad=learned)
        self.register_buffer("reader", torch.zeros(3 * vertices, components))

    reader: Tensor

    @torch.no_grad()
    def begin_with(self, mean: Tensor, axes: Tensor, deviations: Tensor) -> None:
        """Take a mean (V x 3), orthonormal axes (K, V x 3) and the deviation along each (K,)."""
        self.mean.copy_(mean)
        self.basis.copy_(axes * deviations[:, None])
        self.reader.copy_((axes / deviations[:, None].clamp(min=1e-6)).T)

    def forward(self, coefficients: Tensor) -> Tensor:
        """Map coefficients (..., K) to offsets (..., V x 3)."""
        return torch.addmm(
            self.mean, coefficients.reshape(-1, coefficients.shape[-1]), self.basis
        ).reshape(*coefficients.shape[:-1], -1)

    def read(self, offsets: Tensor) -> Tensor:
        """Map offsets (..., V x 3) to the coefficients (..., K) of the basis as it began."""
        return (offsets - self.mean) @ self.reader
