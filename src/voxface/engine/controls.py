"""What a user may turn: gains, offsets, strengths, smoothing, silence gate, expression, life."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from voxface.engine.expression import Timeline, timeline
from voxface.engine.life import Life
from voxface.engine.model import FloatArray
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import ARKIT_CHANNELS, HEAD, REGIONS, channel_index, region_channels

LONGEST_SMOOTHING = 1000.0


@dataclass(frozen=True)
class Controls:
    """How the model's motion is shaped before it becomes frames.

    A channel's weight is ``gain x strength of its region x what the model says + offset``, clipped
    to 0..1. The silence gate acts on what the model says, so an offset stands in silence too.

    Parameters
    ----------
    gain : mapping of str to float
        Factor by channel, 0 or more; 1 where not named.
    offset : mapping of str to float
        Added by channel, -1 to 1; 0 where not named.
    strength : mapping of str to float
        Factor by region (``mouth``, ``jaw``, ``brows``, ``eyes``, ``head``), 0 or more; 1 where
        not named. ``head`` scales the head's position and rotation.
    smoothing : float
        Width of the smoothing window at half its height, in milliseconds, 0 to 1000; up to 10
        nothing is smoothed. The window is symmetric: motion stays in time with the sound, and
        a stream's latency grows by as much.
    silence_gate : bool
        Keep jaw, mouth, cheeks and tongue at rest where nobody speaks.
    expression : mapping of str to float or sequence of (seconds, intensity)
        Named expressions (joy, anger, sadness, surprise, disgust, fear, neutral), each with an
        intensity 0 to 1, or with moments and intensities between which it goes in straight lines.
        Lips that speech shuts stay shut. Gains and strengths do not touch it.
    life : float or Life
        Blinks, gaze, small head motion, breath and brows: 0 for none, 1 for a natural amount, up
        to 2; or a `Life`, which tells them apart and holds the seed. Gains and strengths scale
        life as they scale the model. Where life blinks and looks, it takes the place of the
        model's own lids and gaze.

    Raises
    ------
    VoxfaceError
        If a name is unknown (the nearest is suggested) or a number out of its range.
    """

    gain: Mapping[str, float] = field(default_factory=dict)
    offset: Mapping[str, float] = field(default_factory=dict)
    strength: Mapping[str, float] = field(default_factory=dict)
    smoothing: float = 0.0
    silence_gate: bool = True
    expression: Mapping[str, float | Timeline] = field(default_factory=dict)
    life: float | Life = 1.0

    def __post_init__(self) -> None:
        regions = (*REGIONS, HEAD)
        for name, kind, known, span in (
            ("gain", "channel", ARKIT_CHANNELS, (0.0, math.inf)),
            ("offset", "channel", ARKIT_CHANNELS, (-1.0, 1.0)),
            ("strength", "region", regions, (0.0, math.inf)),
        ):
            given = getattr(self, name)
            for key in given:
                if key not in known:
                    raise unknown_name(kind, str(key), known)
            checked = {key: _number(f"{name} {key}", given[key], *span) for key in given}
            object.__setattr__(self, name, MappingProxyType(checked))
        smoothing = _number("smoothing", self.smoothing, 0, LONGEST_SMOOTHING)
        object.__setattr__(self, "smoothing", smoothing)
        timelines = {name: timeline(name, given) for name, given in self.expression.items()}
        object.__setattr__(self, "expression", MappingProxyType(timelines))
        object.__setattr__(self, "life", Life.of(self.life))

    @property
    def timelines(self) -> Mapping[str, Timeline]:
        """The expressions, each as moments and intensities."""
        return cast("Mapping[str, Timeline]", self.expression)

    @property
    def living(self) -> Life:
        """The life, whichever way it was given."""
        return Life.of(self.life)

    def as_metadata(self) -> dict[str, Any]:
        """Return what differs from the defaults, as plain JSON values."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        plain = {k: dict(v) if isinstance(v, Mapping) else v for k, v in values.items()}
        plain["life"] = self.living.as_metadata()
        usual: dict[str, Any] = {
            "smoothing": 0.0, "silence_gate": True, "life": Life().as_metadata(),
        }  # fmt: skip
        return {k: v for k, v in plain.items() if v != usual.get(k, {})}


def parse_settings(option: str, texts: Iterable[str]) -> dict[str, float]:
    """Read settings as they are typed: ``["jawOpen=1.2", "mouthClose=0.5,jawLeft=0"]``.

    Parameters
    ----------
    option : str
        What to call the setting in an error message.
    texts : iterable of str

    Raises
    ------
    VoxfaceError
        If a text is not NAME=NUMBER.
    """
    settings: dict[str, float] = {}
    for text in texts:
        for part in text.split(","):
            name, equals, number = part.partition("=")
            try:
                settings[name.strip()] = float(number)
            except ValueError:
                equals = ""
            if not equals:
                raise VoxfaceError(f"{option} {part!r} is not NAME=NUMBER, such as jawOpen=1.2")
    return settings


class ControlStage:
    """Apply gains, offsets and strengths to frames; remembers nothing between pushes.

    Parameters
    ----------
    controls : Controls
    channels : sequence of str
        Names of the first columns of the frames; six of pose follow.

    Attributes
    ----------
    factor : ndarray of float32, shape (C + 6,)
        Gain times strength.
    """

    def __init__(self, controls: Controls, channels: Sequence[str]) -> None:
        self._channels = len(channels)
        self._moves = bool(controls.offset)
        self.factor = np.ones(len(channels) + 6, np.float32)
        self._offset = np.zeros(len(channels) + 6, np.float32)
        for region, value in controls.strength.items():
            columns = [channels.index(n) for n in region_channels(region) if n in channels]
            self.factor[columns] *= value
        self.factor[len(channels) :] = controls.strength.get(HEAD, 1.0)
        for channel, value in controls.gain.items():
            self.factor[channel_index(channel, channels)] *= value
        for channel, value in controls.offset.items():
            self._offset[channel_index(channel, channels)] = value

    def push(self, frames: FloatArray) -> FloatArray:
        """Take and return frames, shape (n, C + 6)."""
        result = frames * self.factor
        if self._moves:
            result += self._offset
        weights = result[:, : self._channels]
        np.minimum(np.maximum(weights, 0, out=weights), 1, out=weights)
        return result


def _number(name: str, value: float, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isfinite(number) and low <= number <= high:
        return number
    span = f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
    raise VoxfaceError(f"{name} is {value!r}; give a number, {span}")
