"""A ResNet-18 over the log-mel picture around each frame of mesh."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from voxface.errors import VoxfaceError
from voxface.models.mesh.contract import MeshNetConfig

REACH = 10
"""Frames of features before and after the middle of a picture: 0.2 s in all."""


class SpectrogramEncoder(nn.Module):
    """One picture of sound for each frame of mesh, read by a ResNet-18 of one input channel.

    He et al., "Deep residual learning" (2015), as Hugging Face's `transformers` builds it, a
    quarter as wide.

    Parameters
    ----------
    config : MeshNetConfig
    width : int
        Channels out.

    Raises
    ------
    VoxfaceError
        If `transformers` is not installed.
    """

    def __init__(self, config: MeshNetConfig, width: int) -> None:
        super().__init__()
        self.config = config
        self.resnet = _resnet()
        self.leave = nn.Linear(128, width)

    def forward(self, features: Tensor, padding: Tensor | None = None) -> Tensor:
        """Map features (B, T x stride, F) to a stream (B, T, width).

        `padding` (B, T) is true where nothing may be looked at: beyond the sound, pictures show
        what an end of sound shows.
        """
        config = self.config
        mel = (features[:, :, : config.bands] - config.feature_mean) / config.feature_deviation
        if padding is not None:
            beyond = padding.repeat_interleave(config.stride, dim=1)[:, :, None]
            mel = mel.masked_fill(beyond, 0.0)
        around = functional.pad(mel.transpose(1, 2), (REACH, REACH))
        pictures = around.unfold(2, 2 * REACH, config.stride)
        frames = mel.shape[1] // config.stride
        pictures = pictures[:, :, :frames].permute(0, 2, 3, 1)
        seen = self.resnet(pictures.reshape(-1, 1, 2 * REACH, config.bands)).pooler_output
        told: Tensor = self.leave(torch.flatten(seen, 1))
        return told.reshape(len(features), frames, -1)


def _resnet() -> Any:
    try:
        from transformers import ResNetConfig, ResNetModel  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        raise VoxfaceError(
            "the spectrogram encoder needs transformers: pip install 'voxface[encoders]'"
        ) from None
    return ResNetModel(
        ResNetConfig(
            num_channels=1,
            embedding_size=16,
            hidden_sizes=[16, 32, 64, 128],
            depths=[2, 2, 2, 2],
            layer_type="basic",
        )
    )
