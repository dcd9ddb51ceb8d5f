"""The viseme method as a model: curves made beforehand, played as their recording is heard."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import HOP, frame_total
from voxface.engine.description import POSE, ModelDescription
from voxface.engine.life.parameters import parameters
from voxface.face import ARKIT_CHANNELS

if TYPE_CHECKING:
    from voxface.engine.model import FloatArray
    from voxface.visemes import Rules, Script

VERSION = "1"


class VisemeModel:
    """A model of one recording, by rules: it plays what `voxface.visemes` says of its phones.

    It stands wherever a `Model` may stand, so that streams, controls, the silence gate, life and
    every format work as they do with a net; but only its own recording may be pushed.

    Parameters
    ----------
    sound : callable
        Returns the recording, float32 (N,), mono at 16 kHz, full scale ±1. It is called, and the
        phones are found, when the first frame is asked for.
    script : Script, optional
        What is said in it; by default English, to be recognised.
    rules : Rules, optional

    Attributes
    ----------
    description : ModelDescription
    """

    def __init__(
        self,
        sound: Callable[[], NDArray[np.float32]],
        script: Script | None = None,
        rules: Rules | None = None,
    ) -> None:
        self._sound, self._script, self._rules = sound, script, rules
        self.description = _description()

    @cached_property
    def _curves(self) -> tuple[FloatArray, FloatArray]:
        """What is played, frames (T, C + 6) and speech (T,); the last row stands for the rest."""
        from voxface.visemes import Script, said, spoken_face  # noqa: PLC0415  (a light start)

        pcm = self._sound()
        looks = said(pcm, self._script or Script())
        face = spoken_face(looks, frame_total(len(pcm)), pcm, self._rules)
        delay = self.description.delay_frames
        count = len(ARKIT_CHANNELS)
        frames = np.zeros((delay + len(face.weights) + 1, count + len(POSE)), np.float32)
        frames[delay:-1, :count] = face.weights
        return frames, np.pad(face.speech, (delay, 1))

    def new_state(self) -> FloatArray:
        """Return the state before any sound: how many frames were played, shape (1, 1)."""
        return np.zeros((1, 1), np.float32)

    def run(self, pcm: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Play as many frames as hops of sound are given; see `Model.run`.

        Raises
        ------
        VoxfaceError
            If the phones cannot be found; see `voxface.visemes.said`.
        """
        frames, speech = self._curves
        first, count = int(state[0, 0]), len(pcm) // HOP
        rows = np.minimum(np.arange(first, first + count), len(frames) - 1)
        return frames[rows], speech[rows], state + np.float32(count)


@cache
def _description() -> ModelDescription:
    from voxface.visemes.face import MOVED  # noqa: PLC0415

    # The delay is free, for the whole recording is known; life listens as far ahead as it likes.
    delay = parameters().listening.level_lead_frames
    return ModelDescription(
        name="visemes",
        version=VERSION,
        look_ahead=delay,
        delay_frames=delay,
        state_size=1,
        channels=ARKIT_CHANNELS,
        untrained_channels=tuple(name for name in ARKIT_CHANNELS if name not in MOVED),
        licence="Apache-2.0",
        training_data="none: rules, of which some numbers were fitted to GRID speaker 1",
        recipe={},
        weights_sha256="",
    )
