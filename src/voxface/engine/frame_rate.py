"""Last stage: from the model's 100 frames per second to anybody's."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from voxface.audio.features import FRAME_RATE
from voxface.engine.model import FloatArray
from voxface.face.resample import interpolate_frames


class FrameRateStage:
    """Read frames at the times k / fps for k = 0, 1, 2 and so on.

    Positions are reckoned in whole numbers, so there is no drift however long the sound is.

    Parameters
    ----------
    fps : Fraction
        Frames per second to return.
    rate : int
        Frames per second of the model.

    Attributes
    ----------
    next_frame : int
        Number of the frame that comes next.
    delay : float
        Longest time in seconds that an output frame waits for the model frame after it.
    """

    def __init__(self, fps: Fraction, rate: int = FRAME_RATE) -> None:
        self.fps = fps
        self._step = rate / fps  # model frames from one output frame to the next
        self._up, self._down = self._step.as_integer_ratio()
        self.delay = float((1 - Fraction(1, self._step.denominator)) / rate)
        self.reset()

    def reset(self) -> None:
        """Start anew at frame 0."""
        self.next_frame = 0
        self._weights: FloatArray | None = None
        self._head: FloatArray | None = None
        self._first = 0  # number of the model frame that is kept first

    def push(
        self, weights: FloatArray, head: FloatArray, total: int, last: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Take model frames and return those that became due.

        Parameters
        ----------
        weights, head : ndarray, shape (n, C) and (n, 7)
            Further model frames.
        total : int
            Frames that the sound heard so far deserves; no more are returned.
        last : bool
            No model frame will follow: the last one holds until `total` is reached.

        Returns
        -------
        weights, head : ndarray, shape (m, C) and (m, 7)
        """
        if self._weights is not None and self._head is not None:
            weights = np.concatenate([self._weights, weights])
            head = np.concatenate([self._head, head])
        up, down = self._up, self._down
        end = total
        if not last:
            newest = self._first + len(weights) - 1
            end = min(total, newest * down // up + 1)
        if not len(weights):
            return weights, head
        result = weights[:0], head[:0]
        if end > self.next_frame:
            # In whole numbers: model frame = k x up // down, and what is left over in down-ths.
            scaled = np.arange(self.next_frame, end, dtype=np.int64) * up
            positions = (scaled // down - self._first) + (scaled % down) / down
            result = interpolate_frames(weights, head, positions)
            self.next_frame = end
        keep = max(0, min(self.next_frame * up // down - self._first, len(weights) - 1))
        self._first += keep
        self._weights, self._head = weights[keep:], head[keep:]
        return result
