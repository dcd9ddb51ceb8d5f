"""Who speaks and how: what a net may be told beside the sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError, unknown_name
from voxface.models.contract import NetConfig

AFFECT = ("valence", "arousal", "dominance")
"""The three axes of an emotion, each -1 to 1."""

EMOTIONS: Mapping[str, tuple[float, float, float]] = {
    "neutral": (0.0, 0.0, 0.0),
    "joy": (0.81, 0.51, 0.46),
    "sadness": (-0.63, -0.27, -0.33),
    "anger": (-0.51, 0.59, 0.25),
    "fear": (-0.64, 0.60, -0.43),
    "disgust": (-0.60, 0.35, 0.11),
    "surprise": (0.40, 0.67, -0.13),
    "boredom": (-0.65, -0.62, -0.33),
}
"""Valence, arousal and dominance of named emotions: means over raters in Russell & Mehrabian,
"Evidence for a three-factor theory of emotions", 1977."""


@dataclass(frozen=True)
class ConditionedConfig(NetConfig):
    """Sizes of a net that may be told who speaks and how; see `NetConfig` for the rest.

    Parameters
    ----------
    styles : tuple of str
        Names of the speakers whose manner the net can take on; none by default.
    emotions : bool
        Whether it is told valence, arousal and dominance.
    """

    styles: tuple[str, ...] = ()
    emotions: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.styles)) < len(self.styles):
            raise VoxfaceError(f"'styles' names a speaker twice: {', '.join(self.styles)}")
        check_switch("emotions", self.emotions)


def check_switch(name: str, value: object) -> None:
    """Refuse a setting that is neither true nor false.

    Raises
    ------
    VoxfaceError
        If so.
    """
    if not isinstance(value, bool):
        raise VoxfaceError(f"'{name}' of model must be true or false, not {value!r}")


def condition_size(config: NetConfig) -> int:
    """Return the length K of what a net is told; 0 for a net that is told nothing."""
    if not isinstance(config, ConditionedConfig):
        return 0
    return len(config.styles) + len(AFFECT) * config.emotions


def condition_vector(
    config: NetConfig,
    style: str | None = None,
    emotion: str | Sequence[float] | None = None,
) -> Tensor:
    """Return what to tell a net, shape (K,): one-hot style, then valence, arousal, dominance.

    Parameters
    ----------
    config : NetConfig
        Sizes of the net.
    style : str, optional
        Who speaks; None is nobody known.
    emotion : str or three floats, optional
        A name of `EMOTIONS`, or valence, arousal and dominance, each -1 to 1; None is neutral.

    Raises
    ------
    VoxfaceError
        If the net knows no such style, is told no emotions, or the emotion is none.
    """
    vector = torch.zeros(condition_size(config))
    styles = config.styles if isinstance(config, ConditionedConfig) else ()
    if style is not None:
        if not styles:
            raise VoxfaceError(f"this net knows no styles, so not '{style}' either")
        if style not in styles:
            raise unknown_name("style", style, list(styles))
        vector[styles.index(style)] = 1.0
    if emotion is not None:
        if not (isinstance(config, ConditionedConfig) and config.emotions):
            raise VoxfaceError("this net is told no emotions; its recipe has 'emotions: false'")
        vector[len(styles) :] = torch.tensor(affect_of(emotion))
    return vector


def affect_of(emotion: str | Sequence[float | str]) -> tuple[float, float, float]:
    """Return valence, arousal and dominance of an emotion by name, or of three numbers.

    Raises
    ------
    VoxfaceError
        If the name is unknown, or these are not three numbers from -1 to 1.
    """
    if isinstance(emotion, str):
        if emotion not in EMOTIONS:
            raise unknown_name("emotion", emotion, list(EMOTIONS))
        return EMOTIONS[emotion]
    try:
        values = tuple(map(float, emotion))
    except (TypeError, ValueError):
        values = ()
    if len(values) != len(AFFECT) or not all(-1 <= value <= 1 for value in values):
        raise VoxfaceError(f"an emotion is {', '.join(AFFECT)}, each -1 to 1, not {emotion!r}")
    return values[0], values[1], values[2]


def parse_emotion(text: str) -> tuple[float, float, float]:
    """Read an emotion as a command has it: a name, or three numbers with commas between.

    Raises
    ------
    VoxfaceError
        As `affect_of`.
    """
    if "," not in text:
        return affect_of(text)
    return affect_of(text.split(","))


class Film(nn.Module):
    """Scale and shift channels as a condition says; a condition of zeros changes nothing.

    Feature-wise linear modulation (Perez et al., "FiLM", 2018) without biases, beginning at the
    identity.
    """

    def __init__(self, condition: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(condition, 2 * channels, bias=False)
        nn.init.zeros_(self.linear.weight)

    def forward(self, stream: Tensor, condition: Tensor) -> Tensor:
        """Modulate a stream (B, C, T) by a condition (B, K)."""
        gain, shift = self.gain_and_shift(condition)
        return stream * gain[:, :, None] + shift[:, :, None]

    def gain_and_shift(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Return both for a condition (B, K), each (B, C)."""
        gain, shift = self.linear(condition).chunk(2, dim=1)
        return 1 + gain, shift
