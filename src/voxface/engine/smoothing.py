"""Smoothing that keeps motion in time with the sound."""

from __future__ import annotations

import math

import numpy as np

from voxface.audio.features import FRAME_RATE
from voxface.engine.model import FloatArray


class Smoother:
    """Average frames at 100 Hz under a symmetric Hann window.

    Before the first frame stands the first, after the last the last, so the number of frames and
    their times stay what they were.

    Parameters
    ----------
    milliseconds : float
        Width of the window at half its height; up to 10 ms frames pass unchanged.

    Attributes
    ----------
    delay_frames : int
        Frames by which the output trails the input: half the window.
    """

    def __init__(self, milliseconds: float) -> None:
        width = max(1.0, milliseconds / 1000 * FRAME_RATE)
        self.delay_frames = math.ceil(width) - 1
        distance = np.arange(-self.delay_frames, self.delay_frames + 1)
        window = np.cos(np.pi / 2 * distance / width) ** 2
        self._window = (window / window.sum()).astype(np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget all frames."""
        self._past: FloatArray | None = None

    def push(self, frames: FloatArray) -> FloatArray:
        """Take frames, shape (n, D); return those that became ready, shape (m, D)."""
        if not self.delay_frames or not len(frames):
            return frames
        if self._past is None:
            self._past = np.repeat(frames[:1], self.delay_frames, axis=0)
        known = np.concatenate([self._past, frames])
        ready = max(0, len(known) - 2 * self.delay_frames)
        result = np.zeros((ready, frames.shape[1]), np.float32)
        for offset, weight in enumerate(self._window):
            result += weight * known[offset : offset + ready]
        self._past = known[ready:]
        return result

    def flush(self) -> FloatArray | None:
        """Return the last frames (None if there never was one) and forget all frames."""
        past = self._past
        if past is None:
            return None
        result = self.push(np.repeat(past[-1:], self.delay_frames, axis=0))
        self.reset()
        return result
