"""The last layer that all nets share: what a face, a voice and a mouth do, read from a stream."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from voxface.models.contract import (
    POSE,
    POSITION_BOUND,
    ROTATION_BOUND,
    WEIGHTS,
    FaceNet,
    FaceOutput,
)


def pose_bounds() -> Tensor:
    """Return the greatest pose: centimetres, then radians, shape (6,)."""
    return torch.tensor([POSITION_BOUND] * 3 + [ROTATION_BOUND] * 3)


class HeadedNet(FaceNet):
    """A net that makes a stream of hidden frames, from which linear heads read the face."""

    pose_bounds: Tensor

    def make_heads(self, width: int) -> None:
        """Add the heads for a stream of `width` channels; call it last in `__init__`."""
        self.motion_head = nn.Conv1d(width, WEIGHTS, 1)
        self.pose_head = nn.Conv1d(width, len(POSE), 1)
        self.speech_head = nn.Conv1d(width, 1, 1)
        self.articulation_head = nn.Conv1d(width, self.config.articulations, 1)
        self.register_buffer("pose_bounds", pose_bounds(), persistent=False)

    def heard(self, features: Tensor) -> Tensor:
        """Return the bands that the net takes, normalised, shape (B, T, bands)."""
        mel = features[:, :, : self.config.bands]
        return (mel - self.config.feature_mean) / self.config.feature_deviation

    def read_face(self, stream: Tensor) -> FaceOutput:
        """Read what a stream (B, C, T) says."""
        return FaceOutput(
            motion=self.motion_head(stream).transpose(1, 2),
            pose=torch.tanh(self.pose_head(stream).transpose(1, 2)) * self.pose_bounds,
            speech=self.speech_head(stream)[:, 0],
            articulation=self.articulation_head(stream).transpose(1, 2),
        )
