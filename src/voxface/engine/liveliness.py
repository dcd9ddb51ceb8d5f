"""What stands beside the model's motion: expressions and life, laid over the smoothed frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.engine.controls import Controls
from voxface.engine.expression_stage import ExpressionStage
from voxface.engine.life import MOTION, LifeStage, Loudness
from voxface.engine.life.parameters import parameters
from voxface.engine.model import FloatArray
from voxface.errors import VoxfaceError

Array = NDArray[np.float64]


class Liveliness:
    """Make life as sound is heard, and lay it and the expressions over the frames that it fits.

    Smoothing keeps frames back; what belongs to them waits here as long, so blinks are in time
    and not smeared.

    Parameters
    ----------
    controls : Controls
    channels : sequence of str
        Names of the first columns of the frames; six of pose follow.
    delay_frames : int
        How many hops of sound are heard beyond a frame.
    factors : ndarray, shape (C + 6,)
        Gains and strengths.

    Raises
    ------
    VoxfaceError
        If an option is out of its range.
    """

    def __init__(
        self,
        controls: Controls,
        channels: Sequence[str],
        delay_frames: int,
        factors: FloatArray,
    ) -> None:
        life = controls.living
        lead = min(delay_frames, parameters().listening.level_lead_frames)
        self._loudness = Loudness(lead)
        self._life = LifeStage(life, channels, factors) if life.any else None
        self._expression = ExpressionStage(controls.timelines, channels)
        self._expresses = bool(controls.timelines)
        self._waiting = np.zeros((0, len(MOTION) + 1))

    @property
    def channels(self) -> set[str]:
        """Names of the channels that are moved whether or not the model was trained on them."""
        return self._expression.channels

    def reset(self) -> None:
        """Forget all sound, and begin the same life again."""
        self._waiting = self._waiting[:0]
        self._loudness.reset()
        self._expression.reset()
        if self._life is not None:
            self._life.reset()

    def express(self, intensities: Mapping[str, float], fade: float) -> None:
        """Change expressions from the next frame on; see `Stream.express`."""
        if not fade >= 0:
            raise VoxfaceError(f"fade is {fade!r}; give seconds, 0 or more")
        self._expression.express(intensities, fade)
        self._expresses = True

    def hear(self, sound: FloatArray) -> None:
        """Take the sound at 16 kHz, shape (N,), before the frames that come of it."""
        if self._life is not None:
            self._loudness.push(sound)

    def notice(self, speech: FloatArray, speaking: NDArray[Any]) -> None:
        """Take the probability of speech and the gate's opening for frames on their way, (n,)."""
        made = np.zeros((len(speech), len(MOTION) + 1))
        made[:, -1] = speaking
        if self._life is not None:
            made[:, :-1] = self._life.motion.push(speech, self._loudness.take(len(speech)))
        self._waiting = np.concatenate([self._waiting, made]) if len(self._waiting) else made

    def apply(self, frames: FloatArray) -> Array | None:
        """Lay expressions and life over the next frames (n, C + 6), in place.

        Returns
        -------
        ndarray, shape (n, 6), or None
            Position in centimetres and rotation vector in radians of the living head, if it lives.
        """
        made, self._waiting = self._waiting[: len(frames)], self._waiting[len(frames) :]
        if self._expresses:
            self._expression.push(frames, made[:, -1])
        return None if self._life is None else self._life.apply(frames, made[:, :-1])
