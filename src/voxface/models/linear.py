"""The least a net can be: every output a weighted sum of the features of a window."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError
from voxface.models.contract import POSE, WEIGHTS, FaceOutput, NetConfig
from voxface.models.heads import HeadedNet, pose_bounds


@dataclass(frozen=True)
class LinearConfig(NetConfig):
    """Sizes of a `LinearNet`; see `NetConfig` for what every net has.

    Parameters
    ----------
    frames : int
        Frames stacked, the present one the last.
    penalty : float
        Strength of the ridge when it is fitted, in frames: see `voxface.training.ridge`.
    """

    family: str = "linear"
    frames: int = 24
    penalty: float = 100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.normalisation:
            raise VoxfaceError("a linear net is fitted in closed form; leave out 'normalisation'")
        if self.frames < 2:
            raise VoxfaceError(f"'frames' of model must be 2 or more, not {self.frames}")
        if self.penalty < 0:
            raise VoxfaceError(f"'penalty' of model must not be negative, but is {self.penalty}")


class LinearNet(HeadedNet):
    """One convolution from features to all outputs; pose is clipped at its bounds.

    It may be trained like other nets, but has a best fit in closed form.
    """

    config: LinearConfig

    def __init__(self, config: LinearConfig) -> None:
        super().__init__()
        self.config = config
        outputs = WEIGHTS + len(POSE) + 1 + config.articulations
        self.stacked = nn.Conv1d(config.bands, outputs, config.frames)
        self.register_buffer("pose_bounds", pose_bounds(), persistent=False)

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return (self.config.frames - 1) * self.config.bands

    def forward(
        self, features: Tensor, state: Tensor, condition: Tensor | None = None
    ) -> tuple[FaceOutput, Tensor]:
        """Advance by any number of frames; see `FaceNet.forward`."""
        memory = self.config.frames - 1
        past = state.reshape(-1, memory, self.config.bands)
        extended = torch.cat([past, self.heard(features)], dim=1)
        said = self.stacked(extended.transpose(1, 2)).transpose(1, 2)
        speech = WEIGHTS + len(POSE)
        face = FaceOutput(
            motion=said[:, :, :WEIGHTS],
            pose=torch.clamp(said[:, :, WEIGHTS:speech], -self.pose_bounds, self.pose_bounds),
            speech=said[:, :, speech],
            articulation=said[:, :, speech + 1 :],
        )
        return face, extended[:, -memory:].reshape(-1, memory * self.config.bands)
