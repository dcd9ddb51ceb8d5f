"""Expressions laid over speech, which keeps its lip closures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.engine.expression import Timeline, both_sides, definitions, pose, timeline
from voxface.engine.model import FloatArray
from voxface.face import SPEECH_CHANNELS

Array = NDArray[np.float64]


class ExpressionStage:
    """Mix expressions into controlled and smoothed frames.

    With s what speech says of a channel, e the expression's weight and k what speech leaves it,
    the weight becomes ``s + (1 - s) e k``, so it never leaves 0..1. Brows, eyes, cheeks and nose:
    k = 1. On the mouth k falls where somebody speaks:

    - what opens the mouth (jaw, raised or lowered lips) fades as the lips of speech shut,
    - what closes it (pressed, rolled, shrugged lips) fades as the lips of speech open,
    - its shape (smile, frown, stretch) yields to rounded lips.

    Parameters
    ----------
    wanted : mapping of str to Timeline
    channels : sequence of str
        Names of the first columns of the frames.
    """

    def __init__(self, wanted: Mapping[str, Timeline], channels: Sequence[str]) -> None:
        self._wanted = dict(wanted)
        self._channels = list(channels)
        self._mixing = mixing = definitions()["mixing"]
        opening = both_sides(dict.fromkeys(mixing["opening"], 1.0))
        closing = both_sides(dict.fromkeys(mixing["closing"], 1.0))
        # Column of `_shares` for each channel: free, opening, closing, shape.
        self._kind = np.array(
            [
                0 if n not in SPEECH_CHANNELS else 1 if n in opening else 2 if n in closing else 3
                for n in channels
            ],
            np.intp,
        )
        self._jaw, self._close = self._present("jawOpen"), self._present("mouthClose")
        self._lips = self._present(*both_sides({"mouthUpperUp": 1.0, "mouthLowerDown": 1.0}))
        self._round = self._present("mouthFunnel", "mouthPucker")
        self.reset()

    def reset(self) -> None:
        """Start anew at time 0, with the expressions first asked for."""
        self._frame = 0
        self._timelines = dict(self._wanted)
        self._collect()

    def express(self, intensities: Mapping[str, float], fade: float) -> None:
        """From the next frame on, go to other intensities within `fade` seconds."""
        now = self._frame / FRAME_RATE
        wanted = {name: timeline(name, value)[0][1] for name, value in intensities.items()}
        for name, value in wanted.items():
            points = self._timelines.get(name, ((0.0, 0.0),))
            here = float(_read(points, np.array([now]))[0])
            self._timelines[name] = ((now, here), (now + max(fade, 1 / FRAME_RATE), value))
        self._collect()

    @property
    def channels(self) -> set[str]:
        """Names of the channels that the expressions now asked for move."""
        moved = np.flatnonzero(self._poses.max(axis=0, initial=0.0))
        return {self._channels[column] for column in moved}

    def push(self, frames: FloatArray, speaking: NDArray[Any]) -> None:
        """Mix the expressions into frames (n, C + 6), in place.

        Parameters
        ----------
        frames : ndarray, shape (n, C + 6)
        speaking : ndarray, shape (n,)
            Opening of the silence gate, 0 to 1: at 0 the mouth is the expression's alone.
        """
        count = len(frames)
        seconds = np.arange(self._frame, self._frame + count) / FRAME_RATE
        self._frame += count
        if not count or not self._timelines:
            return
        # Several expressions are overlaid as speech and expression are: 1 - product (1 - e).
        left = np.ones((count, len(self._channels)))
        for points, weights in zip(self._timelines.values(), self._poses, strict=True):
            left *= 1 - _read(points, seconds)[:, None] * weights
        speech = frames[:, : len(self._channels)]
        shares = self._shares(speech.astype(np.float64), np.asarray(speaking, np.float64))
        speech += (1 - speech) * ((1 - left) * shares[:, self._kind])

    def _shares(self, speech: Array, speaking: Array) -> Array:
        """Return what speech leaves to free, opening, closing and shaping channels, (n, 4)."""
        mixing = self._mixing
        gap = speech[:, self._jaw].sum(axis=1) - speech[:, self._close].sum(axis=1)
        gap += mixing["gap_of_lips"] * speech[:, self._lips].sum(axis=1) / max(1, len(self._lips))
        low, high = mixing["shut_gap"], mixing["open_gap"]
        opened = np.minimum(np.maximum((gap - low) / (high - low), 0), 1)
        opened *= opened * (3 - 2 * opened)
        rounded = speech[:, self._round].max(axis=1, initial=0.0)
        opening = opened * mixing["opening_while_speaking"]
        closing = (1 - opened) * mixing["shape_while_speaking"]
        shape = mixing["shape_while_speaking"] * (1 - mixing["rounding_takes"] * rounded)
        while_speaking = np.stack([np.ones(len(speech)), opening, closing, shape], axis=1)
        return np.asarray(1 - speaking[:, None] * (1 - while_speaking))

    def _collect(self) -> None:
        """Lay out the poses of the timelines, shape (expressions, C)."""
        poses = [pose(name) for name in self._timelines]
        rows = [[weights.get(channel, 0.0) for channel in self._channels] for weights in poses]
        self._poses = np.array(rows, np.float64).reshape(-1, len(self._channels))

    def _present(self, *names: str) -> list[int]:
        return [self._channels.index(name) for name in names if name in self._channels]


def _read(points: Timeline, seconds: Array) -> Array:
    """Return a timeline's intensities at given moments, shape (n,)."""
    moments, intensities = np.array(points).T
    return np.asarray(np.interp(seconds, moments, intensities))
