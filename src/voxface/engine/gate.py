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
        slope = 1 / (OPEN - SHUT)
        up, down = 1 / (ATTACK * FRAME_RATE), 1 / (RELEASE * FRAME_RATE)
        position = self._position
        opening = []
        for chance in speech.tolist():
            wanted = (chance - SHUT) * slope
            # Comparisons by hand: this line runs for every frame there is.
            target = 0.0 if wanted < 0 else 1.0 if wanted > 1 else wanted
            if position is None or position - down <= target <= position + up:
                position = target
            else:
                position += up if target > position else -down
            opening.append(position * position * (3 - 2 * position))
        self._position = position
        return np.array(opening, np.float32)
