"""First stage: sound in, frames of the model at 100 Hz out, on the sound's own clock."""

from __future__ import annotations

import numpy as np

from voxface.audio.features import HOP
from voxface.engine.model import FloatArray, SoundModel

LONGEST_RUN = 2000
"""Hops given to the model at once: 20 s keep memory flat and are as fast as more."""


class ModelRunner:
    """Run a model over sound that comes in blocks of any size.

    Frame i of all frames returned belongs to sound time i x 10 ms: the frames by which the model
    trails its input are dropped at the start and asked for at the end. A recording of N samples
    gives ceil(N / 160) frames.

    Parameters
    ----------
    model : SoundModel
    """

    def __init__(self, model: SoundModel) -> None:
        self._model = model
        self._delay = model.description.delay_frames
        self._width = len(model.new_state()[0])
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        self._state = self._model.new_state()
        self._rest = np.zeros(0, np.float32)
        self._drop = self._delay

    def push(self, pcm: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take mono sound at 16 kHz, shape (N,); return frames (n, C + 6) and speech (n,)."""
        sound = np.concatenate([self._rest, pcm]) if len(self._rest) else pcm
        whole = len(sound) // HOP * HOP
        self._rest = sound[whole:].copy()
        return self._run(sound[:whole])

    def flush(self) -> tuple[FloatArray, FloatArray]:
        """Return the last frames, as if silence followed, and forget all sound."""
        silence = -len(self._rest) % HOP + self._delay * HOP
        result = self.push(np.zeros(silence, np.float32))
        self.reset()
        return result

    def _run(self, sound: FloatArray) -> tuple[FloatArray, FloatArray]:
        about = self._model.description
        frames = [np.zeros((0, len(about.channels) + 6), np.float32)]
        speech = [np.zeros(0, np.float32)]
        for begin in range(0, len(sound), LONGEST_RUN * HOP):
            part = sound[begin : begin + LONGEST_RUN * HOP]
            more_frames, more_speech, self._state = self._model.run(part, self._state)
            dropped = min(self._drop, len(more_frames))
            self._drop -= dropped
            frames.append(more_frames[dropped:])
            speech.append(more_speech[dropped:])
        if len(frames) == 2:
            return frames[1], speech[1]
        return np.concatenate(frames), np.concatenate(speech)
