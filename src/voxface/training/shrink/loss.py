"""How far a small model strays from the one it was made from, channel by channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.engine import Model
from voxface.engine.description import POSE
from voxface.engine.runner import ModelRunner
from voxface.errors import VoxfaceError

FloatArray = NDArray[np.float32]

SPEECH = "speech"
"""What the probability that somebody speaks is called beside the channels."""

STILL = 1e-4
"""Outputs that deviate less than this do not move: a hundredth of a percent of a weight."""


@dataclass(frozen=True)
class ChannelLoss:
    """One output of a small model against the same of the large one.

    Attributes
    ----------
    name : str
        A channel, a pose number (centimetres or radians) or ``"speech"``.
    most, mean : float
        Largest and mean absolute difference.
    r : float
        Pearson's correlation; 1 where neither moves.
    deviation : float
        How much the large model moves it: its standard deviation.
    """

    name: str
    most: float
    mean: float
    r: float
    deviation: float

    @property
    def moves(self) -> bool:
        """Whether the large model moves it at all."""
        return self.deviation >= STILL

    @property
    def share(self) -> float:
        """Mean difference in parts of the motion; 0 of what does not move."""
        return self.mean / self.deviation if self.moves else 0.0


def channel_losses(large: Model, small: Model, sounds: Sequence[FloatArray]) -> list[ChannelLoss]:
    """Run two models over the same sounds and compare every output, worst first.

    Parameters
    ----------
    large, small : Model
        Of the same channels.
    sounds : sequence of ndarray, shape (N,)
        At 16 kHz.

    Returns
    -------
    list of ChannelLoss
        By the mean difference in parts of the motion; what never moves comes last.

    Raises
    ------
    VoxfaceError
        If the models have other channels, or there is no sound.
    """
    if large.description.channels != small.description.channels:
        raise VoxfaceError("the two models have other channels; shrink a model of the same kind")
    if not any(len(sound) for sound in sounds):
        raise VoxfaceError("there is no sound to compare the models on; give --sound FILE")
    true, said = (
        np.concatenate([outputs(model, sound) for sound in sounds]).astype(np.float64)
        for model in (large, small)
    )
    off = np.abs(said - true)
    names = (*large.description.channels, *POSE, SPEECH)
    found = [
        ChannelLoss(
            name,
            float(off[:, column].max()),
            float(off[:, column].mean()),
            _correlation(said[:, column], true[:, column]),
            float(true[:, column].std()),
        )
        for column, name in enumerate(names)
    ]
    return sorted(found, key=lambda loss: loss.share, reverse=True)


def outputs(model: Model, sound: FloatArray) -> FloatArray:
    """Return all that a model says of a sound, shape (T, C + 7): frames, then speech."""
    runner = ModelRunner(model)
    parts = [runner.push(sound), runner.flush()]
    frames, speech = (np.concatenate(part) for part in zip(*parts, strict=True))
    return np.concatenate([frames, speech[:, None]], axis=1)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if scale < 1e-12:
        return 1.0 if np.allclose(a, b, atol=1e-6) else 0.0
    return float(a @ b) / scale
