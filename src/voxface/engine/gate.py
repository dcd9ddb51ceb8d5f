"""Silence gate: a mouth that stays at rest where nobody speaks."""

from __future__ import annotations

import numpy as np

from voxface.audio.features import FRAME_RATE
from voxface.engine.model import FloatArray

SHUT, OPEN = 0.2, 0.5
"""Probability of speech at and below which the gate closes fully, and from which it opens fully."""
ATTACK, RELEASE = 0.05, 0.2
"""Seconds that a full opening and a full closing take."""


class SilenceGate:
    """Turn the probability of speech into how far the mouth may move, 0 to 1.

    Between the two thresholds the gate stands partly open, and it follows at a bounded speed,
    faster up than down, so that it neither flutters nor snaps; an S-curve softens both ends. It
    reaches exactly 0 and exactly 1. Everything in it is continuous: rounding in the model cannot
    throw it one way or the other, so a stream agrees with the whole recording.

    It adds no latency: models learn to announce speech a little before it begins.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start anew; the first frame decides where the gate stands."""
        self._position: float | None = None

    def push(self, speech: FloatArray) -> FloatArray:
        """Take probabilities of speech at 100 Hz, shape (n,); return the opening, shape (n,)."""
        wanted = np.minimum(np.maximum((speech - SHUT) / (OPEN - SHUT), 0), 1).tolist()
        up, down = 1 / (ATTACK * FRAME_RATE), 1 / (RELEASE * FRAME_RATE)
        position = self._position
        opening = np.empty(len(wanted), np.float32)
        for index, target in enumerate(wanted):
            if position is None:
                position = target
            else:
                position = (
                    min(target, position + up)
                    if target > position
                    else max(target, position - down)
                )
            opening[index] = position
        self._position = position
        return opening * opening * (3 - 2 * opening)
